// A window of text as one vector: the mean of the model's own token embeddings, rare tokens counting more.
// Non-contextual, so it costs a table lookup and no layer of the model runs.

import type { VectorKind } from '../cache/vectors.ts';

/** Rows of the model's embedding table, [ids.length, width]. */
export type Embed = (ids: Int32Array) => Promise<Float32Array>;

/** Vectors of another method are not compared with these: count it up with every change here. */
export const EMBEDDING_METHOD: VectorKind['method'] = 'token-mean-1';

/** Rank at which a token counts half. */
const HALF_WEIGHT_RANK = 100;

/**
 * How telling a token is, 0 to 1: smooth inverse frequency a / (a + p) where p falls with the rank as in Zipf's law.
 * Token ids are given out by frequency (merge order), so the id is the rank. A fixed table, not frequencies counted
 * over cached text: the same text gives the same vector whenever it is read, an empty cache works, and no table exists
 * that would tell one person how often another's words occur. On real questions both find equally well.
 */
export function rarity(id: number): number {
  return id / (id + HALF_WEIGHT_RANK);
}

/** Unit vector of `count` tokens from row `start` of `embeddings` on; null where they say nothing. */
export function windowVector(
  embeddings: Float32Array,
  tokens: Int32Array,
  window: { start: number; end: number },
): Float32Array | null {
  const width = embeddings.length / tokens.length;
  const sum = new Float32Array(width);
  for (let at = window.start; at < window.end; at++) {
    const row = embeddings.subarray(at * width, (at + 1) * width);
    const norm = normOf(row);
    if (norm === 0) continue;
    const weight = rarity(tokens[at] ?? 0) / norm;
    for (let lane = 0; lane < width; lane++) sum[lane] = sum[lane]! + weight * row[lane]!;
  }
  const norm = normOf(sum);
  return norm === 0 ? null : sum.map((value) => value / norm);
}

export function normOf(vector: Float32Array): number {
  let squares = 0;
  for (let lane = 0; lane < vector.length; lane++) squares += vector[lane]! * vector[lane]!;
  return Math.sqrt(squares);
}
