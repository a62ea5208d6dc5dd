// What the colours and marks mean, with the counts of one answer where there is one.

import type { TurnReport } from '../../engine/contract/chat.ts';
import { count, percent } from '../ui/format.ts';
import { ORIGINS, RECOMPUTED } from './origins.ts';
import { MarkSwatch } from './reuse-strip.tsx';

/** `all`: also the origins that do not occur. */
export function ReuseLegend({ report, all = false }: { report: TurnReport; all?: boolean }) {
  const shown = ORIGINS.filter((origin) => all || report.tokens[origin.key] > 0);
  return (
    <ul className="legend">
      {shown.map((origin) => (
        <li key={origin.key} data-empty={report.tokens[origin.key] === 0}>
          <MarkSwatch origin={origin.key} />
          <span className="legend-name">
            {origin.name}
            <small>{origin.meaning}</small>
          </span>
          <span className="figure">{count(report.tokens[origin.key])}</span>
          <span className="figure soft">{percent(report.tokens[origin.key] / Math.max(1, report.promptTokens))}</span>
        </li>
      ))}
      {report.recomputed > 0 && (
        <li>
          <MarkSwatch origin="recomputed" />
          <span className="legend-name">
            {RECOMPUTED.name}
            <small>{RECOMPUTED.meaning}</small>
          </span>
          <span className="figure">{count(report.recomputed)}</span>
          <span className="figure soft">{percent(report.recomputed / Math.max(1, report.promptTokens))}</span>
        </li>
      )}
    </ul>
  );
}
