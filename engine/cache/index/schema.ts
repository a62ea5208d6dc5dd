// Tables of the index. Owner and scope stand in every row that says anything about a text.
// The same schema serves the file on disk and the index of blocks that are only in memory.

import { openDatabase } from '../../lib/database.ts';
import type { Database, Migrations } from '../../lib/database.ts';

const MIGRATIONS: Migrations = [
  `CREATE TABLE entries (
     id TEXT PRIMARY KEY,
     kind TEXT NOT NULL,
     source_id TEXT NOT NULL,
     scope TEXT NOT NULL CHECK (scope IN ('app', 'library', 'private')),
     owner TEXT NOT NULL,
     layout TEXT NOT NULL,
     model_id TEXT NOT NULL,
     label TEXT,
     pinned INTEGER NOT NULL DEFAULT 0,
     hits INTEGER NOT NULL DEFAULT 0,
     saved_ms REAL NOT NULL DEFAULT 0,
     created_at INTEGER NOT NULL,
     used_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE blocks (
     key TEXT PRIMARY KEY,
     parent TEXT NOT NULL,
     layout TEXT NOT NULL,
     scope TEXT NOT NULL CHECK (scope IN ('app', 'library', 'private')),
     owner TEXT NOT NULL,
     entry_id TEXT NOT NULL REFERENCES entries (id),
     tokens BLOB NOT NULL,
     count INTEGER NOT NULL,
     decoded_start INTEGER NOT NULL,
     decoded_end INTEGER NOT NULL,
     prefill_ms REAL NOT NULL,
     bytes INTEGER NOT NULL,
     hits INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     used_at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX blocks_children ON blocks (parent, layout, scope, owner, tokens);
   CREATE INDEX blocks_entry ON blocks (entry_id);
   CREATE INDEX blocks_used ON blocks (used_at);

   CREATE TABLE tombstones (
     key TEXT PRIMARY KEY,
     parent TEXT NOT NULL,
     layout TEXT NOT NULL,
     scope TEXT NOT NULL,
     owner TEXT NOT NULL,
     entry_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
     count INTEGER NOT NULL,
     evicted_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX tombstones_parent ON tombstones (parent, layout, scope, owner, count);
   CREATE INDEX tombstones_entry ON tombstones (entry_id);
   CREATE INDEX tombstones_age ON tombstones (evicted_at);

   CREATE TABLE facts (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;`,

  // Precisions by rank, 0 for lossless: what the first version wrote. Tombstones keep what it takes to compute their
  // rows again; those of the first version could not.
  `ALTER TABLE blocks ADD COLUMN precision INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE blocks ADD COLUMN coding INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX blocks_short ON blocks (parent) WHERE count < 64;

   DROP TABLE tombstones;
   CREATE TABLE tombstones (
     key TEXT PRIMARY KEY,
     parent TEXT NOT NULL,
     layout TEXT NOT NULL,
     scope TEXT NOT NULL,
     owner TEXT NOT NULL,
     entry_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
     tokens BLOB NOT NULL,
     prefill_ms REAL NOT NULL,
     hits INTEGER NOT NULL,
     evicted_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX tombstones_parent ON tombstones (parent, layout, scope, owner, tokens);
   CREATE INDEX tombstones_entry ON tombstones (entry_id);
   CREATE INDEX tombstones_age ON tombstones (evicted_at);`,
];

/** Pages after which SQLite folds the log into the index: the log stays near one megabyte. */
const LOG_PAGES = 256;

/** Opens the index; ':memory:' for one that ends with the process. Deleted text is overwritten, not only unlinked. */
export function openIndexDatabase(file: string): Database {
  const database = openDatabase(file, MIGRATIONS, { exclusive: true, durability: 'normal' });
  database.pragma('secure_delete = ON');
  database.pragma(`wal_autocheckpoint = ${LOG_PAGES}`);
  return database;
}
