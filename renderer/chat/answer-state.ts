// The states an answer can be in, as one word each, and what checking it found. Pure.

import type { TurnReport } from '../../engine/contract/chat.ts';
import { count } from '../ui/format.ts';

export type AnswerState = 'exact' | 'approximate' | 'healed' | 'verifying';

export const STATE_WORDS: Record<AnswerState, string> = {
  exact: 'exact',
  approximate: 'approximate',
  healed: 'healed to exact',
  verifying: 'checking',
};

export const STATE_MEANINGS: Record<AnswerState, string> = {
  exact: 'Word for word what it would be without memory.',
  approximate:
    'Part of what was remembered stood elsewhere or was a little different, so a word may be off. It is read again when nobody waits.',
  healed: 'It was given from approximate memory, which has been read again since. The next answer starts from that.',
  verifying: 'The answer is being compared with one from exact memory.',
};

export function stateOf({ state, healed }: Pick<TurnReport, 'state' | 'healed'>): AnswerState {
  return state === 'approximate' && healed ? 'healed' : state;
}

/** "checked" or "corrected"; null where the answer was not checked. */
export function verdictOf({ verification }: Pick<TurnReport, 'verification'>): 'checked' | 'corrected' | null {
  if (verification === null) return null;
  return verification.correction === null ? 'checked' : 'corrected';
}

/** What checking found, for the details. */
export function verificationWords({ verification, state }: Pick<TurnReport, 'verification' | 'state'>): string {
  if (verification === null) return state === 'exact' ? 'not needed' : 'no';
  const checked = `${count(verification.checkedTokens)} ${verification.checkedTokens === 1 ? 'token' : 'tokens'}`;
  return verification.correction === null ? `${checked}, all as they should be` : `${checked}, some were corrected`;
}
