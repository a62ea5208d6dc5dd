// Deleting on purpose, and making folder and index agree: at the start, and when somebody asks for it.

import type { BlockKey } from './block.ts';
import type { EntryFilter } from './index/entries.ts';
import type { BlockStore } from './store.ts';
import { isStorageTrouble } from './trouble.ts';
import { EngineError } from '../errors.ts';
import { isDamaged } from '../lib/database.ts';

/**
 * Removes the blocks of all entries that match, with their labels and tombstones. Returns how many blocks.
 * Unlike eviction this must not fail quietly: throws EngineError 'storage-full' when the disk refuses.
 */
export function removeEntries(store: BlockStore, filter: EntryFilter): number {
  try {
    const removed = store.remove(store.indexes.flatMap((index) => index.entries.blocksOf(filter)));
    for (const index of store.indexes) index.entries.deleteWhere(filter);
    store.stored?.index.compact();
    store.stored?.index.checkpoint();
    return removed;
  } catch (error) {
    if (!isStorageTrouble(error)) throw error;
    if (isDamaged(error)) {
      store.abandonDisk();
      return 0;
    }
    const message =
      'The disk refused to delete part of the cache. Nothing else changed. Free some space and try again.';
    throw new EngineError('storage-full', message, { cause: error });
  }
}

export function storedKeys(store: BlockStore): BlockKey[] {
  return [...(store.stored?.index.blocks.sizes().keys() ?? [])];
}

/** Reads the block's file again; a block that is not whole is dropped with all that follows it. */
export function checkBlock(store: BlockStore, key: BlockKey): 'gone' | 'good' | 'missing' | 'damaged' {
  const state = store.stored?.check(key) ?? 'gone';
  if (state === 'gone' || state === 'good') return state;
  store.counters.damaged++;
  store.remove([key]);
  return state;
}

/** Removes what is only in the folder or only in the index, and keeps the quota. Returns the stray files removed. */
export function recover(store: BlockStore): number {
  if (!store.stored) return 0;
  const { orphanFiles, missing } = store.stored.sweep();
  store.counters.damaged += missing.length;
  store.remove([...missing, ...store.stored.index.blocks.parentless()]);
  store.stored.index.entries.prune();
  store.enforceQuota();
  return orphanFiles;
}
