// The cache panel's numbers. Asked for when the panel is open and after each change; nothing is guessed in between.

import { create } from 'zustand';
import type { CacheEntry, CacheStats, CacheVerify, EntryId, ScopeKind } from '../../engine/contract/cache.ts';
import { call } from './engine.ts';
import { currentPersonId, usePeople } from './people.ts';

interface CacheStore {
  stats: CacheStats | null;
  entries: CacheEntry[] | null;
  verified: CacheVerify | null;
  verifying: boolean;
}

const NOTHING: CacheStore = { stats: null, entries: null, verified: null, verifying: false };

export const useCache = create<CacheStore>()(() => NOTHING);

usePeople.subscribe((people, before) => {
  if (people.currentId !== before.currentId) useCache.setState(NOTHING, true);
});

export async function loadCache(): Promise<void> {
  const profileId = currentPersonId();
  const [stats, entries] = await Promise.all([call('cache.stats', {}), call('cache.list', { profileId })]);
  if (usePeople.getState().currentId === profileId) useCache.setState({ stats, entries });
}

export async function pinEntry(entryId: EntryId, pinned: boolean): Promise<void> {
  await call('cache.pin', { profileId: currentPersonId(), entryId, pinned });
  await loadCache();
}

export async function removeEntry(entryId: EntryId): Promise<void> {
  await call('cache.remove', { profileId: currentPersonId(), entryId });
  await loadCache();
}

export async function verifyCache(): Promise<void> {
  useCache.setState({ verifying: true });
  try {
    useCache.setState({ verified: await call('cache.verify', {}) });
  } finally {
    useCache.setState({ verifying: false });
  }
  await loadCache();
}

/** Clears one scope, or everything. Private means this person's own. Resolves to the number of blocks removed. */
export async function clearCache(scope: ScopeKind | null): Promise<number> {
  const params = scope === null ? {} : scope === 'private' ? { scope, profileId: currentPersonId() } : { scope };
  const { removedBlocks } = await call('cache.clear', params);
  useCache.setState({ verified: null });
  await loadCache();
  return removedBlocks;
}
