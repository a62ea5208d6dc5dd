// Orders the entries of the cache table by one of its columns. Pure.

import type { CacheEntry } from '../../engine/contract/cache.ts';

export type SortKey = 'label' | 'scope' | 'tokens' | 'bytes' | 'hits' | 'savedMs' | 'usedAt';
export interface Sort {
  key: SortKey;
  descending: boolean;
}

/** Entries without a label come last in both directions: there is nothing to read there. */
export function sortEntries(entries: readonly CacheEntry[], { key, descending }: Sort): CacheEntry[] {
  const direction = descending ? -1 : 1;
  return entries.toSorted((a, b) => {
    if (key === 'label') {
      if (a.label === null || b.label === null) return Number(a.label === null) - Number(b.label === null);
      return direction * a.label.localeCompare(b.label);
    }
    if (key === 'scope') return direction * a.scope.localeCompare(b.scope);
    return direction * (a[key] - b[key]);
  });
}

/** Text columns begin at A, figures at the largest. The same column again turns round. */
export function nextSort(sort: Sort, key: SortKey): Sort {
  if (sort.key === key) return { key, descending: !sort.descending };
  return { key, descending: key !== 'label' && key !== 'scope' };
}
