// How KVShare (arXiv 2503.16525, first version) finds rows: the most similar earlier request, and the rows of all its
// tokens that an edit script keeps. One donor for the whole prompt, and no guards: what a kept row has seen of the
// words around it is not looked at.
//
// Guesses, where the paper is silent: a request's embedding is that of this cache's windows (`similar-embedding.ts`);
// each window of the prompt votes for the requests it resembles by its similarity to their nearest window, and the one
// with most is taken, whatever it scores, as long as some window of it is similar at all; no run of equal tokens is too
// short to be copied; keys are rotated to their new positions.

import type { BlockRef } from '../cache/block.ts';
import { lowestPrecision } from '../cache/precision.ts';
import { WINDOW_TOKENS } from '../cache/vectors-index.ts';
import type { DonorText, VectorIndex } from '../cache/vectors-index.ts';
import type { TokenRange } from '../types.ts';
import type { FoundSpan } from './found-span.ts';
import { editsBetween } from './kvshare-edits.ts';
import type { FinderQuery, MatchSources } from './matcher.ts';
import { windowVector } from './similar-embedding.ts';
import { vectorsOf } from './similar-windows.ts';

const HITS_PER_WINDOW = 8;
/** Unrelated texts are below this: the embedding leaves little of what all texts have in common. */
const LEAST_SIMILARITY = 0.5;
/** So that a very long prompt does not cost more than it can save. */
const MOST_WINDOWS = 32;

/** Spans of origin `similar`; none where similar text is not wished for. */
export async function kvshareEdits({ space, model }: MatchSources, query: FinderQuery): Promise<FoundSpan[]> {
  if (!query.wish.similar) return [];
  const { prompt, matched } = query;
  const vectors = vectorsOf(space);
  const asked: Float32Array[] = [];
  for (const { start, end } of windows(matched, prompt.tokens.length)) {
    const tokens = prompt.tokens.subarray(start, end);
    const vector = windowVector(await model.embed(tokens), tokens, { start: 0, end: tokens.length });
    if (vector !== null) asked.push(vector);
  }
  const donor = mostSimilarRequest(vectors, asked, query);
  return donor === null ? [] : copiesOf(donor, query);
}

function windows(start: number, end: number): TokenRange[] {
  const count = Math.min(MOST_WINDOWS, Math.ceil((end - start) / WINDOW_TOKENS));
  return Array.from({ length: count }, (_, index) => {
    const from = start + index * WINDOW_TOKENS;
    return { start: from, end: Math.min(from + WINDOW_TOKENS, end) };
  });
}

/** The request, from its beginning, that resembles the prompt most: by its nearest window to each of the prompt's. */
function mostSimilarRequest(
  vectors: VectorIndex,
  asked: readonly Float32Array[],
  { scopes, wish }: FinderQuery,
): DonorText | null {
  const hits = asked.map((vector) =>
    vectors.nearest(vector, scopes, HITS_PER_WINDOW).filter(({ similarity }) => similarity >= LEAST_SIMILARITY),
  );
  const text = vectors.texts({ scopes, tokens: Infinity, lowest: lowestPrecision(wish.precisions) });
  let [best, most]: [DonorText | null, number] = [null, 0];
  for (const key of new Set(hits.flat().map((hit) => hit.key))) {
    const request = text(key);
    if (request === null) continue;
    const keys = new Set(request.blocks.map(({ block }) => block.key));
    // The hits of a window come nearest first.
    const score = hits.reduce((sum, found) => sum + (found.find((hit) => keys.has(hit.key))?.similarity ?? 0), 0);
    if (score > most) [best, most] = [request, score];
  }
  return best;
}

/** The rows that differential editing copies, for positions behind the exact prefix and before the last one. */
function copiesOf({ blocks }: DonorText, { prompt, matched }: FinderQuery): FoundSpan[] {
  const donor = blocks.flatMap(({ tokens }) => [...tokens]);
  const spans: FoundSpan[] = [];
  for (const edit of editsBetween(donor, prompt.tokens) ?? []) {
    if (edit.kind !== 'copy') continue;
    const start = Math.max(edit.start, matched);
    const end = Math.min(edit.start + edit.count, prompt.tokens.length - 1);
    if (end <= start) continue;
    const rows = refsOf(blocks, { start, end }, start - edit.start + edit.donorStart);
    spans.push({ start, end, origin: 'similar', context: 'other', rows });
  }
  return spans;
}

/** References to the donor's rows from `donorStart` on, for the prompt's positions start..end-1. */
function refsOf(blocks: DonorText['blocks'], { start, end }: TokenRange, donorStart: number): BlockRef[] {
  const shift = start - donorStart;
  return blocks.flatMap(({ block, start: blockStart }) => {
    const from = Math.max(start, blockStart + shift);
    const to = Math.min(end, blockStart + block.count + shift);
    if (to <= from) return [];
    const clip = (row: number): number => Math.min(Math.max(blockStart + shift + row, from), to);
    return {
      key: block.key,
      scope: block.scope,
      start: from,
      offset: from - blockStart - shift,
      count: to - from,
      blockCount: block.count,
      decoded: { start: clip(block.decoded.start), end: clip(block.decoded.end) },
      precision: block.precision,
    };
  });
}
