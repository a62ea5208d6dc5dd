// How far two distributions of the next token are from each other, given as logits.

/** Kullback-Leibler divergence KL(p ‖ q) in nats, of the softmax of two rows of logits [vocabulary]. Never negative. */
export function klDivergence(expected: Float32Array, actual: Float32Array): number {
  if (expected.length !== actual.length) throw new RangeError('logits of different vocabularies');
  const [of, other] = [logSumExp(expected), logSumExp(actual)];
  let sum = 0;
  for (let id = 0; id < expected.length; id++) {
    const p = expected[id]! - of;
    sum += Math.exp(p) * (p - (actual[id]! - other));
  }
  return Math.max(0, sum);
}

/** The id of the largest logit; of equal ones the lowest. */
export function likeliest(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
  return best;
}

function logSumExp(logits: Float32Array): number {
  const most = logits[likeliest(logits)]!;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return most + Math.log(sum);
}
