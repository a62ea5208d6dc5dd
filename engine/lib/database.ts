// The only file that imports better-sqlite3 and sqlite-vec: opening, pragmas, migrations, vector functions. It knows no table.

import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';

export type Database = Sqlite.Database;

export interface DatabaseOptions {
  /** One process owns the file; a second one is refused (`isLocked`). No -shm file is made. */
  exclusive?: boolean;
  /** `full` survives power loss (the user's text); `normal` may lose the last commits (derived data). */
  durability: 'full' | 'normal';
}

/** Steps from an empty database on; the number applied is kept in `user_version`. */
export type Migrations = readonly string[];

/**
 * Opens (and makes) a database in WAL mode and brings it to the newest schema.
 * Throws when the file is damaged, locked, or newer than this program.
 */
export function openDatabase(file: string, migrations: Migrations, options: DatabaseOptions): Database {
  mkdirSync(dirname(file), { recursive: true });
  const database = new Sqlite(file, { timeout: options.exclusive === true ? 500 : 5000 });
  try {
    if (options.exclusive === true) database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma(`synchronous = ${options.durability === 'full' ? 'FULL' : 'NORMAL'}`);
    database.pragma('foreign_keys = ON');
    migrate(database, migrations);
    // In exclusive mode the lock is taken with the first write: take it now, so that a second owner is told at start.
    if (options.exclusive === true) database.exec('BEGIN IMMEDIATE; COMMIT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: Database, migrations: Migrations): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version > migrations.length) {
    throw new Error(`this database has schema ${version}, newer than the ${migrations.length} this program knows`);
  }
  for (let next = version; next < migrations.length; next++) {
    database.transaction(() => {
      database.exec(migrations[next] ?? '');
      database.pragma(`user_version = ${next + 1}`);
    })();
  }
}

/**
 * Makes `vec_distance_cosine(a, b)` callable in SQL: 0 for the same direction, 1 for a right angle. Both are blobs of
 * as many fp32 numbers; anything else throws. `native` where the extension can be loaded on this platform, else
 * `script`: the same function, slower.
 */
export function addVectorFunctions(database: Database, wanted: 'native' | 'script' = 'native'): 'native' | 'script' {
  if (wanted === 'native' && loadVectorExtension(database)) return 'native';
  database.function('vec_distance_cosine', { deterministic: true }, cosineDistance);
  return 'script';
}

function loadVectorExtension(database: Database): boolean {
  try {
    // Asked for when it is needed, not imported: it is missing where the platform has no build of it.
    const extension = createRequire(import.meta.url)('sqlite-vec') as { getLoadablePath: () => string };
    // Inside a packed app the library lies beside the archive, where the system can open it.
    database.loadExtension(extension.getLoadablePath().replace(/\bapp\.asar\b/, 'app.asar.unpacked'));
    return true;
  } catch {
    return false;
  }
}

function cosineDistance(left: unknown, right: unknown): number {
  const [a, b] = [floatsOf(left), floatsOf(right)];
  if (a.length !== b.length) throw new Error(`a vector of ${a.length} numbers against one of ${b.length}`);
  let [dot, squaresOfA, squaresOfB] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at] ?? 0, b[at] ?? 0];
    dot += x * y;
    squaresOfA += x * x;
    squaresOfB += y * y;
  }
  return 1 - dot / Math.sqrt(squaresOfA * squaresOfB);
}

function floatsOf(value: unknown): Float32Array {
  if (!(value instanceof Uint8Array)) throw new Error('a vector must be a blob');
  // A copy: the bytes that SQLite lends need not be aligned.
  return new Float32Array(value.slice().buffer);
}

function codeOf(error: unknown): string {
  return error instanceof Sqlite.SqliteError ? error.code : '';
}

export function isLocked(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY') || codeOf(error).startsWith('SQLITE_LOCKED');
}

export function isDamaged(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_CORRUPT') || codeOf(error) === 'SQLITE_NOTADB';
}

export function isFull(error: unknown): boolean {
  return codeOf(error) === 'SQLITE_FULL' || codeOf(error).startsWith('SQLITE_IOERR');
}
