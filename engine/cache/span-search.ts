// Finds text of a prompt in cached blocks, wherever it stood: windows with equal hashes are compared token by token
// and extended to both sides along the chain of blocks. Sees the given partitions only; says nothing about worth.

import { WINDOW_TOKENS, eachWindow } from './span-hash.ts';
import type { Anchor, DonorBlock, ScopePartition } from './span-anchors.ts';
import type { BlockKey } from './block.ts';
import type { TokenRange } from '../types.ts';

/** A run of prompt positions that equals a run of one chain of blocks. Position p of the prompt is p - shift there. */
export interface Candidate extends TokenRange {
  shift: number;
  /** The block that holds the last row; the others are its ancestors. */
  last: DonorBlock;
  /** Prompt position from which on the two are equal: may lie before `start`, where rows are known already. */
  equalFrom: number;
}

export interface Search {
  tokens: Int32Array;
  /** Positions that rows are wanted for. */
  range: TokenRange;
  partitions: readonly ScopePartition[];
  /** Blocks that count as not there. */
  unusable: ReadonlySet<BlockKey>;
}

/** Comparisons of one search: some 10 ms. Beyond it, text that repeats itself endlessly, more finds are of no use. */
const MOST_COMPARISONS = 3_000_000;
/** Windows with the same hash that are looked at for one position, latest first. */
const MOST_DONORS = 64;
/** Shifts are within this of zero, either way. */
const SHIFT_SPAN = 2 ** 22;

export class SpanSearch {
  readonly #search: Search;
  /** Blocks with the shifts that a candidate covers already. */
  readonly #covered = new Set<number>();
  readonly #candidates: Candidate[] = [];
  #comparisons = 0;

  constructor(search: Search) {
    this.#search = search;
  }

  /** All maximal runs of a window or more, in the order of their first windows. */
  run(): Candidate[] {
    const { tokens, range, partitions } = this.#search;
    eachWindow(tokens, range, (end, hash) => {
      for (const partition of partitions) {
        const anchors = partition.anchors(hash);
        if (anchors !== undefined) this.#tryAll(Array.isArray(anchors) ? anchors : [anchors], end);
      }
    });
    return this.#candidates;
  }

  #tryAll(anchors: readonly Anchor[], end: number): void {
    const oldest = Math.max(0, anchors.length - MOST_DONORS);
    for (let at = anchors.length - 1; at >= oldest; at--) {
      const anchor = anchors[at];
      if (anchor !== undefined && this.#comparisons < MOST_COMPARISONS) this.#tryOne(anchor, end);
    }
  }

  /** Windows come in prompt order, so a run through a block is found where it begins: later windows of it add nothing. */
  #tryOne({ block, end: blockEnd }: Anchor, end: number): void {
    const shift = end - block.start - blockEnd;
    if (this.#search.unusable.has(block.key) || this.#covered.has(coverKey(block, shift))) return;
    const equalFrom = end - this.#equalBefore(block, blockEnd, end);
    if (end - equalFrom < WINDOW_TOKENS) return;
    const { last, end: equalEnd } = this.#extend(block, blockEnd, end);
    for (let at: DonorBlock | undefined = last; at && at.start + at.tokens.length + shift > equalFrom;) {
      this.#covered.add(coverKey(at, shift));
      at = this.parentOf(at);
    }
    const start = Math.max(equalFrom, this.#search.range.start);
    this.#candidates.push({ start, end: equalEnd, shift, last, equalFrom });
  }

  /** How many tokens before row `rowEnd` of the block equal those before prompt position `end`. */
  #equalBefore(block: DonorBlock, rowEnd: number, end: number): number {
    const { tokens } = this.#search;
    let at = end;
    let row = rowEnd;
    for (let here: DonorBlock | undefined = block; here; row = here?.tokens.length ?? 0) {
      while (row > 0 && at > 0 && here.tokens[row - 1] === tokens[at - 1]) {
        row--;
        at--;
      }
      if (row > 0 || at === 0) break;
      here = this.parentOf(here);
    }
    this.#comparisons += end - at + 1;
    return end - at;
  }

  /** Goes on from row `row` = prompt position `at`, into the child that goes on longest. */
  #extend(block: DonorBlock, row: number, at: number): { last: DonorBlock; end: number } {
    const { tokens, range } = this.#search;
    let end = at;
    let next = row;
    while (next < block.tokens.length && end < range.end && block.tokens[next] === tokens[end]) {
      next++;
      end++;
    }
    this.#comparisons += end - at + 1;
    let best = { last: block, end };
    if (next < block.tokens.length || end === range.end) return best;
    for (const partition of this.#search.partitions) {
      for (const child of partition.children(block.key)) {
        if (child.tokens[0] !== tokens[end] || this.#search.unusable.has(child.key)) continue;
        const longer = this.#extend(child, 0, end);
        if (longer.end > best.end) best = longer;
      }
    }
    return best;
  }

  parentOf(block: DonorBlock): DonorBlock | undefined {
    return readableParent(block, this.#search);
  }
}

/** Undefined at the root, and where the chain leaves what may be read or used. */
export function readableParent(
  block: DonorBlock,
  { partitions, unusable }: Pick<Search, 'partitions' | 'unusable'>,
): DonorBlock | undefined {
  if (block.parent === null || unusable.has(block.parent)) return undefined;
  for (const partition of partitions) {
    const parent = partition.get(block.parent);
    if (parent) return parent;
  }
  return undefined;
}

function coverKey(block: DonorBlock, shift: number): number {
  return block.id * 2 * SHIFT_SPAN + shift + SHIFT_SPAN;
}
