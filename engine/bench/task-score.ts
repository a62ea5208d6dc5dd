// What an answer says about the fact that was asked for: the right value, a wrong one, or none at all. Pure.

import { l } from 'js-rouge';
import type { AskedFact } from './workloads.ts';

/**
 * `old`: the value that stood there before an edit. `other`: that of another fact of the same kind. `invented`: one of
 * this kind that stands nowhere. `none`: no value, as in a refusal, or a name that is spelt wrong.
 */
export type Verdict = 'right' | 'old' | 'other' | 'invented' | 'none';

export function verdictOn(answer: string, { right, old, others, pattern }: AskedFact): Verdict {
  if (says(answer, right)) return 'right';
  if (old !== null && says(answer, old)) return 'old';
  if (others.some((value) => says(answer, value))) return 'other';
  return pattern !== null && answer.search(pattern) >= 0 ? 'invented' : 'none';
}

export function isWrongFact(verdict: Verdict): boolean {
  return verdict === 'old' || verdict === 'other' || verdict === 'invented';
}

/** ROUGE-L of an answer by another one, F1 by words: 1 where both are the same, 0 where they share no word. */
export function likeness(answer: string, reference: string): number {
  if (answer === reference) return 1;
  return answer.trim() === '' || reference.trim() === '' ? 0 : l(answer, reference, { beta: 1 });
}

/** Whether the value stands there by itself: not as a part of a longer word, number, price or time. */
function says(answer: string, value: string): boolean {
  const words = value.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\p{L}\p{N}$]|\d[.:])${words}(?![\p{L}\p{N}]|[.:]\d)`, 'iu').test(answer);
}
