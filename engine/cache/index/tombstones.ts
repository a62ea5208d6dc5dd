// Blocks that were evicted: enough of each to say so after a miss, and to compute its rows again. Bounded.
// Belongs to an entry like the block did, and goes with it.

import { commonTokens, scopeColumns } from '../block.ts';
import type { BlockKey, BlockRow, ScopeColumns } from '../block.ts';
import type { Siblings } from './blocks.ts';
import type { DocumentId } from '../../contract/library.ts';
import type { Database } from '../../lib/database.ts';

const MOST_TOMBSTONES = 20_000;
const PRUNED_AT_ONCE = 500;
/** What one takes up in the index, with its places in the index's own indexes. */
const TOMBSTONE_BYTES = 1024;
const TOKEN_BYTES = 4;
/** Share of a quota that tombstones may take. */
const SHARE = 1 / 16;

export interface EvictedDocument {
  id: DocumentId;
  rows: number;
}

interface TombstoneRow extends ScopeColumns {
  key: BlockKey;
  parent: string;
  layout: string;
  entry_id: string;
  tokens: Uint8Array;
  prefill_ms: number;
  hits: number;
  evicted_at: number;
}

type SiblingTokens = [parent: string, layout: string, scope: string, owner: string, tokens: Uint8Array];

export class TombstoneTable {
  readonly #insert;
  readonly #deleteEqual;
  readonly #deleteUnder;
  readonly #adopt;
  readonly #before;
  readonly #documents;
  readonly #prune;
  readonly #countAll;
  #count: number;
  #most = MOST_TOMBSTONES;

  constructor(database: Database) {
    this.#insert = database.prepare<[TombstoneRow]>(
      `INSERT OR REPLACE INTO tombstones VALUES (@key, @parent, @layout, @scope, @owner, @entry_id, @tokens,
         @prefill_ms, @hits, @evicted_at)`,
    );
    this.#deleteEqual = database.prepare<SiblingTokens>(
      'DELETE FROM tombstones WHERE parent = ? AND layout = ? AND scope = ? AND owner = ? AND tokens = ?',
    );
    this.#deleteUnder = database.prepare<[string]>('DELETE FROM tombstones WHERE parent = ?');
    this.#adopt = database.prepare<[string, string]>('UPDATE tombstones SET parent = ? WHERE parent = ?');
    this.#before = database.prepare<SiblingTokens, { tokens: Uint8Array }>(
      `SELECT tokens FROM tombstones WHERE parent = +? AND layout = +? AND scope = +? AND owner = +? AND tokens <= ?
       ORDER BY tokens DESC LIMIT 1`,
    );
    // What took longest to compute and was used most often first.
    this.#documents = database.prepare<[string], { id: string; bytes: number }>(
      `SELECT e.source_id AS id, sum(length(t.tokens)) AS bytes FROM tombstones t JOIN entries e ON e.id = t.entry_id
       WHERE t.layout = ? AND t.scope = 'library' AND e.kind = 'document'
       GROUP BY e.id ORDER BY sum(t.prefill_ms * (t.hits + 1)) DESC, max(t.evicted_at) DESC`,
    );
    this.#prune = database.prepare<[number]>(
      'DELETE FROM tombstones WHERE key IN (SELECT key FROM tombstones ORDER BY evicted_at LIMIT ?)',
    );
    this.#countAll = database.prepare<[], { count: number }>('SELECT count(*) AS count FROM tombstones');
    this.#count = this.#countAll.get()?.count ?? 0;
  }

  /** They may take a share of a folder with this quota. */
  bound(quotaBytes: number): void {
    this.#most = Math.min(MOST_TOMBSTONES, Math.floor((quotaBytes * SHARE) / TOMBSTONE_BYTES));
  }

  add(block: BlockRow, now: number): void {
    this.#insert.run({
      ...scopeColumns(block.scope),
      key: block.key,
      parent: block.parent ?? '',
      layout: block.layout,
      entry_id: block.entryId,
      tokens: block.tokens,
      prefill_ms: block.prefillMs,
      hits: block.hits,
      evicted_at: now,
    });
    this.#count++;
    if (this.#count <= this.#most) return;
    // Those that went with their entry, or were replaced, were not counted: count again.
    this.#count = this.#countAll.get()?.count ?? 0;
    if (this.#count <= this.#most) return;
    this.#count -= this.#prune.run(this.#count - this.#most + Math.min(PRUNED_AT_ONCE, this.#most >> 2)).changes;
  }

  /** The block is back, perhaps with another key. */
  delete({ parent, layout, scope, tokens }: BlockRow): void {
    const columns = scopeColumns(scope);
    this.#count -= this.#deleteEqual.run(parent ?? '', layout, columns.scope, columns.owner, tokens).changes;
  }

  /** Two blocks became one: what stood behind the second stands behind the new one, what stood beside it is lost. */
  move(merged: { first: BlockKey; second: BlockKey; into: BlockKey }): void {
    this.#count -= this.#deleteUnder.run(merged.first).changes;
    this.#adopt.run(merged.into, merged.second);
  }

  /** Whether one of the evicted siblings is a prefix of `window`. */
  hasPrefixOf(siblings: Siblings, window: Uint8Array): boolean {
    const { scope, owner } = scopeColumns(siblings.scope);
    for (let end = window.length; end > 0;) {
      const at = [siblings.parent ?? '', siblings.layout, scope, owner, window.subarray(0, end)] as SiblingTokens;
      const tokens = this.#before.get(...at)?.tokens;
      if (!tokens) return false;
      const common = commonTokens(tokens, window);
      if (common * 4 === tokens.length) return true;
      end = 4 * Math.min(common, end / 4 - 1);
    }
    return false;
  }

  /** Documents for everybody that lost rows, and how many (texts before them may differ), most worth having back first. */
  documents(layout: string): EvictedDocument[] {
    if (this.#count === 0) return [];
    return this.#documents.all(layout).map(({ id, bytes }) => ({ id: id as DocumentId, rows: bytes / TOKEN_BYTES }));
  }
}
