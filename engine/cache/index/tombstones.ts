// Keys of blocks that were evicted, so that a miss can say so. Bounded; holds no token ids.

import { scopeColumns } from '../block.ts';
import type { BlockKey, BlockRow } from '../block.ts';
import type { Siblings } from './blocks.ts';
import type { Database } from '../../lib/database.ts';

const MOST_TOMBSTONES = 20_000;
const PRUNED_AT_ONCE = 500;

export class TombstoneTable {
  readonly #insert;
  readonly #delete;
  readonly #under;
  readonly #prune;
  readonly #countAll;
  #count: number;

  constructor(database: Database) {
    this.#insert = database.prepare<(string | number)[]>(
      'INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#delete = database.prepare<[string]>('DELETE FROM tombstones WHERE key = ?');
    this.#under = database.prepare<string[], { key: BlockKey; count: number }>(
      'SELECT key, count FROM tombstones WHERE parent = ? AND layout = ? AND scope = ? AND owner = ? ORDER BY count DESC LIMIT 1000',
    );
    this.#prune = database.prepare<[number]>(
      'DELETE FROM tombstones WHERE key IN (SELECT key FROM tombstones ORDER BY evicted_at LIMIT ?)',
    );
    this.#countAll = database.prepare<[], { count: number }>('SELECT count(*) AS count FROM tombstones');
    this.#count = this.#countAll.get()?.count ?? 0;
  }

  add(block: BlockRow, now: number): void {
    const { scope, owner } = scopeColumns(block.scope);
    this.#insert.run(block.key, block.parent ?? '', block.layout, scope, owner, block.entryId, block.count, now);
    this.#count++;
    if (this.#count <= MOST_TOMBSTONES) return;
    // Those that went with their entry, or were replaced, were not counted: count again.
    this.#prune.run(PRUNED_AT_ONCE);
    this.#count = this.#countAll.get()?.count ?? 0;
  }

  delete(key: BlockKey): void {
    this.#count -= this.#delete.run(key).changes;
  }

  /** Evicted children of a block. */
  under(siblings: Siblings): { key: BlockKey; count: number }[] {
    const { scope, owner } = scopeColumns(siblings.scope);
    return this.#under.all(siblings.parent ?? '', siblings.layout, scope, owner);
  }
}
