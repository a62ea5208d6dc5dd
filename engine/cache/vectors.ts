// Rows of an index that stand for windows of text, as vectors: one for the window that ends with a block.
// They live in the database of their blocks and go with them, by the database itself. No model and no text here.

import { scopeColumns, scopeOf } from './block.ts';
import type { BlockKey, ScopeColumns } from './block.ts';
import { addVectorFunctions } from '../lib/database.ts';
import type { Database } from '../lib/database.ts';
import type { Scope } from '../types.ts';

/** Vectors that may be compared: of one layout, made in one way. */
export interface VectorKind {
  /** From `layoutHash`. */
  layout: string;
  /** How the vectors were made, with its version. */
  method: string;
}

export interface VectorRow {
  key: BlockKey;
  scope: Scope;
  entryId: string;
  /** Null: this block needs none; it is not to be asked for again. */
  vector: Float32Array | null;
}

export interface VectorHit {
  /** Last block of the window. */
  key: BlockKey;
  scope: Scope;
  entryId: string;
  /** Cosine, -1 to 1. */
  similarity: number;
}

interface HitRow extends ScopeColumns {
  block_key: BlockKey;
  entry_id: string;
  distance: number | null;
}

// A block's descendants go when it goes, so its row is all that a window of its ancestors and itself has to hang on.
const TABLE = `
  CREATE TABLE IF NOT EXISTS vectors (
    block_key TEXT PRIMARY KEY REFERENCES blocks (key) ON DELETE CASCADE,
    layout TEXT NOT NULL,
    method TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('app', 'library', 'private')),
    owner TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    vector BLOB
  ) STRICT;
  CREATE INDEX IF NOT EXISTS vectors_partition ON vectors (layout, method, scope, owner) WHERE vector IS NOT NULL;`;

export class VectorTable {
  readonly #insert;
  readonly #nearest;
  readonly #waiting;
  readonly #changes;
  /** How far blocks were looked through. */
  #pass = { name: '', id: 0 };
  /** When nothing was waiting. */
  #done = { name: '', changes: -1 };

  /** `functions`: who computes distances; the extension where it can be loaded. */
  constructor(database: Database, functions: 'native' | 'script' = 'native') {
    addVectorFunctions(database, functions);
    database.exec(TABLE);
    this.#insert = database.prepare<(string | Uint8Array | null)[]>(
      'INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    // Made to use the partition's index, or to fail: no distance is ever computed outside of it.
    this.#nearest = database.prepare<(string | number | Uint8Array)[], HitRow>(
      `SELECT block_key, scope, owner, entry_id, vec_distance_cosine(vector, ?) AS distance
       FROM vectors INDEXED BY vectors_partition
       WHERE layout = +? AND method = +? AND scope = +? AND owner = +? AND vector IS NOT NULL
       ORDER BY distance, block_key LIMIT +?`,
    );
    this.#waiting = database.prepare<[number, string, string, number], { id: number; key: BlockKey }>(
      `SELECT rowid AS id, key FROM blocks b WHERE rowid > ? AND layout = +?
         AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.block_key = b.key AND v.method = +?) ORDER BY rowid LIMIT +?`,
    );
    this.#changes = database.prepare<[], { changes: number }>('SELECT total_changes() AS changes');
  }

  /** Takes the place of an earlier row of the block. The block must be in this index. */
  insert(row: VectorRow, kind: VectorKind): void {
    const { scope, owner } = scopeColumns(row.scope);
    const vector = row.vector === null ? null : bytesOf(row.vector);
    this.#insert.run(row.key, kind.layout, kind.method, scope, owner, row.entryId, vector);
  }

  /** Most similar first; only rows of this one scope are read. Throws where vectors have another length. */
  nearest(vector: Float32Array, scope: Scope, of: VectorKind & { limit: number }): VectorHit[] {
    const columns = scopeColumns(scope);
    return this.#nearest
      .all(bytesOf(vector), of.layout, of.method, columns.scope, columns.owner, of.limit)
      .map((row) => ({
        key: row.block_key,
        scope: scopeOf(row),
        entryId: row.entry_id,
        similarity: 1 - (row.distance ?? 1),
      }));
  }

  /** Blocks that have no row of this kind yet, in turn; empty when there are none. Costs nothing while nothing changes. */
  waiting(kind: VectorKind, limit: number): BlockKey[] {
    const name = `${kind.layout} ${kind.method}`;
    const changes = this.#changes.get()?.changes ?? 0;
    if (this.#done.name === name && this.#done.changes === changes) return [];
    if (this.#pass.name !== name) this.#pass = { name, id: 0 };
    let rows = this.#waiting.all(this.#pass.id, kind.layout, kind.method, limit);
    if (rows.length === 0 && this.#pass.id > 0) rows = this.#waiting.all(0, kind.layout, kind.method, limit);
    this.#pass.id = rows.at(-1)?.id ?? 0;
    if (rows.length === 0) this.#done = { name, changes };
    return rows.map((row) => row.key);
  }
}

function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}
