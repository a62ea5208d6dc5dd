// The disk side of the store: block files, the index on disk, and the quota that counts every file of the folder.
// A row is committed after its file is in place, and a file is removed before its row: a crash between the two leaves
// what the sweep at the next start removes. Does not know what is in memory.

import { statSync } from 'node:fs';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BlockKey, BlockRow, BlockShape } from './block.ts';
import type { DiskTier } from './disk-tier.ts';
import { leastValuableFirst } from './eviction.ts';
import type { CacheIndex } from './index/cache-index.ts';
import type { EntryRow } from './index/entries.ts';
import { attempt } from './trouble.ts';
import type { KvRows } from '../types.ts';

/** Room for the index to grow by while one block is written. */
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
  #blockBytes: number;

  constructor(parts: StoredTierParts) {
    this.index = parts.index;
    this.disk = parts.disk;
    this.quotaBytes = parts.quotaBytes;
    this.destroy = parts.destroy;
    this.#folder = parts.folder;
    this.#now = parts.now;
    this.#blockBytes = parts.index.blocks.sums().reduce((bytes, sum) => bytes + sum.bytes, 0);
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
    if (this.bytes > this.quotaBytes) attempt(() => this.index.checkpoint());
    return true;
  }

  remove(keys: readonly BlockKey[]): void {
    this.index.transaction(() => {
      for (const key of keys) {
        const row = this.index.blocks.get(key);
        if (!row) continue;
        this.disk.remove(key);
        this.index.blocks.delete(key);
        this.#blockBytes -= row.bytes;
      }
    });
  }

  /** Evicts leaves, least valuable first, until `bytes` more fit. False if they cannot. */
  makeRoom(bytes: number, rules: EvictionRules): boolean {
    const needed = bytes + INDEX_RESERVE_BYTES;
    const fits = (slackBytes: number): boolean => this.bytes + needed + slackBytes <= this.quotaBytes;
    if (fits(0)) return true;
    attempt(() => this.index.checkpoint());
    if (fits(0)) return true;
    const slackBytes = this.quotaBytes * SLACK;
    for (let leaves = this.#leaves(rules); leaves.length > 0 && !fits(slackBytes); leaves = this.#leaves(rules)) {
      for (const leaf of leaves) {
        if (fits(slackBytes)) break;
        rules.evict(leaf);
      }
      attempt(() => this.index.checkpoint());
    }
    return fits(0);
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
