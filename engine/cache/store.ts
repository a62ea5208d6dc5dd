// A block's life: pending (in memory) → queued → stored (file, then index row) → evicted. Memory, disk and the two
// indexes move together here, and nowhere else. Invariants: a stored block's ancestors are stored; a pending block
// has its rows in memory; only leaves are evicted. Trouble with the storage costs blocks, never an exception.

import { attempt, isStorageTrouble } from './trouble.ts';
import type { BlockKey, BlockRow, BlockShape } from './block.ts';
import type { CacheIndex, Counters } from './index/cache-index.ts';
import type { EntryRow } from './index/entries.ts';
import type { MemoryTier } from './memory-tier.ts';
import type { StoredTier } from './stored-tier.ts';
import type { QueuedBlock, WriteQueue } from './write-queue.ts';
import { isDamaged } from '../lib/database.ts';
import { errorCode } from '../lib/error-code.ts';
import { log } from '../lib/log.ts';
import type { KvRows } from '../types.ts';

export interface NewBlock {
  row: BlockRow;
  entry: EntryRow;
  shape: BlockShape;
  rows: KvRows;
}

export interface StoreParts {
  memory: MemoryTier;
  queue: WriteQueue;
  pending: CacheIndex;
  /** Null: no disk tier. */
  stored: StoredTier | null;
  counters: Counters;
  now: () => number;
}

export class BlockStore {
  readonly memory: MemoryTier;
  readonly queue: WriteQueue;
  readonly pending: CacheIndex;
  readonly counters: Counters;
  /** Blocks not written since the start: queue or quota full, or the disk refused. */
  dropped = 0;
  #stored: StoredTier | null;
  readonly #now: () => number;

  constructor(parts: StoreParts) {
    this.memory = parts.memory;
    this.queue = parts.queue;
    this.pending = parts.pending;
    this.counters = parts.counters;
    this.#stored = parts.stored;
    this.#now = parts.now;
  }

  get stored(): StoredTier | null {
    return this.#stored;
  }

  /** Where prefixes are looked for: the index in memory only while it holds anything. */
  get lookupIndexes(): CacheIndex[] {
    return this.#stored && this.pending.blocks.isEmpty ? [this.#stored.index] : this.indexes;
  }

  get indexes(): CacheIndex[] {
    return this.#stored ? [this.#stored.index, this.pending] : [this.pending];
  }

  get(key: BlockKey): BlockRow | null {
    return this.#stored?.index.blocks.get(key) ?? this.pending.blocks.get(key);
  }

  has(key: BlockKey): boolean {
    return this.indexes.some((index) => index.blocks.has(key));
  }

  /** Makes blocks visible, parents before children. Known ones are marked as used; those without a parent are dropped. */
  put(blocks: readonly NewBlock[]): void {
    const kept = blocks.filter((block) => this.#putOne(block));
    // Children first: of blocks used together, the parent stays in memory longest.
    for (const { row, rows } of kept.toReversed()) this.memory.put(row.key, { rows, entryId: row.entryId });
    for (const { row, rows, shape } of kept) this.#enqueue({ key: row.key, rows, shape });
    this.trim();
    this.#stored?.foldLog();
  }

  /** The block's rows from memory or disk. Null: not there, or found damaged and dropped with all that follows it. */
  load(key: BlockKey, shape: BlockShape): KvRows | null {
    const block = this.memory.get(key);
    if (block) return block.rows;
    const row = this.#stored?.index.blocks.get(key);
    if (!row || !this.#stored) return null;
    const rows = this.#stored.read(row, shape);
    if (!rows) {
      this.counters.damaged++;
      this.remove([key]);
      return null;
    }
    this.memory.put(key, { rows, entryId: row.entryId });
    this.trim();
    return rows;
  }

  /** Writes queued blocks until the queue is empty or the time is over (at least one). Returns how many still wait. */
  flush(timeBudgetMs = Infinity): number {
    const endMs = performance.now() + timeBudgetMs;
    do this.#writeNext();
    while (this.queue.length > 0 && performance.now() < endMs);
    return this.queue.length;
  }

  /** Lets blocks leave memory until its budget is kept. One that still waits for the disk is written first. */
  trim(): void {
    for (let key = this.memory.overdue(); key !== null; key = this.memory.overdue()) {
      while (this.queue.has(key)) this.#writeNext();
      this.memory.drop(key);
      if (this.pending.blocks.has(key)) this.#lose(key);
    }
  }

  /** One hit for each block and each of their entries. */
  use(shares: readonly { key: BlockKey; savedMs: number }[], now: number): void {
    const counted = new Set<string>();
    for (const index of this.indexes) {
      const saved = new Map<string, number>();
      index.transaction(() => {
        for (const { key, savedMs } of shares) {
          const row = index.blocks.get(key);
          if (!row) continue;
          index.blocks.use(key, { hits: 1, now });
          saved.set(row.entryId, (saved.get(row.entryId) ?? 0) + savedMs);
        }
        for (const [id, savedMs] of saved) index.entries.use(id, { hits: counted.has(id) ? 0 : 1, savedMs, now });
      });
      for (const id of saved.keys()) counted.add(id);
    }
    this.#stored?.foldLog();
  }

  /** Removes the blocks and all that stand behind them, everywhere. Returns how many. */
  remove(keys: readonly BlockKey[]): number {
    const doomed = this.#withDescendants(keys);
    for (const key of doomed) {
      this.memory.drop(key);
      this.queue.delete(key);
      this.pending.blocks.delete(key);
    }
    this.#stored?.remove(doomed);
    return doomed.length;
  }

  close(): void {
    this.guard(undefined, () => this.#stored?.index.close());
    this.pending.close();
  }

  /** Lets go of the disk: its index is damaged. What was only there is lost. */
  abandonDisk(): void {
    const stored = this.#stored;
    if (!stored) return;
    this.#stored = null;
    this.guard(undefined, stored.destroy);
    this.queue.clear();
    this.remove([...this.pending.blocks.sizes().keys()]);
    this.memory.clear();
    log('warn', 'the cache index is damaged: the cache starts empty and stays in memory until the next start');
  }

  /** Runs `act`; storage trouble costs its result only. */
  guard<Result>(fallback: Result, act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      if (!isStorageTrouble(error)) throw error;
      if (isDamaged(error)) this.abandonDisk();
      else log('warn', 'the cache storage refused', { code: errorCode(error) });
      return fallback;
    }
  }

  /** Evicts what is over the quota, at the start and after it became smaller. */
  enforceQuota(): void {
    if (this.#stored) this.#makeRoom(this.#stored, null);
  }

  #putOne({ row, entry, shape, rows }: NewBlock): boolean {
    if (this.has(row.key)) {
      for (const index of this.indexes) attempt(() => index.blocks.use(row.key, { hits: 0, now: row.usedAt }));
      const isOnlyInMemory = this.pending.blocks.has(row.key);
      const kept = this.memory.get(row.key)?.rows ?? rows;
      if (isOnlyInMemory && !this.queue.has(row.key)) this.#enqueue({ key: row.key, rows: kept, shape });
      return false;
    }
    if (row.parent !== null && !this.has(row.parent)) {
      this.dropped++;
      return false;
    }
    this.pending.entries.upsert(entry);
    this.pending.blocks.insert(row);
    return true;
  }

  #enqueue(block: QueuedBlock): void {
    if (this.#stored === null) return;
    if (!this.queue.push(block)) this.dropped++;
  }

  #writeNext(): void {
    const next = this.queue.shift();
    if (!next) return;
    const row = this.pending.blocks.get(next.key);
    if (!row) return;
    if (!this.guard(false, () => this.#write(row, next))) this.dropped++;
  }

  /** False: the block stays in memory only. */
  #write(row: BlockRow, block: QueuedBlock): boolean {
    const stored = this.#stored;
    const entry = this.pending.entries.get(row.entryId);
    if (!stored || !entry) return false;
    if (row.parent !== null && !stored.index.blocks.has(row.parent)) return false;
    if (!this.#makeRoom(stored, row)) return false;
    if (!stored.write(row, entry, block)) return false;
    this.counters.bytesWritten += row.bytes;
    this.pending.entries.resetUse(entry.id);
    this.pending.blocks.delete(row.key);
    return true;
  }

  /** For a block that is about to be written, or for none. */
  #makeRoom(stored: StoredTier, row: BlockRow | null): boolean {
    const isFree = (leaf: BlockRow): boolean =>
      leaf.key !== row?.parent && !this.memory.isHeld(leaf.key) && !this.pending.blocks.hasChild(leaf.key);
    return stored.makeRoom(row?.bytes ?? 0, { isFree, evict: (leaf) => this.#evict(stored, leaf) });
  }

  /** Off the disk; it stays in memory if it is there. */
  #evict(stored: StoredTier, leaf: BlockRow): void {
    const entry = stored.index.entries.get(leaf.entryId);
    const isKept = entry !== null && this.memory.has(leaf.key);
    if (!isKept) {
      this.counters.evictions++;
      attempt(() => stored.index.tombstones.add(leaf, this.#now()));
    }
    stored.remove([leaf.key]);
    if (!isKept) return;
    this.pending.entries.upsert({ ...entry, hits: 0, saved_ms: 0 });
    this.pending.blocks.insert(leaf);
  }

  /** The block was only in memory and had to leave: it and what follows it are gone. */
  #lose(key: BlockKey): void {
    const row = this.pending.blocks.get(key);
    const entry = row && this.pending.entries.get(row.entryId);
    if (row && entry) {
      const grave = this.#stored?.index ?? this.pending;
      attempt(() => {
        grave.entries.upsert({ ...entry, hits: 0, saved_ms: 0 });
        grave.tombstones.add(row, this.#now());
      });
    }
    this.counters.evictions += this.remove([key]);
  }

  #withDescendants(keys: readonly BlockKey[]): BlockKey[] {
    const doomed = new Set(keys);
    for (const key of doomed) {
      for (const index of this.indexes) for (const child of index.blocks.children(key)) doomed.add(child);
    }
    return [...doomed];
  }
}
