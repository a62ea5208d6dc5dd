// A block's life: pending (in memory) → queued → stored (file, then index row) → evicted. Memory, disk and the two
// indexes move together here, and nowhere else. Invariants: a stored block's ancestors are stored; a pending block
// has its rows in memory; only leaves are evicted. Trouble with the storage costs blocks, never an exception.

import { attempt, isStorageTrouble } from './trouble.ts';
import { commonTokens } from './block.ts';
import type { BlockKey, BlockRow, BlockShape } from './block.ts';
import type { CacheIndex, Counters } from './index/cache-index.ts';
import type { EntryRow } from './index/entries.ts';
import type { MemoryBlock, MemoryTier } from './memory-tier.ts';
import { SpanAnchors } from './span-anchors.ts';
import type { LayoutAnchors } from './span-anchors.ts';
import type { StoredTier } from './stored-tier.ts';
import type { QueuedBlock, WriteQueue } from './write-queue.ts';
import { asStored } from './codec.ts';
import { encodeBlock } from './format.ts';
import type { Siblings } from './index/blocks.ts';
import { rankOf } from './precision.ts';
import { isDamaged } from '../lib/database.ts';
import { errorCode } from '../lib/error-code.ts';
import { log } from '../lib/log.ts';
import type { KvPrecision } from '../contract/settings.ts';
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
  /** Grows with every block that comes or goes on disk: tells whether there can be anything to tidy up. */
  changes = 0;
  #stored: StoredTier | null;
  readonly #now: () => number;
  readonly #anchors = new SpanAnchors((key) => this.has(key));

  constructor(parts: StoreParts) {
    this.memory = parts.memory;
    this.queue = parts.queue;
    this.pending = parts.pending;
    this.counters = parts.counters;
    this.#stored = parts.stored;
    this.#now = parts.now;
    for (const index of this.indexes) index.blocks.watcher = this.#anchors;
  }

  /** Where text stands in the blocks of a layout; made from the indexes the first time, and kept right from then on. */
  anchors(layout: string): LayoutAnchors {
    return this.#anchors.of(layout, () => this.indexes.flatMap((index) => [...index.blocks.ofLayout(layout)]));
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

  /** That of the rows themselves: a better file may still wait to be written. 'lossless' of no block. */
  precisionOf(key: BlockKey | null): KvPrecision {
    const waiting = key === null ? undefined : this.queue.get(key)?.precision;
    return waiting ?? (key === null ? null : this.get(key))?.precision ?? 'lossless';
  }

  has(key: BlockKey): boolean {
    return this.indexes.some((index) => index.blocks.has(key));
  }

  /** The sibling with exactly these tokens. Its key may be another than `blockKey` gives: see `compaction.ts`. */
  equal(siblings: Siblings, tokens: Uint8Array): BlockKey | null {
    for (const index of this.indexes) {
      const block = index.blocks.before(siblings, tokens);
      if (block && block.tokens.length === tokens.length && commonTokens(block.tokens, tokens) === block.count) {
        return block.key;
      }
    }
    return null;
  }

  /**
   * Makes blocks visible, parents before children. Known ones are marked as used, and become better where
   * the new rows are; those without a parent are dropped.
   */
  put(blocks: readonly NewBlock[]): void {
    const kept = blocks.filter((block) => this.#putOne(block));
    // Children first: of blocks used together, the parent stays in memory longest.
    for (const { row, rows } of kept.toReversed()) {
      this.memory.put(row.key, { rows, entryId: row.entryId, isAsStored: row.coding === 'lossless' });
    }
    for (const { row, rows, shape } of kept) this.#enqueue(row, rows, shape);
    this.trim();
    this.#stored?.foldLog();
  }

  /** The block's rows from memory or disk. Null: not there, or found damaged and dropped with all that follows it. */
  load(key: BlockKey, shape: BlockShape): KvRows | null {
    const block = this.memory.get(key);
    if (block) return block.isAsStored ? block.rows : this.#settle(key, block, shape);
    const row = this.#stored?.index.blocks.get(key);
    if (!row || !this.#stored) return null;
    const read = this.#stored.read(row);
    if (!read || !isSameShape(read.shape, shape)) {
      this.counters.damaged++;
      this.remove([key]);
      return null;
    }
    this.memory.put(key, { rows: read.rows, entryId: row.entryId, isAsStored: true });
    this.trim();
    return read.rows;
  }

  /** Rows that lose something when they are written lose it before they are read: an answer must not tell which came first. */
  #settle(key: BlockKey, block: MemoryBlock, shape: BlockShape): KvRows {
    const row = this.get(key);
    const rows = row ? asStored(block.rows, { shape, coding: row.coding, isRoot: row.parent === null }) : block.rows;
    this.memory.put(key, { ...block, rows, isAsStored: true });
    return rows;
  }

  /** Writes queued blocks until the queue is empty or the time is over (at least one). Returns how many still wait. */
  flush(timeBudgetMs = Infinity): number {
    const endMs = performance.now() + timeBudgetMs;
    do this.#writeNext();
    while (this.queue.length > 0 && performance.now() < endMs);
    // What was written has its entry in the other index now.
    if (this.queue.length === 0) this.pending.entries.prune();
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
    if (doomed.length > 0) this.changes++;
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
    this.#anchors.clear();
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

  /** Whether its rows are now those of the block. */
  #putOne({ row, entry, shape, rows }: NewBlock): boolean {
    const known = this.get(row.key);
    if (known) {
      for (const index of this.indexes) attempt(() => index.blocks.use(row.key, { hits: 0, now: row.usedAt }));
      const isOnlyInMemory = this.pending.blocks.has(row.key);
      if (rankOf(row.precision) < rankOf(known.precision)) {
        // One that is on the disk is found at its old precision until the better file is written.
        if (isOnlyInMemory) this.pending.blocks.recode(row);
        this.queue.delete(row.key);
        return true;
      }
      const kept = this.memory.get(row.key)?.rows ?? rows;
      if (isOnlyInMemory && !this.queue.has(row.key)) this.#enqueue(known, kept, shape);
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

  #enqueue({ key, precision, coding }: BlockRow, rows: KvRows, shape: BlockShape): void {
    if (this.#stored === null) return;
    if (!this.queue.push({ key, shape, rows, precision, coding })) this.dropped++;
  }

  #writeNext(): void {
    const next = this.queue.shift();
    if (!next) return;
    const row = this.get(next.key);
    if (!row) return;
    const { precision, coding } = next;
    if (!this.guard(false, () => this.#write({ ...row, precision, coding }, next))) this.dropped++;
  }

  /** False: the block stays in memory only. */
  #write(target: BlockRow, block: QueuedBlock): boolean {
    const stored = this.#stored;
    if (!stored) return false;
    const isThere = stored.index.blocks.has(target.key);
    const entry = this.pending.entries.get(target.entryId);
    if (!isThere && !entry) return false;
    if (target.parent !== null && !stored.index.blocks.has(target.parent)) return false;
    const file = encodeBlock({ ...target, shape: block.shape, isRoot: target.parent === null }, block.rows);
    const row = { ...target, bytes: file.reduce((bytes, part) => bytes + part.length, 0) };
    if (!this.#makeRoom(stored, row)) return false;
    if (isThere ? !stored.replace(row, file) : !entry || !stored.write(row, entry, file)) return false;
    this.counters.bytesWritten += row.bytes;
    this.changes++;
    if (!entry || isThere) return true;
    this.pending.entries.resetUse(entry.id);
    this.pending.blocks.delete(row.key);
    return true;
  }

  /** For a block that is about to be written, or for none. */
  #makeRoom(stored: StoredTier, row: BlockRow | null): boolean {
    const isFree = (leaf: BlockRow): boolean =>
      leaf.key !== row?.parent &&
      leaf.key !== row?.key &&
      !this.memory.isHeld(leaf.key) &&
      !this.pending.blocks.hasChild(leaf.key);
    const rules = { writer: row?.scope ?? null, isFree, evict: (leaf: BlockRow) => this.#evict(stored, leaf) };
    return stored.makeRoom(row?.bytes ?? 0, rules);
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

function isSameShape(left: BlockShape, right: BlockShape): boolean {
  return left.layers === right.layers && left.kvHeads === right.kvHeads && left.headSize === right.headSize;
}
