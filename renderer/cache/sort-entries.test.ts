// The order of the cache table.

import { expect, it } from 'vitest';
import type { CacheEntry } from '../../engine/contract/cache.ts';
import { nextSort, sortEntries } from './sort-entries.ts';

const entry = (label: string | null, tokens: number): CacheEntry => ({
  id: `${label} ${tokens}` as never,
  scope: 'library',
  label,
  modelId: 'starter',
  tokens,
  blocks: 1,
  bytes: 1,
  hits: 0,
  savedMs: 0,
  pinned: false,
  createdAt: 0,
  usedAt: 0,
  documentId: null,
  inMemory: false,
  state: 'exact',
});
const ENTRIES = [entry('b', 3), entry(null, 9), entry('a', 5)];

it('entries without a label come last, whichever way the labels run', () => {
  const labels = (descending: boolean) =>
    sortEntries(ENTRIES, { key: 'label', descending }).map((sorted) => sorted.label);
  expect(labels(false)).toEqual(['a', 'b', null]);
  expect(labels(true)).toEqual(['b', 'a', null]);
});

it('figures begin at the largest, and the same column again turns round', () => {
  const first = nextSort({ key: 'label', descending: false }, 'tokens');
  expect(sortEntries(ENTRIES, first).map((sorted) => sorted.tokens)).toEqual([9, 5, 3]);
  expect(sortEntries(ENTRIES, nextSort(first, 'tokens')).map((sorted) => sorted.tokens)).toEqual([3, 5, 9]);
});
