// Greedy decoding in its plainest form, for tests that compare token for token.

import type { Model } from '../model/forward.ts';
import type { KvBuffer } from '../model/kv-buffer.ts';

/** The id of the largest logit, the first of equals. */
export function greedyToken(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
  return best;
}

/** Continues a sequence by `count` tokens, given the logits after its last token. */
export async function continueGreedily(
  model: Model,
  { kv, logits }: { kv: KvBuffer; logits: Float32Array },
  count: number,
): Promise<number[]> {
  const tokens = [greedyToken(logits)];
  while (tokens.length < count) {
    const { logits: next } = await model.forward(kv, tokens.slice(-1), { logits: 'last' });
    tokens.push(greedyToken(next!));
  }
  return tokens;
}
