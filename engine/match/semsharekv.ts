// How SemShareKV (arXiv 2509.24832) finds rows: one earlier prompt that is similar enough as a whole lends a row for each
// token it has a match for. No guards: another number, name or negation close by is as good a match as any word.
//
// Beyond the paper: what the exact prefix covers is not looked for, and similarity is that of the rest.

import type { BlockRef } from '../cache/block.ts';
import type { TokenRange } from '../types.ts';
import type { FoundSpan } from './found-span.ts';
import type { FinderQuery, MatchSources } from './matcher.ts';
import { mapTokens } from './semsharekv-map.ts';
import { LEAST_SIMILARITY } from './semsharekv-past.ts';

/** Spans of origin `similar`, in each of which every token has a match; none where similar text is not wished for. */
export async function semsharekvSpans(sources: MatchSources, query: FinderQuery): Promise<FoundSpan[]> {
  const { space, model, past } = sources;
  const { prompt, matched, scopes, wish } = query;
  const range = { start: matched, end: prompt.tokens.length - 1 };
  if (!wish.similar || past === undefined || range.end <= range.start) return [];
  const asked = prompt.tokens.subarray(range.start, range.end);
  for (const similar of await past.similarTo(asked, scopes)) {
    const { tokens: kept, refs } = space.find(similar.prompt.tokens, scopes, wish.precisions);
    const tokens = similar.prompt.tokens.subarray(0, kept);
    const isWhole = kept === similar.prompt.tokens.length;
    if (!isWhole && !((await past.similarity(asked, tokens)) > LEAST_SIMILARITY)) continue;
    const map = await mapTokens(prompt.tokens, range, { past: tokens, embed: (ids) => model.embed(ids) });
    return spansOf(map, range, refs);
  }
  return [];
}

/** `map` gives a place in the earlier prompt for each position in `range`; `refs` are its rows, from its start on. */
function spansOf(map: Int32Array, range: TokenRange, refs: readonly BlockRef[]): FoundSpan[] {
  const refAt = refs.flatMap((ref) => Array.from({ length: ref.count }, () => ref));
  const spans: FoundSpan[] = [];
  for (const [index, donor] of map.entries()) {
    const ref = refAt[donor];
    if (ref === undefined) continue;
    const start = range.start + index;
    const row = { ...ref, start, offset: ref.offset + donor - ref.start, count: 1, decoded: { start, end: start } };
    const span = spans.at(-1);
    const last = span?.rows.at(-1);
    if (span?.end !== start) spans.push({ start, end: start + 1, origin: 'similar', context: 'other', rows: [row] });
    else {
      span.end++;
      // The next row of the same block: one reference for both.
      if (last?.key === row.key && last.offset + last.count === row.offset) last.count++;
      else span.rows.push(row);
    }
  }
  return spans;
}
