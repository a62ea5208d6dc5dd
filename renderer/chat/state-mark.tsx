// What can be said of an answer: exact, approximate, healed, being checked, and what checking found. A circle, open or
// filled, always with the word.

import { Check, PenLine } from 'lucide-react';
import { STATE_WORDS, type AnswerState } from './answer-state.ts';

interface StateMarkProps {
  state: AnswerState;
  verdict?: 'checked' | 'corrected' | null;
}

export function StateMark({ state, verdict = null }: StateMarkProps) {
  const Sign = verdict === 'corrected' ? PenLine : Check;
  return (
    <>
      <span className="state-mark" data-state={state}>
        <svg width="10" height="10" aria-hidden="true">
          <circle cx="5" cy="5" r="3.500" />
        </svg>
        {STATE_WORDS[state]}
      </span>{' '}
      {verdict !== null && (
        <span className="state-mark verdict-mark" data-verdict={verdict}>
          <Sign size={12} aria-hidden="true" />
          {verdict}
        </span>
      )}
    </>
  );
}
