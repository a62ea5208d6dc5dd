// Under each answer: what came from memory, in words first, then as a strip. Opens the details of the answer.

import { Tooltip } from 'radix-ui';
import type { TurnReport } from '../../engine/contract/chat.ts';
import { count, duration } from '../ui/format.ts';
import { ReuseLegend } from './reuse-legend.tsx';
import { ReuseStrip } from './reuse-strip.tsx';
import { headline, textEquivalent, timesSooner, whyMissed } from './reuse-words.ts';
import { StateMark } from './state-mark.tsx';

interface ReuseBarProps {
  report: TurnReport;
  selected: boolean;
  onOpen: () => void;
}

export function ReuseBar({ report, selected, onOpen }: ReuseBarProps) {
  const line = headline(report);
  const miss = whyMissed(report);
  const missLine = miss !== null && miss.reason !== line ? miss.reason : null;
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <button type="button" className="reuse-bar" aria-pressed={selected} onClick={onOpen}>
          <span className="reuse-words">
            <strong data-saved={timesSooner(report) !== null}>{line}</strong>
            <span className="figure">first word after {duration(report.ttftMs)}</span>
            {report.decodeTokensPerSecond !== null && (
              <span className="figure">{count(report.decodeTokensPerSecond)} tok/s</span>
            )}
            {report.state === 'approximate' && <StateMark state={report.state} />}
          </span>
          <ReuseStrip tokens={report.tokens} recomputed={report.recomputed} />
          <span className="visually-hidden">{`. ${textEquivalent(report)}. Show details.`}</span>
          {missLine !== null && <span className="reuse-miss">{missLine}</span>}
        </button>
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="hint legend-hint" side="top" sideOffset={6} collisionPadding={12}>
          <ReuseLegend report={report} />
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
