// Exact or approximate: a filled or an open circle, always with the word.

import type { TurnReport } from '../../engine/contract/chat.ts';

export function StateMark({ state }: { state: TurnReport['state'] }) {
  return (
    <span className="state-mark" data-state={state}>
      <svg width="10" height="10" aria-hidden="true">
        <circle cx="5" cy="5" r="3.500" />
      </svg>
      {state}
    </span>
  );
}
