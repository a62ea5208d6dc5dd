// Under each answer: what came from memory, in words first, then as a strip. Opens the details of the answer.

import { Tooltip } from 'radix-ui';
import type { TurnReport } from '../../engine/contract/chat.ts';
import { HintBox } from '../ui/button.tsx';
import { ReuseLegend } from './reuse-legend.tsx';
import { ReuseStrip } from './reuse-strip.tsx';
import { reuseBarWords, textEquivalent, timesSooner } from './reuse-words.ts';
import { StateMark } from './state-mark.tsx';

interface ReuseBarProps {
  report: TurnReport;
  selected: boolean;
  onOpen: () => void;
}

export function ReuseBar({ report, selected, onOpen }: ReuseBarProps) {
  const words = reuseBarWords(report);
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <button
          type="button"
          className="reuse-bar"
          aria-pressed={selected}
          aria-label={`${Object.values(words).filter(Boolean).join(' ')}. ${textEquivalent(report)}. Show details.`}
          onClick={onOpen}
        >
          <span className="reuse-words">
            <strong data-saved={timesSooner(report) !== null}>{words.headline}</strong>{' '}
            <span className="figure">{words.firstWord}</span>{' '}
            {words.speed !== null && <span className="figure">{words.speed}</span>}{' '}
            {words.state !== null && <StateMark state={report.state} />}
          </span>{' '}
          <ReuseStrip tokens={report.tokens} recomputed={report.recomputed} />
          {words.miss !== null && <span className="reuse-miss">{words.miss}</span>}
        </button>
      </Tooltip.Trigger>
      <HintBox className="legend-hint">
        <ReuseLegend report={report} />
      </HintBox>
    </Tooltip.Root>
  );
}
