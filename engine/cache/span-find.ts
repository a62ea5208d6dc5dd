// From a prompt to the spans of it that cached rows can stand for: search, rate, choose, and make sure that the rows
// are still there. Knows no texts: whether a span was moved or edited is for the caller to say.

import type { BlockKey, BlockRow } from './block.ts';
import type { DonorBlock, LayoutAnchors, ScopePartition } from './span-anchors.ts';
import { cover, LEAST_SPAN_TOKENS, leastTokens } from './span-cover.ts';
import type { CoverRule, RatedCandidate, Traits } from './span-cover.ts';
import { Donor } from './span-donor.ts';
import type { DonorSpan } from './span-donor.ts';
import { readableParent, SpanSearch } from './span-search.ts';
import type { Candidate } from './span-search.ts';
import type { Scope, TokenRange } from '../types.ts';

export interface SpanQuery {
  tokens: Int32Array;
  /** Positions behind the exact prefix; the last position of the prompt is never among the found ones. */
  range: TokenRange;
  /** Only blocks of these are compared. */
  scopes: readonly Scope[];
  /** What the app's own text begins with where it is too short for blocks of its own. */
  neutral?: Int32Array | undefined;
  /** Left out: `context`. */
  rule?: CoverRule | undefined;
}

export interface SpanSource {
  anchors: LayoutAnchors;
  /** The block as the index has it now; null: gone, or not to be used. */
  row: (key: BlockKey) => BlockRow | null;
}

/** Searches again after blocks turned out to be gone; then does without them. */
const MOST_SEARCHES = 4;

/** Disjoint and ascending. */
export function findDonorSpans(source: SpanSource, query: SpanQuery): DonorSpan[] {
  const range = { start: query.range.start, end: Math.min(query.range.end, query.tokens.length - 1) };
  if (range.end - range.start < leastTokens(query.rule)) return [];
  const partitions = source.anchors.partitions(query.scopes);
  const rows = new Map<BlockKey, BlockRow | null>();
  const row = (key: BlockKey): BlockRow | null => {
    const known = rows.get(key);
    const found = known === undefined ? source.row(key) : known;
    rows.set(key, found);
    return found;
  };
  const unusable = new Set<BlockKey>();
  for (let searches = 0; searches < MOST_SEARCHES; searches++) {
    const candidates = new SpanSearch({ tokens: query.tokens, range, partitions, unusable }).run();
    const rating = new Rating({ ...query, range }, partitions);
    const parts = { partitions, row, isCanonical: (block: DonorBlock): boolean => rating.isCanonical(block) };
    const rated = candidates.map((candidate) => ({ ...candidate, ...rating.of(candidate) }));
    const chosen = cover(rated, query.rule);
    const spans = chosen.map((candidate) => toSpan(candidate, new Donor(candidate.last, parts)));
    const gone = spans.flatMap(keysOf).filter((key) => row(key) === null);
    if (gone.length === 0) return spans;
    for (const key of gone) unusable.add(key);
  }
  return [];
}

function keysOf(span: DonorSpan): BlockKey[] {
  return span.donor.keys(span.start - span.shift, span.end - span.shift);
}

function toSpan(candidate: RatedCandidate, donor: Donor): DonorSpan {
  const { start, end, shift, equalFrom } = candidate;
  return {
    start,
    end,
    shift,
    donor,
    rows: donor.refs({ start: start - shift, end: end - shift }, shift) ?? [],
    equalFrom,
    sharesPrefix: candidate.sharesPrefix,
  };
}

/** What donors are worth for one prompt. */
class Rating {
  readonly #query: Omit<SpanQuery, 'scopes'>;
  readonly #readable: { partitions: readonly ScopePartition[]; unusable: ReadonlySet<BlockKey> };
  readonly #common = new Map<BlockKey, number>();

  constructor(query: Omit<SpanQuery, 'scopes'>, partitions: readonly ScopePartition[]) {
    this.#query = query;
    this.#readable = { partitions, unusable: new Set() };
  }

  of(candidate: Candidate): Traits {
    let first = candidate.last;
    while (first.start > candidate.start - candidate.shift) {
      const parent = readableParent(first, this.#readable);
      if (!parent) break;
      first = parent;
    }
    const { start } = this.#query.range;
    const sharesPrefix = start >= LEAST_SPAN_TOKENS && this.#commonPrefix(candidate.last) >= start;
    return { isCanonical: this.isCanonical(first), sharesPrefix };
  }

  /** Whether the text of the block stands behind the app's own text only. */
  isCanonical(block: DonorBlock): boolean {
    if (block.scope === 'app') return true;
    if (!block.isBehindAppText) return false;
    if (block.textStart > 0) return true;
    // Text that begins with the prompt itself: a short system text has no block of its own, and may be anybody's.
    const { neutral } = this.#query;
    const { partitions } = this.#readable;
    const root = partitions.map((partition) => partition.get(block.root)).find((found) => found !== undefined);
    if (neutral === undefined || neutral.length === 0 || root === undefined) return false;
    return neutral.every((token, at) => root.tokens[at] === token);
  }

  /** Tokens that the prompt and the chain up to the block share from their start on. */
  #commonPrefix(last: DonorBlock): number {
    const chain: DonorBlock[] = [];
    let at: DonorBlock | undefined = last;
    while (at && !this.#common.has(at.key)) {
      chain.push(at);
      at = readableParent(at, this.#readable);
    }
    const { tokens } = this.#query;
    let common = at ? (this.#common.get(at.key) ?? 0) : 0;
    for (const block of chain.reverse()) {
      for (
        let row = 0;
        common === block.start + row && block.tokens[row] === tokens[common] && row < block.tokens.length;
        row++
      ) {
        common++;
      }
      this.#common.set(block.key, common);
    }
    return common;
  }
}
