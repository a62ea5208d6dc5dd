// Tidies the disk side when nobody waits: short blocks that follow one another become one, and the index gives back
// the room of deleted rows. Never changes a row's value: only blocks of one precision and coding are joined, and both
// codings that short blocks have give the same values again. Blocks in use, pinned or not yet written are left alone.

import { blockKey } from './block.ts';
import type { BlockKey, BlockRow, BlockShape } from './block.ts';
import { encodeBlock } from './format.ts';
import type { MergeablePair } from './index/blocks.ts';
import type { BlockStore } from './store.ts';
import type { StoredTier } from './stored-tier.ts';
import { attempt } from './trouble.ts';
import type { KvRows } from '../types.ts';

const PAIRS_AT_ONCE = 64;

export class Compaction {
  readonly #store: BlockStore;
  readonly #secret: Uint8Array;
  /** `store.changes` when nothing was left to do. */
  #tidyAt = -1;

  constructor(store: BlockStore, secret: Uint8Array) {
    this.#store = store;
    this.#secret = secret;
  }

  /** At least one step, and more while there is time. Whether anything is left to do. */
  run(timeBudgetMs: number): boolean {
    const endMs = performance.now() + timeBudgetMs;
    const { stored } = this.#store;
    if (!stored || this.#tidyAt === this.#store.changes) return false;
    // What one round joined may fit to its new neighbour.
    while (this.#joinSome(stored, endMs)) if (performance.now() >= endMs) return true;
    this.#tidyAt = this.#store.changes;
    attempt(() => stored.index.compact());
    stored.foldLog();
    return false;
  }

  /** Whether it did anything. */
  #joinSome(stored: StoredTier, endMs: number): boolean {
    let hasJoined = false;
    for (const pair of stored.index.blocks.mergeable(PAIRS_AT_ONCE)) {
      hasJoined = this.#merge(stored, pair) || hasJoined;
      if (hasJoined && performance.now() >= endMs) break;
    }
    return hasJoined;
  }

  /** Both rows, if nothing stands in the way. */
  #rowsOf({ index }: StoredTier, pair: MergeablePair): { first: BlockRow; second: BlockRow; key: BlockKey } | null {
    const { memory, queue, pending } = this.#store;
    const isBusy = (key: BlockKey): boolean => memory.isHeld(key) || queue.has(key) || pending.blocks.hasChild(key);
    if (isBusy(pair.first) || isBusy(pair.second)) return null;
    const [first, second] = [index.blocks.get(pair.first), index.blocks.get(pair.second)];
    if (!first || second?.parent !== first.key) return null;
    const { scope, layout, parent } = first;
    const tokens = joinedTokens(first, second);
    const key = blockKey(this.#secret, { scope, layout, parent, tokens });
    // The same text, cut in another way, or a block that moved away from there.
    if (this.#store.has(key) || this.#store.equal({ scope, layout, parent }, tokens)) return null;
    return { first, second, key };
  }

  /** Whether it did anything. */
  #merge(stored: StoredTier, pair: MergeablePair): boolean {
    const found = this.#rowsOf(stored, pair);
    if (!found) return false;
    const { first, second, key } = found;
    const [left, right] = [stored.read(first), stored.read(second)];
    if (!left || !right) {
      this.#store.counters.damaged++;
      this.#store.remove([left ? second.key : first.key]);
      return true;
    }
    const rows = joinRows(left.rows, right.rows, left.shape);
    const target = { ...joinedRow(first, second), key };
    const file = encodeBlock({ ...target, shape: left.shape, isRoot: target.parent === null }, rows);
    const merged = { ...target, bytes: file.reduce((bytes, part) => bytes + part.length, 0) };
    if (!stored.hasRoom(merged.bytes) || !stored.merge({ first, second }, merged, file)) return false;
    this.#store.counters.bytesWritten += merged.bytes;
    this.#store.changes++;
    const { memory } = this.#store;
    const isInMemory = memory.has(first.key) && memory.has(second.key);
    memory.drop(first.key);
    memory.drop(second.key);
    if (isInMemory) memory.put(key, { rows, entryId: merged.entryId, isAsStored: true });
    return true;
  }
}

function joinedRow(first: BlockRow, second: BlockRow): BlockRow {
  const [one, other] = [first.decoded, second.decoded];
  const isNone = one.start === one.end;
  const shifted = { start: first.count + other.start, end: first.count + other.end };
  const end = other.start === other.end ? one.end : shifted.end;
  return {
    ...first,
    tokens: joinedTokens(first, second),
    count: first.count + second.count,
    decoded: isNone ? shifted : { start: one.start, end },
    prefillMs: first.prefillMs + second.prefillMs,
    hits: Math.max(first.hits, second.hits),
    createdAt: Math.min(first.createdAt, second.createdAt),
    usedAt: Math.max(first.usedAt, second.usedAt),
  };
}

function joinedTokens(first: BlockRow, second: BlockRow): Uint8Array {
  const tokens = new Uint8Array(first.tokens.length + second.tokens.length);
  tokens.set(first.tokens);
  tokens.set(second.tokens, first.tokens.length);
  return tokens;
}

function joinRows(left: KvRows, right: KvRows, { layers, kvHeads, headSize }: BlockShape): KvRows {
  const join = (one: Float32Array, other: Float32Array): Float32Array => {
    const joined = new Float32Array(one.length + other.length);
    const [oneLane, otherLane] = [left.count * headSize, right.count * headSize];
    for (let lane = 0; lane < layers * kvHeads; lane++) {
      const to = lane * (oneLane + otherLane);
      joined.set(one.subarray(lane * oneLane, (lane + 1) * oneLane), to);
      joined.set(other.subarray(lane * otherLane, (lane + 1) * otherLane), to + oneLane);
    }
    return joined;
  };
  return { count: left.count + right.count, k: join(left.k, right.k), v: join(left.v, right.v) };
}
