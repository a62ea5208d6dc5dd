// Under each answer: what came from memory, in words first, then as a strip. Grows into the tokens of the prompt.

import { ChevronDown } from 'lucide-react';
import { Tooltip } from 'radix-ui';
import type { TurnReport } from '../../engine/contract/chat.ts';
import { HintBox } from '../ui/button.tsx';
import { stateOf, verdictOf } from './answer-state.ts';
import { ReuseLegend } from './reuse-legend.tsx';
import { ReuseStrip } from './reuse-strip.tsx';
import { reuseBarWords, textEquivalent, timesSooner } from './reuse-words.ts';
import { StateMark } from './state-mark.tsx';

interface ReuseBarProps {
  report: TurnReport;
  expanded: boolean;
  /** Id of what it grows into. */
  controls: string;
  onToggle: () => void;
}

export function ReuseBar({ report, expanded, controls, onToggle }: ReuseBarProps) {
  const words = reuseBarWords(report);
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <button
          type="button"
          className="reuse-bar"
          aria-expanded={expanded}
          aria-controls={expanded ? controls : undefined}
          aria-label={`${Object.values(words).filter(Boolean).join(' ')}. ${textEquivalent(report)}. Show tokens.`}
          onClick={onToggle}
        >
          <span className="reuse-words">
            <strong data-saved={timesSooner(report) !== null}>{words.headline}</strong>{' '}
            <span className="figure">{words.firstWord}</span>{' '}
            {words.speed !== null && <span className="figure">{words.speed}</span>}{' '}
            <StateMark state={stateOf(report)} verdict={verdictOf(report)} />
            <ChevronDown className="reuse-chevron" size={14} aria-hidden="true" />
          </span>{' '}
          <ReuseStrip tokens={report.tokens} recomputed={report.recomputed} />
          {words.miss !== null && <span className="reuse-miss">{words.miss}</span>}
        </button>
      </Tooltip.Trigger>
      {/* Open, the legend stands below. */}
      {!expanded && (
        <HintBox className="legend-hint">
          <ReuseLegend report={report} />
        </HintBox>
      )}
    </Tooltip.Root>
  );
}
