// Windows of cached text as vectors, over both indexes of the cache: which are missing, which are nearest, and what
// text and which blocks stand there. Knows token ids only; what a vector means is its maker's affair.

import { tokensOf } from './block.ts';
import type { BlockKey, BlockRow } from './block.ts';
import type { BlockTable } from './index/blocks.ts';
import { rankOf } from './precision.ts';
import type { VectorHit, VectorKind, VectorTable } from './vectors.ts';
import type { KvPrecision } from '../contract/settings.ts';
import type { Scope } from '../types.ts';

/** Tokens in a window. */
export const WINDOW_TOKENS = 256;
/** A window ends with a block about every so many tokens of a chain, and with each last block. */
export const WINDOW_STRIDE = 128;
/** Less text than this says too little to be found by. */
export const LEAST_WINDOW_TOKENS = 32;
/** Room in the folder for a row's neighbours: index entries, the log's page. */
const ROW_RESERVE_BYTES = 16 * 1024;

/** What the vectors stand on: the cache's store, seen from here. */
export interface VectorHome {
  readonly indexes: readonly { readonly blocks: BlockTable; readonly vectors: VectorTable }[];
  readonly stored: { readonly bytes: number; readonly quotaBytes: number; foldLog(): void } | null;
  guard<Result>(fallback: Result, act: () => Result): Result;
}

export interface VectorIndexOptions extends VectorKind {
  store: VectorHome;
  /** Text of which a part came later, in milliseconds since the epoch, is not read. */
  until?: number | undefined;
}

/** A window of cached text without a vector. */
export interface WaitingWindow {
  key: BlockKey;
  /** Null: no vector is wanted for it; `add` it as null. */
  tokens: Int32Array | null;
}

/** A block where it stands in its chain. */
export interface DonorBlock {
  block: BlockRow;
  /** Position of its first row in the text it was computed in. */
  start: number;
  tokens: Int32Array;
}

export interface DonorText {
  /** Consecutive, in text order; never empty. */
  blocks: DonorBlock[];
  /** `canonical`: behind nothing but the app's own text. */
  context: 'canonical' | 'other';
}

export interface TextOptions {
  scopes: readonly Scope[];
  tokens: number;
  /** Text of a lower precision is as if it were not there. */
  lowest?: KvPrecision | undefined;
  /** What the app's own text begins with where it is too short for blocks of its own. */
  neutral?: Int32Array | undefined;
}

export class VectorIndex {
  readonly #store: VectorHome;
  readonly #kind: VectorKind;
  readonly #until: number;

  constructor({ store, layout, method, until = Infinity }: VectorIndexOptions) {
    this.#store = store;
    this.#kind = { layout, method };
    this.#until = until;
  }

  /** Windows to add next, at most `limit`; empty when all is done. */
  waiting(limit: number): WaitingWindow[] {
    const get = this.#reader();
    return this.#store.guard([], () =>
      this.#store.indexes
        .flatMap(({ vectors }) => vectors.waiting(this.#kind, limit))
        .slice(0, limit)
        .map((key) => ({ key, tokens: this.#windowTokens(chainOf(key, get)) })),
    );
  }

  /** Keeps the vector of the window that ends with this block. False: the block is gone, or the folder has no room. */
  add(key: BlockKey, vector: Float32Array | null): boolean {
    const { stored, indexes } = this.#store;
    return this.#store.guard(false, () => {
      const home = indexes.find(({ blocks }) => blocks.has(key));
      const block = home?.blocks.get(key);
      if (!home || !block) return false;
      if (stored && stored.bytes + (vector?.byteLength ?? 0) + ROW_RESERVE_BYTES > stored.quotaBytes) return false;
      home.vectors.insert({ key, scope: block.scope, entryId: block.entryId, vector }, this.#kind);
      stored?.foldLog();
      return true;
    });
  }

  /** The `limit` windows most similar to a unit vector, most similar first. Only the given scopes are read. */
  nearest(vector: Float32Array, scopes: readonly Scope[], limit: number): VectorHit[] {
    const of = { ...this.#kind, limit };
    return this.#store.guard([], () =>
      this.#store.indexes
        .flatMap(({ vectors }) => scopes.flatMap((scope) => vectors.nearest(vector, scope, of)))
        .sort((left, right) => right.similarity - left.similarity || (left.key < right.key ? -1 : 1))
        .slice(0, limit),
    );
  }

  /** Reads texts by their last block, each block once. Gives null for a text that is gone or not to be read. */
  texts({ scopes, tokens, lowest = 'int8', neutral }: TextOptions): (key: BlockKey) => DonorText | null {
    const get = this.#reader();
    return (key) => {
      const chain = this.#store.guard([], () => chainOf(key, get));
      if (chain.length === 0 || chain.some((block) => !scopes.includes(block.scope))) return null;
      if (chain.some(({ precision, createdAt }) => rankOf(precision) > rankOf(lowest) || createdAt > this.#until))
        return null;
      let end = tokensIn(chain);
      const least = end - tokens;
      const blocks: DonorBlock[] = [];
      for (const block of chain.toReversed()) {
        if (end <= least) break;
        end -= block.count;
        blocks.push({ block, start: end, tokens: tokensOf(block.tokens) });
      }
      return { blocks: blocks.toReversed(), context: isCanonical(chain, neutral) ? 'canonical' : 'other' };
    };
  }

  /** Null where the last block needs no vector: another one close by has it, or there is too little text. */
  #windowTokens(chain: readonly BlockRow[]): Int32Array | null {
    const last = chain.at(-1);
    if (!last) return null;
    const end = tokensIn(chain);
    const isStep = Math.floor(end / WINDOW_STRIDE) > Math.floor((end - last.count) / WINDOW_STRIDE);
    if (!isStep && this.#store.indexes.some(({ blocks }) => blocks.hasChild(last.key))) return null;
    const own = chain.slice(chain.findLastIndex((block) => block.entryId !== last.entryId) + 1);
    const tokens = Int32Array.from(own.flatMap((block) => [...tokensOf(block.tokens)])).slice(-WINDOW_TOKENS);
    return tokens.length < LEAST_WINDOW_TOKENS ? null : tokens;
  }

  /** Blocks by key, each looked up once. */
  #reader(): ReadBlock {
    const known = new Map<BlockKey, BlockRow | null>();
    return (key) => {
      let block = known.get(key);
      for (const { blocks } of block === undefined ? this.#store.indexes : []) block ??= blocks.get(key);
      known.set(key, block ?? null);
      return block ?? null;
    };
  }
}

type ReadBlock = (key: BlockKey) => BlockRow | null;

/** From the root to the block; empty when a part of it is gone. */
function chainOf(key: BlockKey, get: ReadBlock): BlockRow[] {
  const chain: BlockRow[] = [];
  for (let next: BlockKey | null = key; next !== null;) {
    const block = get(next);
    if (!block) return [];
    chain.push(block);
    next = block.parent;
  }
  return chain.toReversed();
}

function tokensIn(chain: readonly BlockRow[]): number {
  return chain.reduce((sum, block) => sum + block.count, 0);
}

/** Whether a text stands behind nothing but the app's own: in blocks of the app, or at the beginning of its first one. */
function isCanonical(chain: readonly BlockRow[], neutral: Int32Array | undefined): boolean {
  const before = chain.filter((block) => block.entryId !== chain.at(-1)?.entryId);
  if (before.length > 0) return before.every((block) => block.scope === 'app');
  const first = chain[0] ? tokensOf(chain[0].tokens) : new Int32Array();
  return neutral !== undefined && neutral.every((token, at) => first[at] === token);
}
