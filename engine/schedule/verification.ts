// Checks an answer that was given from approximate rows: computes the rows exactly, then asks at every token of the
// answer what would have been chosen. The sampler repeats its choices, so this holds for random sampling as well.

import type { Pace } from '../metrics/prefill-speed.ts';
import type { KvBuffer } from '../model/kv-buffer.ts';
import type { Sample } from './decoding.ts';
import { prefillRows } from './exact-rows.ts';
import type { SequenceParts } from './sequence.ts';

export interface AnswerToCheck {
  tokens: Int32Array;
  output: readonly number[];
  /** Whether the model itself ended the answer: then its end is checked as well. */
  endsItself: boolean;
}

export interface Checked {
  /** Leading tokens of the answer that are right. */
  confirmed: number;
  /** The token that belongs behind them; null: the whole answer is right. */
  next: number | null;
}

/** Answer tokens in one run: their logits are all kept until they are looked at. */
const CHECKED_AT_ONCE = 64;

/**
 * `kv` holds exact rows up to some position of the prompt. Afterwards it holds those of the prompt and of all
 * confirmed tokens, as after decoding them.
 */
export async function* checkAnswer(
  { kv, answer, sample }: { kv: KvBuffer; answer: AnswerToCheck; sample: Sample },
  { model, speed, pace }: Pick<SequenceParts, 'model' | 'speed'> & { pace: () => Pace },
): AsyncGenerator<void, Checked> {
  const { tokens, output, endsItself } = answer;
  const { vocabulary, eosTokenIds } = model.shape;
  let logits: Float32Array | null = null;
  for await (const chunk of prefillRows(kv, tokens, { model, speed, pace, logits: true })) {
    logits = chunk.logits;
    yield;
  }
  if (logits === null) throw new Error('assertion failed: nothing of the prompt was left to compute');
  const first = sample(logits, []);
  if (first !== output[0]) return { confirmed: 0, next: first };
  // The row of the last token is computed only where what follows it was chosen too.
  const computed = endsItself ? output.length : output.length - 1;
  for (let start = 0; start < computed; start += CHECKED_AT_ONCE) {
    const end = Math.min(start + CHECKED_AT_ONCE, computed);
    const all = await model.forward(kv, output.slice(start, end), { logits: 'all' });
    for (let at = start; at < end; at++) {
      const row = all.logits!.subarray((at - start) * vocabulary, (at - start + 1) * vocabulary);
      const next = sample(row, output.slice(0, at + 1));
      const isRight = at + 1 < output.length ? next === output[at + 1] : eosTokenIds.includes(next);
      if (isRight) continue;
      kv.truncate(tokens.length + at + 1);
      return { confirmed: at + 1, next };
    }
    yield;
  }
  return { confirmed: output.length, next: null };
}
