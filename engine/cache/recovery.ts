// Opens the disk side of the cache whatever state the folder is in: a damaged, foreign or newer index means an empty
// cache, a folder that cannot be written means no disk tier. Only a folder that another process uses is refused.

import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DiskTier } from './disk-tier.ts';
import { CacheIndex } from './index/cache-index.ts';
import { openIndexDatabase } from './index/schema.ts';
import { StoredTier } from './stored-tier.ts';
import { EngineError } from '../errors.ts';
import { isLocked } from '../lib/database.ts';
import { log } from '../lib/log.ts';

export interface FolderOptions {
  folder: string;
  secret: Uint8Array;
  quotaBytes: number;
  now: () => number;
}

/** Under this quota not even the index and a few blocks fit: everything stays in memory. */
const LEAST_QUOTA_BYTES = 256 * 1024;
const INDEX_FILE = 'index.sqlite';

/** Null: no disk tier. Throws EngineError 'folder-in-use'. */
export function openStoredTier(options: FolderOptions): StoredTier | null {
  if (options.quotaBytes < LEAST_QUOTA_BYTES) {
    emptyUnusedFolder(options.folder);
    return null;
  }
  const index = openIndex(options);
  if (!index) return null;
  const disk = new DiskTier(options.folder);
  const destroy = (): void => {
    closeQuietly(index);
    emptyFolder(options.folder);
  };
  return new StoredTier({ ...options, index, disk, destroy });
}

function openIndex(options: FolderOptions): CacheIndex | null {
  const file = join(options.folder, INDEX_FILE);
  try {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    return openOwnIndex(file, options.secret);
  } catch (error) {
    refuseIfLocked(error);
    log('warn', 'the cache index cannot be used: the cache starts empty', { reason: reasonOf(error) });
  }
  try {
    emptyFolder(options.folder);
    return openOwnIndex(file, options.secret);
  } catch (error) {
    refuseIfLocked(error);
    log('warn', 'the cache folder cannot be used: the cache stays in memory', { reason: reasonOf(error) });
    return null;
  }
}

/** Throws when the file is damaged or its keys were made with another secret. */
function openOwnIndex(file: string, secret: Uint8Array): CacheIndex {
  const index = new CacheIndex(openIndexDatabase(file));
  try {
    if (!index.isSound()) throw new Error('its check failed');
    const mark = createHmac('sha256', secret).update('the cache of this secret').digest('hex');
    const found = index.fact('secret');
    if (found !== null && found !== mark) throw new Error('it was made with another secret');
    if (found === null) index.setFact('secret', mark);
    return index;
  } catch (error) {
    closeQuietly(index);
    throw error;
  }
}

function emptyUnusedFolder(folder: string): void {
  const file = join(folder, INDEX_FILE);
  if (!existsSync(file)) return;
  try {
    openIndexDatabase(file).close();
  } catch (error) {
    refuseIfLocked(error);
  }
  try {
    emptyFolder(folder);
  } catch (error) {
    log('warn', 'the cache folder cannot be emptied', { reason: reasonOf(error) });
  }
}

function emptyFolder(folder: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    rmSync(join(folder, INDEX_FILE + suffix), { force: true, recursive: true });
  }
  new DiskTier(folder).removeAll();
}

function refuseIfLocked(error: unknown): void {
  if (!isLocked(error)) return;
  const message = 'Hearth is already running with this data folder. Close it, or give another folder with --data.';
  throw new EngineError('folder-in-use', message, { cause: error });
}

function closeQuietly(index: CacheIndex): void {
  try {
    index.close();
  } catch {
    // A damaged file may refuse to close in order; it is deleted next.
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
