// Opens the one file that holds what people wrote and set. It never deletes or replaces that file, whatever its state.

import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import { isDamaged, isFull, isLocked, openDatabase } from '../lib/database.ts';
import type { Database } from '../lib/database.ts';
import { MIGRATIONS } from './migrations.ts';

export interface UserData {
  database: Database;
  file: string;
}

/**
 * Opens (and makes) `hearth.sqlite` in `dataFolder` for this process alone. Answers that were being written when
 * the last process ended become `interrupted`, with the text they had.
 * Throws EngineError: `folder-in-use`, `storage-full`, `storage-damaged`.
 */
export function openUserData(dataFolder: string): UserData {
  const file = join(dataFolder, 'hearth.sqlite');
  let database: Database | null = null;
  try {
    database = openDatabase(file, MIGRATIONS, { exclusive: true, durability: 'full' });
    if (database.pragma('quick_check(1)', { simple: true }) !== 'ok') throw damaged(file);
    // What a person deletes is overwritten with zeros, not only unlinked.
    database.pragma('secure_delete = ON');
    // The file is ours alone from here on, so nothing can still be writing these.
    database.exec("UPDATE messages SET state = 'interrupted' WHERE state = 'streaming'");
    return { database, file };
  } catch (error) {
    database?.close();
    if (error instanceof EngineError) throw error;
    throw storageProblem(error, file) ?? unopened(error, file);
  }
}

/** What a failed read or write of the file means for a person; null when the error is not one of storage. */
export function storageProblem(error: unknown, file: string): EngineError | null {
  if (isLocked(error)) {
    const message = `Another Hearth is using ${file}. Nothing was changed. Close the other one, or choose another data folder.`;
    return new EngineError('folder-in-use', message, { cause: error });
  }
  if (isFull(error)) {
    const message = `The disk could not take a change to ${file}. What was saved before is kept. Make room, then try again.`;
    return new EngineError('storage-full', message, { cause: error });
  }
  return isDamaged(error) ? damaged(file, error) : null;
}

function damaged(file: string, cause?: unknown): EngineError {
  const message = `The file with your chats and documents is damaged: ${file}. Nothing was deleted. Put a backup of it in its place, or move it away to start empty.`;
  return new EngineError('storage-damaged', message, { cause });
}

function unopened(error: unknown, file: string): EngineError {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `The file with your chats and documents could not be opened: ${file} (${reason}). Nothing was changed. Check that this folder may be written to and that Hearth is up to date.`;
  return new EngineError('storage-damaged', message, { cause: error });
}
