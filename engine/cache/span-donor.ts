// A chain of cached blocks as a donor of rows: its tokens by position, and references to its rows for a prompt.

import type { BlockKey, BlockRef, BlockRow } from './block.ts';
import type { DonorBlock, ScopePartition } from './span-anchors.ts';
import { readableParent } from './span-search.ts';
import type { TokenRange } from '../types.ts';

/** A run of prompt positions and the rows of one chain for them. */
export interface DonorSpan extends TokenRange {
  /** Position p of the prompt is p - shift in the donor's chain. */
  shift: number;
  donor: Donor;
  /** In prompt order; together they cover start..end-1. */
  rows: BlockRef[];
  /** Prompt position from which on prompt and donor are equal; it may lie before `start`. */
  equalFrom: number;
  /** Whether the donor's chain is the prompt's own as far as the exact prefix goes. */
  sharesPrefix: boolean;
}

export interface DonorParts {
  partitions: readonly ScopePartition[];
  /** The block as the index has it now; null: gone, or not to be used. */
  row: (key: BlockKey) => BlockRow | null;
  /** Whether the block's text stood behind nothing but the app's own text. */
  isCanonical: (block: DonorBlock) => boolean;
}

export class Donor {
  /** First to last; the chain goes on further left only where the reader may not look. */
  readonly #blocks: readonly DonorBlock[];
  readonly #parts: DonorParts;

  constructor(last: DonorBlock, parts: DonorParts) {
    const blocks = [last];
    const readable = { partitions: parts.partitions, unusable: NONE };
    for (let at = readableParent(last, readable); at; at = readableParent(at, readable)) blocks.push(at);
    this.#blocks = blocks.reverse();
    this.#parts = parts;
  }

  /** The text that a chain position belongs to: a name that only chains with this very copy share, and its beginning. */
  textAt(position: number): { name: BlockKey; start: number; isCanonical: boolean } | null {
    const block = this.#within(position, position + 1)[0]?.block;
    if (!block) return null;
    return { name: block.text, start: block.textStart, isCanonical: this.#parts.isCanonical(block) };
  }

  /** Tokens of chain positions start..end-1, or of those among them that can be read. */
  tokens(start: number, end: number): number[] {
    const found: number[] = [];
    for (const { block, from, to } of this.#within(start, end)) found.push(...block.tokens.subarray(from, to));
    return found;
  }

  /** References to the rows of chain positions start..end-1 for prompt positions from start + shift on. Null: gone. */
  refs({ start, end }: TokenRange, shift: number): BlockRef[] | null {
    const refs: BlockRef[] = [];
    for (const { block, from, to } of this.#within(start, end)) {
      const row = this.#parts.row(block.key);
      if (row === null) return null;
      refs.push(refTo(row, { start: block.start + from + shift, offset: from, count: to - from }));
    }
    return refs;
  }

  /** Keys of the blocks that hold chain positions start..end-1. */
  keys(start: number, end: number): BlockKey[] {
    return this.#within(start, end).map(({ block }) => block.key);
  }

  #within(start: number, end: number): { block: DonorBlock; from: number; to: number }[] {
    return this.#blocks.flatMap((block) => {
      const from = Math.max(0, start - block.start);
      const to = Math.min(block.tokens.length, end - block.start);
      return to > from ? [{ block, from, to }] : [];
    });
  }
}

const NONE: ReadonlySet<BlockKey> = new Set();

/** A part of a block as rows for a prompt. */
export function refTo(row: BlockRow, part: { start: number; offset: number; count: number }): BlockRef {
  const inPart = (at: number): number => part.start + Math.min(Math.max(at - part.offset, 0), part.count);
  return {
    key: row.key,
    scope: row.scope,
    ...part,
    blockCount: row.count,
    decoded: { start: inPart(row.decoded.start), end: inPart(row.decoded.end) },
    precision: row.precision,
  };
}

/** The references for prompt positions start..end-1 among `refs`. */
export function cutRefs(refs: readonly BlockRef[], { start, end }: TokenRange): BlockRef[] {
  return refs.flatMap((ref) => {
    const from = Math.max(ref.start, start);
    const to = Math.min(ref.start + ref.count, end);
    if (to <= from) return [];
    const clip = (at: number): number => Math.min(Math.max(at, from), to);
    const decoded = { start: clip(ref.decoded.start), end: clip(ref.decoded.end) };
    return [{ ...ref, start: from, offset: ref.offset + from - ref.start, count: to - from, decoded }];
  });
}
