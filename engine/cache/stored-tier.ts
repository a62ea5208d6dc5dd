// The disk side of the store: block files, the index on disk, and the quota that counts every file of the folder.
// A row is committed after its file is in place, and a file is removed before its row: a crash between the two leaves
// what the sweep at the next start removes. Does not know what is in memory.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BlockKey, BlockRow, BlockShape } from './block.ts';
import type { DiskTier } from './disk-tier.ts';
import { leastValuableFirst } from './eviction.ts';
import type { CacheIndex } from './index/cache-index.ts';
import type { EntryRow } from './index/entries.ts';
import { attempt } from './trouble.ts';
import type { KvRows } from '../types.ts';

/** Room for the index and its log to grow by while one block is written. */
const INDEX_RESERVE_BYTES = 48 * 1024;
/** Leaves compared at once, longest unused first. */
const CANDIDATES = 512;
/** Share of the quota that is freed beyond the need, so that a full disk does not evict for every block. */
const SLACK = 1 / 64;

export interface EvictionRules {
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
  quotaBytes: number;
  readonly destroy: () => void;
  readonly #folder: string;
  readonly #now: () => number;
  #blockBytes = 0;

  constructor(parts: StoredTierParts) {
    this.index = parts.index;
    this.disk = parts.disk;
    this.quotaBytes = parts.quotaBytes;
    this.destroy = parts.destroy;
    this.#folder = parts.folder;
    this.#now = parts.now;
    this.recount();
  }

  /** Size of all files in the folder: block files by account, the others as they are. */
  get bytes(): number {
    const others = readdirSync(this.#folder, { withFileTypes: true }).filter((item) => item.isFile());
    return others.reduce(
      (bytes, item) => bytes + (statSync(join(this.#folder, item.name), { throwIfNoEntry: false })?.size ?? 0),
      this.#blockBytes,
    );
  }

  read(row: BlockRow, shape: BlockShape): KvRows | null {
    return this.disk.read({ key: row.key, layout: row.layout, shape, count: row.count });
  }

  /** Needs no shape: a file whose header and checksum fit its row is good. */
  check(key: BlockKey): 'gone' | 'good' | 'missing' | 'damaged' {
    const row = this.index.blocks.get(key);
    if (!row) return 'gone';
    if (!this.disk.has(key)) return 'missing';
    return this.disk.isWhole({ key, layout: row.layout, count: row.count }) ? 'good' : 'damaged';
  }

  /** File first, row second. False, with nothing left behind, when the storage refuses. */
  write(row: BlockRow, entry: EntryRow, block: { rows: KvRows; shape: BlockShape }): boolean {
    const identity = { key: row.key, layout: row.layout, shape: block.shape, count: row.count };
    if (!attempt(() => this.disk.write(identity, block.rows))) return false;
    const isIndexed = attempt(() =>
      this.index.transaction(() => {
        this.index.entries.upsert(entry);
        this.index.blocks.insert(row);
        this.index.tombstones.delete(row.key);
      }),
    );
    if (!isIndexed) {
      attempt(() => this.disk.remove(row.key));
      return false;
    }
    this.#blockBytes += row.bytes;
    return true;
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
    if (this.bytes + needed <= this.quotaBytes) return true;
    attempt(() => this.index.checkpoint());
    if (this.bytes + needed <= this.quotaBytes) return true;
    const otherBytes = this.bytes - this.#blockBytes;
    const isEnough = (): boolean => otherBytes + this.#blockBytes + needed <= this.quotaBytes * (1 - SLACK);
    if (!attempt(() => this.index.transaction(() => this.#evictUntil(isEnough, rules)))) this.recount();
    attempt(() => this.index.checkpoint());
    return this.bytes + needed <= this.quotaBytes;
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

  #evictUntil(isEnough: () => boolean, rules: EvictionRules): void {
    while (!isEnough()) {
      const leaves = this.#leaves(rules);
      if (leaves.length === 0) return;
      for (const leaf of leaves) {
        if (isEnough()) return;
        rules.evict(leaf);
      }
    }
  }

  #leaves(rules: EvictionRules): BlockRow[] {
    const leaves: BlockRow[] = [];
    for (const leaf of this.index.blocks.leaves()) {
      if (rules.isFree(leaf)) leaves.push(leaf);
      if (leaves.length === CANDIDATES) break;
    }
    return leastValuableFirst(leaves, this.#now());
  }

  /** Removes what is only in one of folder and index. Returns files removed and blocks without a good file. */
  sweep(): { orphanFiles: number; missing: BlockKey[] } {
    const sizes = this.index.blocks.sizes();
    const { present, removed } = this.disk.sweep(sizes);
    return { orphanFiles: removed, missing: [...sizes.keys()].filter((key) => !present.has(key)) };
  }
}
