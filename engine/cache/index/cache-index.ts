// One index: its tables, its transactions, its counters. The cache has two of them with the same schema:
// one on disk for blocks whose files are in place, one in memory for blocks that are not on disk (yet).

import { BlockTable } from './blocks.ts';
import { EntryTable } from './entries.ts';
import { openIndexDatabase } from './schema.ts';
import { TombstoneTable } from './tombstones.ts';
import { VectorTable } from '../vectors.ts';
import type { Database } from '../../lib/database.ts';

export interface Counters {
  hits: number;
  misses: number;
  evictions: number;
  damaged: number;
  bytesWritten: number;
}

export const NO_COUNTS: Counters = { hits: 0, misses: 0, evictions: 0, damaged: 0, bytesWritten: 0 };

export class CacheIndex {
  readonly blocks: BlockTable;
  readonly entries: EntryTable;
  readonly tombstones: TombstoneTable;
  readonly vectors: VectorTable;
  readonly #database: Database;
  #savedCounters = '';

  constructor(database: Database) {
    this.#database = database;
    this.blocks = new BlockTable(database);
    this.entries = new EntryTable(database);
    this.tombstones = new TombstoneTable(database);
    this.vectors = new VectorTable(database);
  }

  static inMemory(): CacheIndex {
    return new CacheIndex(openIndexDatabase(':memory:'));
  }

  transaction(act: () => void): void {
    this.#database.transaction(act)();
  }

  /** Whether SQLite finds its own file in order. */
  isSound(): boolean {
    return this.#database.pragma('quick_check(1)', { simple: true }) === 'ok';
  }

  fact(name: string): string | null {
    const row = this.#database.prepare<[string], { value: string }>('SELECT value FROM facts WHERE name = ?').get(name);
    return row?.value ?? null;
  }

  setFact(name: string, value: string): void {
    this.#database.prepare<[string, string]>('INSERT OR REPLACE INTO facts VALUES (?, ?)').run(name, value);
  }

  counters(): Counters {
    this.#savedCounters = this.fact('counters') ?? '';
    return this.#savedCounters === ''
      ? { ...NO_COUNTS }
      : { ...NO_COUNTS, ...(JSON.parse(this.#savedCounters) as Counters) };
  }

  /** Writes only what changed, so that closing after a look at the sizes does not change them. */
  saveCounters(counters: Counters): void {
    const text = JSON.stringify(counters);
    if (text === this.#savedCounters) return;
    this.setFact('counters', text);
    this.#savedCounters = text;
  }

  /** Folds the log into the index file and cuts it to nothing. */
  checkpoint(): void {
    this.#database.pragma('wal_checkpoint(TRUNCATE)');
  }

  /** Gives pages of deleted rows back to the disk when most of the file is such pages. */
  compact(): void {
    const pages = this.#database.pragma('page_count', { simple: true }) as number;
    const free = this.#database.pragma('freelist_count', { simple: true }) as number;
    if (free > pages / 2) this.#database.exec('VACUUM');
  }

  close(): void {
    this.#database.close();
  }
}
