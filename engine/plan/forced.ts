// Span positions that the deep layers compute in any case: where reused text meets fresh text, where a moved chunk
// begins, and everything behind an edit up to the end of its paragraph or record.

import type { FoundSpan } from '../match/found-span.ts';
import type { TokenRange } from '../types.ts';
import type { AblationOptions } from './ablation.ts';
import { clip, merge } from './ranges.ts';

/** Rows on each side of fresh text: their nearest neighbours are others than when they were computed. */
const SEAM_TOKENS = 16;

/** Seams take at most this share of a span; the first rows of a moved chunk are computed however short it is. */
const MOST_SEAM_SHARE = 0.2;

/** What lies around spans: positions that are exact, and the end of the prompt. */
export interface SpanPlace {
  /** Ascending, disjoint, behind the prefix. */
  spans: readonly FoundSpan[];
  /** Positions 0..prefixTokens-1 are exact. */
  prefixTokens: number;
}

/** For each span the positions inside it, ascending and disjoint. */
export function forcedRanges({ spans, prefixTokens }: SpanPlace, ideas: AblationOptions): TokenRange[][] {
  return spans.map((span, index) => {
    const before = spans[index - 1]?.end ?? prefixTokens;
    const after = spans[index + 1]?.start ?? Infinity;
    const seams = edges(span, { freshBefore: span.start > before, freshAfter: span.end < after }, ideas);
    return merge(clip([...editWindows(span, ideas), ...seams], span));
  });
}

/** Positions behind an edit up to the end of what encloses it, inside the span. */
export function editWindows(span: FoundSpan, ideas: AblationOptions): TokenRange[] {
  return ideas.editWindows ? merge(clip(span.windows ?? [], span)) : [];
}

function edges(
  span: FoundSpan,
  { freshBefore, freshAfter }: { freshBefore: boolean; freshAfter: boolean },
  ideas: AblationOptions,
): TokenRange[] {
  const room = Math.floor((span.end - span.start) * MOST_SEAM_SHARE);
  // A chunk that stood at the beginning of another text drew attention there that it must not draw here.
  const trusted = span.context === 'canonical' && ideas.canonical;
  const chunkStart = span.origin === 'moved' && !trusted ? ideas.chunkStartTokens : 0;
  const leading = ideas.seams && freshBefore ? Math.min(SEAM_TOKENS, room) : 0;
  const first = Math.max(chunkStart, leading);
  const trailing = ideas.seams && freshAfter ? Math.min(SEAM_TOKENS, Math.max(0, room - first)) : 0;
  return [
    { start: span.start, end: span.start + first },
    { start: span.end - trailing, end: span.end },
  ];
}
