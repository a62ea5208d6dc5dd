// The one door of the KV cache: opens the folder, makes spaces, flushes, lists, deletes, counts.
// Everything in it is derived data: trouble costs time, never text, and is not an error of the caller's.

import { setImmediate } from 'node:timers/promises';
import { layoutHash, scopeOf } from './block.ts';
import { Compaction } from './compaction.ts';
import { DisposableRows } from './disposable.ts';
import { CacheIndex, NO_COUNTS } from './index/cache-index.ts';
import type { EntryFilter } from './index/entries.ts';
import { MemoryTier } from './memory-tier.ts';
import { openStoredTier } from './recovery.ts';
import { Space } from './space.ts';
import type { SpaceOptions } from './space.ts';
import { BlockStore } from './store.ts';
import { listEntries, totalsOf } from './totals.ts';
import { checkBlock, recover, removeEntries, storedKeys } from './upkeep.ts';
import { attempt } from './trouble.ts';
import { WriteQueue } from './write-queue.ts';
import type { Write } from './write.ts';
import type { CacheEntry, CacheStats, CacheVerify, EntryId } from '../contract/cache.ts';
import { EngineError } from '../errors.ts';
import type { Scope } from '../types.ts';

export interface KvCacheOptions {
  folder: string;
  /** Keys the block names: the same secret must be given at each start. */
  secret: Uint8Array;
  /** Every file of the folder counts. 0: nothing is kept on disk. */
  quotaBytes: number;
  memoryBudgetBytes: number;
  /** Most bytes that wait for the disk. */
  writeQueueBytes?: number;
  now?: () => number;
}

const WRITE_QUEUE_BYTES = 256 * 1024 * 1024;
const VERIFY_STEP_MS = 20;

export class KvCache {
  readonly #store: BlockStore;
  readonly #secret: Uint8Array;
  readonly #now: () => number;
  readonly #writes = new Set<Write>();
  readonly #compaction: Compaction;
  readonly #disposable: DisposableRows;
  /** Called with every `remove`: what others remember of removed texts must go as well. */
  onRemove: () => void = () => {};
  /** Called with the memory budget when it changes: others keep rows that were computed, too. */
  onLimit: (memoryBudgetBytes: number) => void = () => {};
  #quotaBytes: number;
  #memoryBudgetBytes: number;

  private constructor(store: BlockStore, options: KvCacheOptions) {
    this.#store = store;
    this.#secret = options.secret;
    this.#compaction = new Compaction(store, options.secret);
    this.#now = options.now ?? Date.now;
    this.#disposable = new DisposableRows({ secret: options.secret, now: this.#now });
    this.#quotaBytes = options.quotaBytes;
    this.#memoryBudgetBytes = options.memoryBudgetBytes;
  }

  /** Opens the folder, makes good what a crash left, and keeps the quota. Throws EngineError 'folder-in-use' only. */
  static open(options: KvCacheOptions): KvCache {
    const now = options.now ?? Date.now;
    const stored = openStoredTier({ ...options, now });
    const store = new BlockStore({
      memory: new MemoryTier(options.memoryBudgetBytes),
      queue: new WriteQueue(options.writeQueueBytes ?? WRITE_QUEUE_BYTES),
      pending: CacheIndex.inMemory(),
      stored,
      counters: stored?.index.counters() ?? { ...NO_COUNTS },
      now,
    });
    store.guard(undefined, () => recover(store));
    return new KvCache(store, options);
  }

  space(options: SpaceOptions): Space {
    return new Space({
      store: this.#store,
      secret: this.#secret,
      layout: layoutHash(options.layout),
      modelId: options.modelId,
      shape: options.shape,
      now: this.#now,
      writes: this.#writes,
    });
  }

  /**
   * A space that nothing else of this cache sees, in memory only: for rows that must not be donors for anybody else.
   * Every `remove` ends it, whatever was removed; it takes a share of the memory budget. See `disposable.ts`.
   */
  disposable(options: SpaceOptions): Space {
    const space = this.#disposable.space(options);
    this.#shareMemory();
    return space;
  }

  /** Writes waiting blocks: all of them, or at least one and no more than fit the time. Returns how many still wait. */
  flush(timeBudgetMs = Infinity): number {
    return this.#store.guard(0, () => {
      if (this.#store.queue.length === 0) return 0;
      const waiting = this.#store.flush(timeBudgetMs);
      // With the last block of a turn, so that a crash costs the counts of one turn at most.
      if (waiting === 0) attempt(() => this.#store.stored?.index.saveCounters(this.#store.counters));
      return waiting;
    });
  }

  /**
   * Tidies up, for at least one step and no longer than the time allows (Infinity: all there is). Whether anything is
   * left to do. Nothing that was computed changes; call it when nobody waits and nothing is to be flushed.
   */
  compact(timeBudgetMs = Infinity): boolean {
    return this.#store.guard(false, () => this.#compaction.run(timeBudgetMs));
  }

  /** Blocks that a pin holds. */
  get pinnedBlocks(): number {
    return this.#store.memory.heldBlocks;
  }

  stats(): CacheStats {
    const { memory, counters, dropped } = this.#store;
    this.#saveCounters();
    const stored = this.#store.stored;
    return {
      bytesOnDisk: this.#store.guard(0, () => stored?.bytes ?? 0),
      bytesInMemory: memory.bytes + this.#disposable.bytes,
      memoryBudgetBytes: this.#memoryBudgetBytes,
      blocksInUse: memory.heldBlocks,
      ...this.#store.guard(totalsOf([]), () => totalsOf(this.#store.indexes)),
      quotaBytes: this.#quotaBytes,
      ...counters,
      dropped,
    };
  }

  /** Entries that may be reused by someone who may read `scopes`, last used first. */
  list(scopes: readonly Scope[]): CacheEntry[] {
    return this.#store.guard([], () => listEntries(this.#store.indexes, scopes, this.#store.memory.entryIds()));
  }

  /** A pinned entry is not evicted from the disk. Throws EngineError 'not-found' also for entries of other scopes. */
  setPinned(entryId: EntryId, pinned: boolean, scopes: readonly Scope[]): void {
    this.#mustBeVisible(entryId, scopes);
    this.#store.guard(undefined, () => {
      for (const index of this.#store.indexes) index.entries.setPinned(entryId, pinned);
    });
  }

  /** Throws EngineError 'not-found' also for entries of other scopes. Returns the number of blocks removed. */
  removeEntry(entryId: EntryId, scopes: readonly Scope[]): number {
    this.#mustBeVisible(entryId, scopes);
    return this.remove({ entryId });
  }

  /**
   * Deletes blocks, files, waiting writes, labels and tombstones of all entries that match, and what stands behind
   * their blocks. Returns the number of blocks removed. Throws EngineError 'storage-full' if the disk refuses.
   */
  remove(filter: EntryFilter): number {
    for (const write of this.#writes) write.forget(filter);
    this.#disposable.clear();
    this.#shareMemory();
    this.onRemove();
    return removeEntries(this.#store, filter);
  }

  /** Writes what waits, reads every file; drops blocks that are damaged or missing and files that belong to no block. */
  async verify(): Promise<CacheVerify> {
    this.flush();
    const found = { blocks: 0, damaged: 0, missingFiles: 0 };
    const keys = this.#store.guard([], () => storedKeys(this.#store));
    let stepEndMs = performance.now() + VERIFY_STEP_MS;
    for (const key of keys) {
      const state = this.#store.guard<'gone' | 'good' | 'damaged' | 'missing'>('damaged', () =>
        checkBlock(this.#store, key),
      );
      if (state !== 'gone') found.blocks++;
      if (state === 'damaged') found.damaged++;
      if (state === 'missing') found.missingFiles++;
      if (performance.now() < stepEndMs) continue;
      await setImmediate();
      stepEndMs = performance.now() + VERIFY_STEP_MS;
    }
    const orphanFiles = this.#store.guard(0, () => recover(this.#store));
    const clean = found.damaged + found.missingFiles + orphanFiles === 0;
    return { ...found, orphanFiles, bytesOnDisk: this.stats().bytesOnDisk, clean };
  }

  /** New limits hold at once; a disk tier comes or goes with the next start only. */
  setLimits(limits: { quotaBytes: number; memoryBudgetBytes: number }): void {
    this.#quotaBytes = limits.quotaBytes;
    this.#memoryBudgetBytes = limits.memoryBudgetBytes;
    this.onLimit(limits.memoryBudgetBytes);
    if (this.#store.stored) this.#store.stored.quotaBytes = limits.quotaBytes;
    this.#shareMemory();
    this.#store.guard(undefined, () => this.#store.enforceQuota());
  }

  /** Writes what waits, then lets go of the folder. */
  close(): void {
    this.flush();
    this.#saveCounters();
    this.#store.close();
  }

  /** Counters go to the index, and the index is folded into one file, so that sizes stay as they are measured. */
  #saveCounters(): void {
    const { counters } = this.#store;
    this.#store.guard(undefined, () => {
      this.#store.stored?.index.saveCounters(counters);
      this.#store.stored?.index.checkpoint();
    });
  }

  #shareMemory(): void {
    const { memory } = this.#store;
    memory.budgetBytes = this.#memoryBudgetBytes - this.#disposable.shareOf(this.#memoryBudgetBytes);
    this.#disposable.limit(this.#memoryBudgetBytes);
    this.#store.guard(undefined, () => this.#store.trim());
  }

  #mustBeVisible(entryId: EntryId, scopes: readonly Scope[]): void {
    const isVisible = this.#store.guard(false, () =>
      this.#store.indexes.some((index) => {
        const entry = index.entries.get(entryId);
        return entry !== null && scopes.includes(scopeOf(entry));
      }),
    );
    if (!isVisible) throw new EngineError('not-found', 'This entry is no longer in the cache. Nothing was changed.');
  }
}
