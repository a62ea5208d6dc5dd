// How KVShare (arXiv 2503.16525, second version) finds rows: equal text of any length, wherever it stood. No donor is
// preferred for its left context, and an edit is nothing special. What is wrong with the rows is not looked at here.
//
// Guesses, where the paper is silent: seeds are this cache's windows of 16 tokens, so shorter text is not found; of
// overlapping runs the longest is taken whole, and the rest of the others if it is a window long; of equal runs the
// more frequent, then the newest copy; rows that KVShare blended itself are donors like any others, behind exact ones
// of the same length.

import type { Space } from '../cache/space.ts';
import { cutRefs } from '../cache/span-donor.ts';
import { leastTokens } from '../cache/span-cover.ts';
import type { TokenRange } from '../types.ts';
import type { FoundSpan } from './found-span.ts';
import type { FinderQuery, MatchSources } from './matcher.ts';

/** Spans of origin `moved`, from the cache and from what the policy keeps for itself. */
export async function kvshareSpans({ space }: MatchSources, query: FinderQuery): Promise<FoundSpan[]> {
  const exact = spansIn(space, query);
  const blended = query.own === null ? [] : spansIn(query.own, query);
  return longestFirst([...exact, ...blended.map((span) => ({ ...span, space: query.own ?? undefined }))]);
}

function spansIn(space: Space, { prompt, matched, scopes, wish }: FinderQuery): FoundSpan[] {
  const { tokens } = prompt;
  const range = { start: matched, end: tokens.length };
  const found = space.findSpans(tokens, range, scopes, { accept: wish.precisions, rule: 'length' });
  return found.map(({ start, end, rows }) => ({ start, end, origin: 'moved', context: 'other', rows }));
}

/** Disjoint parts, ascending; of equally long ones the first. */
function longestFirst(spans: readonly FoundSpan[]): FoundSpan[] {
  const chosen: FoundSpan[] = [];
  let rest = [...spans];
  while (rest.length > 0) {
    const longest = rest.reduce((best, next) => (lengthOf(next) > lengthOf(best) ? next : best));
    chosen.push(longest);
    rest = rest.flatMap((other) => (other === longest ? [] : without(other, longest)));
  }
  return chosen.sort((left, right) => left.start - right.start);
}

function without(span: FoundSpan, taken: TokenRange): FoundSpan[] {
  if (span.end <= taken.start || span.start >= taken.end) return [span];
  return [
    { start: span.start, end: taken.start },
    { start: taken.end, end: span.end },
  ]
    .filter((part) => lengthOf(part) >= leastTokens('length'))
    .map((part) => ({ ...span, ...part, rows: cutRefs(span.rows, part) }));
}

function lengthOf({ start, end }: TokenRange): number {
  return end - start;
}
