// The disk side of the store: block files, the index on disk, and the quota that counts every file of the folder.
// A row is committed after its file is in place, and a file is removed before its row: a crash between the two leaves
// what the sweep at the next start removes. Does not know what is in memory.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { scopeOf } from './block.ts';
import type { BlockKey, BlockRow } from './block.ts';
import type { DecodedBlock } from './format.ts';
import type { DiskTier } from './disk-tier.ts';
import { GIVERS, insertByValue, leastValuableFirst, mayGive } from './eviction.ts';
import type { CacheIndex } from './index/cache-index.ts';
import type { EntryRow } from './index/entries.ts';
import { attempt } from './trouble.ts';
import type { Scope } from '../types.ts';

/** Room for the index and its log to grow by while one block is written. */
const INDEX_RESERVE_BYTES = 48 * 1024;
/** Leaves compared at once, longest unused first. */
const CANDIDATES = 512;
/** Share of the quota that is freed beyond the need, so that a full disk does not evict for every block. */
const SLACK = 1 / 64;
const ROUNDS = 4;

export interface EvictionRules {
  /** Whose block needs the room; null: the quota became smaller. */
  writer: Scope | null;
  isFree: (leaf: BlockRow) => boolean;
  evict: (leaf: BlockRow) => void;
}

export interface StoredTierParts {
  folder: string;
  index: CacheIndex;
  disk: DiskTier;
  quotaBytes: number;
  now: () => number;
  /** Removes everything from the folder. */
  destroy: () => void;
}

export class StoredTier {
  readonly index: CacheIndex;
  readonly disk: DiskTier;
  readonly destroy: () => void;
  readonly #folder: string;
  readonly #now: () => number;
  #blockBytes = 0;
  #quotaBytes: number;

  constructor(parts: StoredTierParts) {
    this.index = parts.index;
    this.disk = parts.disk;
    this.#quotaBytes = parts.quotaBytes;
    this.destroy = parts.destroy;
    this.#folder = parts.folder;
    this.#now = parts.now;
    this.recount();
    this.index.tombstones.bound(parts.quotaBytes);
  }

  get quotaBytes(): number {
    return this.#quotaBytes;
  }

  set quotaBytes(bytes: number) {
    this.#quotaBytes = bytes;
    this.index.tombstones.bound(bytes);
  }

  /** Size of all files in the folder: block files by account, the others as they are. */
  get bytes(): number {
    const others = readdirSync(this.#folder, { withFileTypes: true }).filter((item) => item.isFile());
    return others.reduce(
      (bytes, item) => bytes + (statSync(join(this.#folder, item.name), { throwIfNoEntry: false })?.size ?? 0),
      this.#blockBytes,
    );
  }

  /** Null when there is no such file, whole and of this block. */
  read(row: BlockRow): DecodedBlock | null {
    return this.disk.read(row);
  }

  check(key: BlockKey): 'gone' | 'good' | 'missing' | 'damaged' {
    const row = this.index.blocks.get(key);
    if (!row) return 'gone';
    if (!this.disk.has(key)) return 'missing';
    return this.read(row) ? 'good' : 'damaged';
  }

  /** File first, row second. False, with nothing left behind, when the storage refuses. */
  write(row: BlockRow, entry: EntryRow, file: readonly Uint8Array[]): boolean {
    if (!attempt(() => this.disk.write(row.key, file))) return false;
    const isIndexed = attempt(() =>
      this.index.transaction(() => {
        this.index.entries.upsert(entry);
        this.index.blocks.insert(row);
        this.index.tombstones.delete(row);
      }),
    );
    if (!isIndexed) {
      attempt(() => this.disk.remove(row.key));
      return false;
    }
    this.#blockBytes += row.bytes;
    return true;
  }

  /**
   * A better file for a block that is there. After a crash between file and row the start finds the better file and
   * corrects the row. False when the storage refuses: the old file stays, or else the block is lost.
   */
  replace(row: BlockRow, file: readonly Uint8Array[]): boolean {
    const before = this.index.blocks.get(row.key);
    if (!before || !attempt(() => this.disk.write(row.key, file))) return false;
    this.#blockBytes += row.bytes - before.bytes;
    if (attempt(() => this.index.blocks.recode(row))) return true;
    // The row says another size than the file has: without the file it is a miss, and the account is right.
    attempt(() => this.disk.remove(row.key));
    attempt(() => this.index.blocks.recode({ ...before, bytes: 0 }));
    this.#blockBytes -= row.bytes;
    return false;
  }

  /**
   * Puts one block in the place of two that follow one another. The new file comes first, then all rows change in one
   * transaction, then the old files go: a crash in between leaves files without rows. False when the storage refuses.
   */
  merge(parts: { first: BlockRow; second: BlockRow }, merged: BlockRow, file: readonly Uint8Array[]): boolean {
    const { first, second } = parts;
    if (!attempt(() => this.disk.write(merged.key, file))) return false;
    const isIndexed = attempt(() =>
      this.index.transaction(() => {
        this.index.blocks.insert(merged);
        this.index.blocks.moveChildren(second.key, merged.key);
        this.index.tombstones.move({ first: first.key, second: second.key, into: merged.key });
        this.index.blocks.delete(second.key);
        this.index.blocks.delete(first.key);
      }),
    );
    if (!isIndexed) {
      attempt(() => this.disk.remove(merged.key));
      return false;
    }
    this.#blockBytes += merged.bytes;
    for (const { key, bytes } of [second, first]) if (attempt(() => this.disk.remove(key))) this.#blockBytes -= bytes;
    return true;
  }

  /** Whether a block of this size fits without anything leaving. */
  hasRoom(bytes: number): boolean {
    return this.bytes + bytes + INDEX_RESERVE_BYTES <= this.quotaBytes;
  }

  /** The index grows by its log with every change: folds the log in before it takes the folder over the quota. */
  foldLog(): void {
    if (this.bytes > this.quotaBytes) attempt(() => this.index.checkpoint());
  }

  /** Throws what the storage throws; then some files may be gone whose rows are still there, found missing later. */
  remove(keys: readonly BlockKey[]): void {
    try {
      this.index.transaction(() => {
        for (const key of keys) this.#removeOne(key);
      });
    } catch (error) {
      this.recount();
      throw error;
    }
  }

  /** Evicts leaves, least valuable first, until `bytes` more fit (0: until the quota is kept). False if they cannot. */
  makeRoom(bytes: number, rules: EvictionRules): boolean {
    const needed = bytes === 0 ? 0 : bytes + INDEX_RESERVE_BYTES;
    const fits = (): boolean => this.bytes + needed <= this.quotaBytes;
    if (fits()) return true;
    attempt(() => this.index.checkpoint());
    // Remembering what was evicted makes the index grow: once may not be enough.
    for (let round = 0; round < ROUNDS && !fits(); round++) {
      const otherBytes = this.bytes - this.#blockBytes;
      const roomBytes = this.quotaBytes * (1 - SLACK) - otherBytes - (needed - bytes);
      if (!attempt(() => this.index.transaction(() => this.#evictInto(roomBytes, bytes, rules)))) this.recount();
      attempt(() => this.index.checkpoint());
    }
    return fits();
  }

  /** The account of block bytes from the index again, after something went wrong halfway. */
  recount(): void {
    this.#blockBytes = this.index.blocks.sums().reduce((bytes, sum) => bytes + sum.bytes, 0);
  }

  #removeOne(key: BlockKey): void {
    const row = this.index.blocks.get(key);
    if (!row) return;
    this.disk.remove(key);
    this.index.blocks.delete(key);
    this.#blockBytes -= row.bytes;
  }

  /** Until all blocks and `bytes` more of the writer's fit into `roomBytes`, or nobody who must give has anything left. */
  #evictInto(roomBytes: number, bytes: number, rules: EvictionRules): void {
    const held = this.#heldBytes();
    if (rules.writer !== null) held.set(rules.writer, (held.get(rules.writer) ?? 0) + bytes);
    for (const stage of GIVERS) {
      const isTaken = (leaf: BlockRow): boolean =>
        mayGive(leaf.scope, stage, { held, roomBytes, writer: rules.writer }) && rules.isFree(leaf);
      for (let leaves = this.#leaves(isTaken); leaves.length > 0; leaves = this.#leaves(isTaken)) {
        for (let leaf = leaves.shift(); leaf; leaf = leaves.shift()) {
          if (this.#blockBytes + bytes <= roomBytes) return;
          if (!isTaken(leaf)) continue;
          held.set(leaf.scope, (held.get(leaf.scope) ?? 0) - leaf.bytes);
          rules.evict(leaf);
          const next = this.#leafNow(leaf.parent);
          if (next) insertByValue(leaves, next, this.#now());
        }
      }
    }
  }

  /** The block if nothing stands behind it any more. */
  #leafNow(key: BlockKey | null): BlockRow | null {
    const block = key === null || this.index.blocks.hasChild(key) ? null : this.index.blocks.get(key);
    return block && this.index.entries.get(block.entryId)?.pinned === 0 ? block : null;
  }

  #leaves(isTaken: (leaf: BlockRow) => boolean): BlockRow[] {
    const leaves: BlockRow[] = [];
    for (const leaf of this.index.blocks.leaves()) {
      if (isTaken(leaf)) leaves.push(leaf);
      if (leaves.length === CANDIDATES) break;
    }
    return leastValuableFirst(leaves, this.#now());
  }

  #heldBytes(): Map<Scope, number> {
    const held = new Map<Scope, number>();
    for (const sum of this.index.blocks.sums()) {
      const scope = scopeOf(sum);
      held.set(scope, (held.get(scope) ?? 0) + sum.bytes);
    }
    return held;
  }

  /** Removes what is only in one of folder and index. Returns files removed and blocks without a good file. */
  sweep(): { orphanFiles: number; missing: BlockKey[] } {
    const sizes = this.index.blocks.sizes();
    const { present, removed } = this.disk.sweep(sizes, (key, bytes) => this.#isBetterFile(key, bytes));
    return { orphanFiles: removed, missing: [...sizes.keys()].filter((key) => !present.has(key)) };
  }

  /** A file that was replaced by a better one right before the process ended; its row is corrected. */
  #isBetterFile(key: BlockKey, bytes: number): boolean {
    const row = this.index.blocks.get(key);
    const file = row && this.read(row);
    if (!row || !file) return false;
    this.index.blocks.recode({ key, bytes, precision: file.precision, coding: file.coding });
    this.#blockBytes += bytes - row.bytes;
    return true;
  }
}
