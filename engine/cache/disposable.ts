// Rows that are good for nobody but the policy that made them (blends of exact and approximate rows). They live in a
// store of their own, in memory only: whatever looks into the cache cannot find them, and nothing of them outlives the
// process. What went into such a row is not known any more, so any deletion, of whatever, drops all of them.

import { layoutHash } from './block.ts';
import { CacheIndex, NO_COUNTS } from './index/cache-index.ts';
import { MemoryTier } from './memory-tier.ts';
import { Space } from './space.ts';
import type { SpaceOptions } from './space.ts';
import { BlockStore } from './store.ts';
import { WriteQueue } from './write-queue.ts';

/** Share of the memory budget that goes to disposable rows once there are any. */
const SHARE = 1 / 4;

export interface DisposableOptions {
  secret: Uint8Array;
  now: () => number;
}

export class DisposableRows {
  readonly #options: DisposableOptions;
  /** Null until somebody asks for a space, and again after a deletion. */
  #store: BlockStore | null = null;

  constructor(options: DisposableOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#store?.memory.bytes ?? 0;
  }

  /** Of a memory budget, the bytes that these rows may take: none while nobody uses them. */
  shareOf(memoryBudgetBytes: number): number {
    return this.#store === null ? 0 : Math.floor(memoryBudgetBytes * SHARE);
  }

  /**
   * The rows of one namespace, which its layout names. Whoever holds the space from before a `clear` goes on with what
   * it saw then; what it adds is seen by nobody else.
   */
  space({ layout, modelId, shape }: SpaceOptions): Space {
    const { secret, now } = this.#options;
    this.#store ??= newStore(now);
    return new Space({
      store: this.#store,
      secret,
      layout: layoutHash(layout),
      modelId,
      shape,
      now,
      writes: new Set(),
    });
  }

  /** Keeps the rows within their share of the memory budget. */
  limit(memoryBudgetBytes: number): void {
    if (this.#store === null) return;
    this.#store.memory.budgetBytes = this.shareOf(memoryBudgetBytes);
    this.#store.trim();
  }

  clear(): void {
    this.#store = null;
  }
}

function newStore(now: () => number): BlockStore {
  return new BlockStore({
    memory: new MemoryTier(0),
    queue: new WriteQueue(0),
    pending: CacheIndex.inMemory(),
    stored: null,
    counters: { ...NO_COUNTS },
    now,
  });
}
