// Tells trouble with the storage (a full, failing, read-only or damaged disk) from a bug.
// Trouble costs a block and is counted; a bug throws.

import { isDamaged, isFull } from '../lib/database.ts';

export function isStorageTrouble(error: unknown): boolean {
  if (isDamaged(error) || isFull(error)) return true;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  if (error.code.startsWith('SQLITE_READONLY') || error.code === 'SQLITE_CANTOPEN') return true;
  return 'syscall' in error && 'errno' in error;
}

/** Runs `act`; false if the storage refused. A damaged index is for the door to deal with: that still throws. */
export function attempt(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (isStorageTrouble(error) && !isDamaged(error)) return false;
    throw error;
  }
}
