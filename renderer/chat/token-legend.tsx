// The marks of the tokens that are shown, with their counts. Each leads to the next run of its kind, round and round.

import { useRef } from 'react';
import { count } from '../ui/format.ts';
import { ORIGINS, RECOMPUTED } from './origins.ts';
import { MarkSwatch } from './reuse-strip.tsx';
import type { TokenRun } from './token-runs.ts';

interface TokenLegendProps {
  runs: readonly TokenRun[];
  onJump: (run: TokenRun) => void;
}

const KINDS = [
  ...ORIGINS.map((origin) => ({ ...origin, has: (run: TokenRun) => run.origin === origin.key })),
  { ...RECOMPUTED, key: 'recomputed' as const, has: (run: TokenRun) => run.recomputed },
];

export function TokenLegend({ runs, onJump }: TokenLegendProps) {
  const shown = useRef(-1);
  return (
    <ul className="token-legend" aria-label="Marks">
      {KINDS.map(({ key, name, meaning, has }) => {
        const found = runs.filter(has);
        if (found.length === 0) return null;
        const tokens = found.reduce((sum, run) => sum + run.end - run.start, 0);
        const jump = () => {
          const next = found.find((run) => run.start > shown.current) ?? found[0];
          if (next === undefined) return;
          shown.current = next.start;
          onJump(next);
        };
        return (
          <li key={key}>
            <button type="button" title={meaning} aria-label={`${count(tokens)} ${name}: show the next`} onClick={jump}>
              <MarkSwatch origin={key} />
              <span className="figure">{count(tokens)}</span> {name}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
