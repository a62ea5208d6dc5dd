// Rows of the index that stand for blocks: chain lookups in token order, leaves for eviction, sums.
// Every lookup by tokens names one scope and owner: no row outside of them is read.

import { BLOCK_TOKENS, scopeColumns, scopeOf } from '../block.ts';
import type { BlockKey, BlockRow, ScopeColumns } from '../block.ts';
import type { ScopeKind } from '../../contract/cache.ts';
import type { KvPrecision } from '../../contract/settings.ts';
import type { Database } from '../../lib/database.ts';
import { precisionOf, rankOf } from '../precision.ts';
import type { Scope } from '../../types.ts';

interface StoredRow extends ScopeColumns {
  key: BlockKey;
  parent: string;
  layout: string;
  entry_id: string;
  tokens: Uint8Array;
  count: number;
  decoded_start: number;
  decoded_end: number;
  prefill_ms: number;
  bytes: number;
  hits: number;
  created_at: number;
  used_at: number;
  precision: number;
  coding: number;
}

/** Blocks that share a parent, a layout and a scope. */
export interface Siblings {
  parent: BlockKey | null;
  layout: string;
  scope: Scope;
  /** Those of a lower precision are passed over; left out: none are. */
  lowest?: KvPrecision | undefined;
  /** Those that came after it, in milliseconds since the epoch, are passed over; left out: none are. */
  until?: number | undefined;
}

/** What the prefix walk needs of a block. */
export type ChainBlock = Pick<BlockRow, 'key' | 'scope' | 'tokens' | 'count' | 'decoded' | 'createdAt' | 'precision'>;

interface ChainRow {
  key: BlockKey;
  tokens: Uint8Array;
  count: number;
  decoded_start: number;
  decoded_end: number;
  created_at: number;
  precision: number;
}

/** Two blocks, one right behind the other, that may become one. */
export interface MergeablePair {
  first: BlockKey;
  second: BlockKey;
}

export interface BlockSum extends ScopeColumns {
  scope: ScopeKind;
  entry_id: string;
  blocks: number;
  tokens: number;
  bytes: number;
}

/** Told of every block that comes and goes. */
export interface BlockWatcher {
  added(block: BlockRow): void;
  removed(key: BlockKey): void;
}

type SiblingTokens = [
  parent: string,
  layout: string,
  scope: string,
  owner: string,
  tokens: Uint8Array,
  rank: number,
  until: number,
];
const CHAIN_COLUMNS = 'key, tokens, count, decoded_start, decoded_end, created_at, precision';
// The plus keeps SQLite from planning the statement anew at each call, as it does where an ORDER BY meets bound values:
// that would take four times as long as the lookup.
const SIBLINGS = 'parent = +? AND layout = +? AND scope = +? AND owner = +?';

export class BlockTable {
  watcher: BlockWatcher | null = null;
  readonly #database: Database;
  readonly #get;
  readonly #before;
  readonly #after;
  readonly #any;
  readonly #anyChild;
  readonly #children;
  readonly #latest;
  readonly #insert;
  readonly #delete;
  readonly #use;
  readonly #recode;

  constructor(database: Database) {
    this.#database = database;
    this.#get = database.prepare<[string], StoredRow>('SELECT * FROM blocks WHERE key = ?');
    this.#before = database.prepare<SiblingTokens, ChainRow>(
      `SELECT ${CHAIN_COLUMNS} FROM blocks WHERE ${SIBLINGS} AND tokens <= ? AND precision <= ? AND created_at <= ? ORDER BY tokens DESC LIMIT 1`,
    );
    this.#after = database.prepare<SiblingTokens, ChainRow>(
      `SELECT ${CHAIN_COLUMNS} FROM blocks WHERE ${SIBLINGS} AND tokens > ? AND precision <= ? AND created_at <= ? ORDER BY tokens LIMIT 1`,
    );
    this.#any = database.prepare<[], { key: BlockKey }>('SELECT key FROM blocks LIMIT 1');
    this.#anyChild = database.prepare<[string], { key: BlockKey }>('SELECT key FROM blocks WHERE parent = ? LIMIT 1');
    this.#children = database.prepare<[string], { key: BlockKey }>('SELECT key FROM blocks WHERE parent = ?');
    this.#latest = database.prepare<[...string[], number], StoredRow>(
      `SELECT * FROM blocks WHERE ${SIBLINGS} ORDER BY used_at DESC LIMIT ?`,
    );
    this.#insert = database.prepare<[StoredRow]>(
      `INSERT INTO blocks VALUES (@key, @parent, @layout, @scope, @owner, @entry_id, @tokens, @count,
         @decoded_start, @decoded_end, @prefill_ms, @bytes, @hits, @created_at, @used_at, @precision, @coding)`,
    );
    this.#recode = database.prepare<[number, number, number, string]>(
      'UPDATE blocks SET precision = ?, coding = ?, bytes = ? WHERE key = ?',
    );
    this.#delete = database.prepare<[string]>('DELETE FROM blocks WHERE key = ?');
    this.#use = database.prepare<[number, number, string]>(
      'UPDATE blocks SET hits = hits + ?, used_at = max(used_at, ?) WHERE key = ?',
    );
  }

  get(key: BlockKey): BlockRow | null {
    return toBlock(this.#get.get(key));
  }

  has(key: BlockKey): boolean {
    return this.#get.get(key) !== undefined;
  }

  /** The file was written anew. */
  recode(block: Pick<BlockRow, 'key' | 'precision' | 'coding' | 'bytes'>): void {
    this.#recode.run(rankOf(block.precision), rankOf(block.coding), block.bytes, block.key);
  }

  /** The sibling with the greatest tokens not above `tokens`. With `after`, one of the two shares most with them. */
  before(siblings: Siblings, tokens: Uint8Array): ChainBlock | null {
    return toChainBlock(this.#before.get(...siblingTokens(siblings, tokens)), siblings.scope);
  }

  /** The sibling with the least tokens above `tokens`. */
  after(siblings: Siblings, tokens: Uint8Array): ChainBlock | null {
    return toChainBlock(this.#after.get(...siblingTokens(siblings, tokens)), siblings.scope);
  }

  get isEmpty(): boolean {
    return this.#any.get() === undefined;
  }

  hasChild(key: BlockKey): boolean {
    return this.#anyChild.get(key) !== undefined;
  }

  children(key: BlockKey): BlockKey[] {
    return this.#children.all(key).map((row) => row.key);
  }

  /** Blocks of one scope behind the same parent, last used first. */
  latest({ parent, layout, scope: of }: Siblings, limit: number): BlockRow[] {
    const { scope, owner } = scopeColumns(of);
    return this.#latest.all(parent ?? '', layout, scope, owner, limit).map((row) => toBlock(row));
  }

  insert(block: BlockRow): void {
    this.#insert.run({
      ...scopeColumns(block.scope),
      key: block.key,
      parent: block.parent ?? '',
      layout: block.layout,
      entry_id: block.entryId,
      tokens: block.tokens,
      count: block.count,
      decoded_start: block.decoded.start,
      decoded_end: block.decoded.end,
      prefill_ms: block.prefillMs,
      bytes: block.bytes,
      hits: block.hits,
      created_at: block.createdAt,
      used_at: block.usedAt,
      precision: rankOf(block.precision),
      coding: rankOf(block.coding),
    });
    this.watcher?.added(block);
  }

  /** Whether there was such a block. */
  delete(key: BlockKey): boolean {
    const isGone = this.#delete.run(key).changes > 0;
    if (isGone) this.watcher?.removed(key);
    return isGone;
  }

  /** Whether there is such a block. */
  use(key: BlockKey, use: { hits: number; now: number }): boolean {
    return this.#use.run(use.hits, use.now, key).changes > 0;
  }

  /** Blocks without children in unpinned entries, longest unused first. */
  *leaves(): Generator<BlockRow> {
    const rows = this.#database.prepare<[], StoredRow>(
      `SELECT b.* FROM blocks b JOIN entries e ON e.id = b.entry_id
       WHERE e.pinned = 0 AND NOT EXISTS (SELECT 1 FROM blocks c WHERE c.parent = b.key) ORDER BY b.used_at`,
    );
    for (const row of rows.iterate()) yield toBlock(row);
  }

  /** All blocks of a layout, in the order in which they came. */
  *ofLayout(layout: string): Generator<BlockRow> {
    const rows = this.#database.prepare<[string], StoredRow>('SELECT * FROM blocks WHERE layout = ? ORDER BY rowid');
    for (const row of rows.iterate(layout)) yield toBlock(row);
  }

  /**
   * Neighbours in one chain that fit into one block: of one text and one precision, with nothing branching off between
   * them, in entries that are not pinned. Rows made while decoding must stay one range.
   */
  mergeable(limit: number): MergeablePair[] {
    return this.#database
      .prepare<[number, number], MergeablePair>(
        `SELECT p.key AS first, c.key AS second FROM blocks c
         JOIN blocks p ON p.key = c.parent JOIN entries e ON e.id = c.entry_id
         WHERE c.count < 64 AND p.count + c.count <= ? AND p.entry_id = c.entry_id AND e.pinned = 0
           AND p.precision = c.precision AND p.coding = c.coding
           AND (p.decoded_start = p.decoded_end OR c.decoded_start = c.decoded_end
             OR (p.decoded_end = p.count AND c.decoded_start = 0))
           AND NOT EXISTS (SELECT 1 FROM blocks s WHERE s.parent = p.key AND s.key <> c.key)
         LIMIT ?`,
      )
      .all(BLOCK_TOKENS, limit);
  }

  /** Gives the children of one block to another; told to the watcher as leaving and coming back. */
  moveChildren(from: BlockKey, to: BlockKey): void {
    for (const key of this.children(from)) {
      const child = this.get(key);
      this.delete(key);
      if (child) this.insert({ ...child, parent: to });
    }
  }

  /** Keys of all blocks with the sizes of their files. */
  sizes(): Map<BlockKey, number> {
    const rows = this.#database.prepare<[], { key: BlockKey; bytes: number }>('SELECT key, bytes FROM blocks').all();
    return new Map(rows.map((row) => [row.key, row.bytes]));
  }

  /** Blocks whose parent is nowhere: nothing can reach them. */
  parentless(): BlockKey[] {
    return this.#database
      .prepare<[], { key: BlockKey }>(
        `SELECT key FROM blocks b WHERE parent <> '' AND NOT EXISTS (SELECT 1 FROM blocks p WHERE p.key = b.parent)`,
      )
      .all()
      .map((row) => row.key);
  }

  sums(): BlockSum[] {
    return this.#database
      .prepare<[], BlockSum>(
        `SELECT scope, owner, entry_id, count(*) AS blocks, sum(count) AS tokens, sum(bytes) AS bytes
         FROM blocks GROUP BY entry_id, scope, owner`,
      )
      .all();
  }
}

function siblingTokens(siblings: Siblings, tokens: Uint8Array): SiblingTokens {
  const { scope, owner } = scopeColumns(siblings.scope);
  const rank = rankOf(siblings.lowest ?? 'int4');
  const until = siblings.until ?? Number.MAX_SAFE_INTEGER;
  return [siblings.parent ?? '', siblings.layout, scope, owner, tokens, rank, until];
}

function toChainBlock(row: ChainRow | undefined, scope: Scope): ChainBlock | null {
  if (!row) return null;
  const { key, tokens, count, created_at: createdAt } = row;
  const decoded = { start: row.decoded_start, end: row.decoded_end };
  return { key, scope, tokens, count, decoded, createdAt, precision: precisionOf(row.precision) };
}

function toBlock(row: StoredRow): BlockRow;
function toBlock(row: StoredRow | undefined): BlockRow | null;
function toBlock(row: StoredRow | undefined): BlockRow | null {
  if (!row) return null;
  return {
    key: row.key,
    parent: row.parent === '' ? null : (row.parent as BlockKey),
    layout: row.layout,
    scope: scopeOf(row),
    entryId: row.entry_id,
    tokens: row.tokens,
    count: row.count,
    decoded: { start: row.decoded_start, end: row.decoded_end },
    prefillMs: row.prefill_ms,
    bytes: row.bytes,
    hits: row.hits,
    createdAt: row.created_at,
    usedAt: row.used_at,
    precision: precisionOf(row.precision),
    coding: precisionOf(row.coding),
  };
}
