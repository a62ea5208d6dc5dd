// Keeps the vectors of cached text complete, a little at a time while nobody waits. Never part of a turn.

import { EMBEDDING_METHOD, windowVector } from './similar-embedding.ts';
import type { Embed } from './similar-embedding.ts';
import type { VectorIndex } from '../cache/vectors-index.ts';

/** Windows embedded in one run of the embedding table. */
const WINDOWS_AT_ONCE = 8;

/** The vectors of a space, as this folder makes them. */
export function vectorsOf(space: { vectors(method: string): VectorIndex }): VectorIndex {
  return space.vectors(EMBEDDING_METHOD);
}

/** Adds missing vectors for about `timeBudgetMs` (one batch at least). True: there is more to do. */
export async function addWindows(vectors: VectorIndex, embed: Embed, timeBudgetMs: number): Promise<boolean> {
  const endMs = performance.now() + timeBudgetMs;
  do {
    const waiting = vectors.waiting(WINDOWS_AT_ONCE);
    if (waiting.length === 0) return false;
    for (const { key, tokens } of waiting) {
      const vector =
        tokens === null ? null : windowVector(await embed(tokens), tokens, { start: 0, end: tokens.length });
      if (!vectors.add(key, vector)) return false;
    }
  } while (performance.now() < endMs);
  return true;
}
