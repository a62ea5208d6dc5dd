// What the cache panel shows: sums over both indexes. Reads only.

import type { DocumentId } from '../contract/library.ts';
import { scopeOf } from './block.ts';
import type { CacheIndex } from './index/cache-index.ts';
import type { EntryRow } from './index/entries.ts';
import type { BlockSum } from './index/blocks.ts';
import type { CacheEntry, ScopeKind, ScopeTotals } from '../contract/cache.ts';
import type { Scope } from '../types.ts';

export interface Totals {
  blocks: number;
  entries: number;
  byScope: Record<ScopeKind, ScopeTotals>;
  byModel: Record<string, ScopeTotals>;
}

export function totalsOf(indexes: readonly CacheIndex[]): Totals {
  const byScope = { private: noTotals(), library: noTotals(), app: noTotals() };
  const byModel: Record<string, ScopeTotals> = {};
  const entries = new Set<string>();
  let blocks = 0;
  for (const index of indexes) {
    for (const sum of index.blocks.sums()) {
      const modelId = index.entries.get(sum.entry_id)?.model_id ?? '';
      addTo(byScope[sum.scope], sum);
      addTo((byModel[modelId] ??= noTotals()), sum);
      entries.add(sum.entry_id);
      blocks += sum.blocks;
    }
  }
  return { blocks, entries: entries.size, byScope, byModel };
}

/** Entries of the given scopes that have blocks, last used first. */
export function listEntries(
  indexes: readonly CacheIndex[],
  scopes: readonly Scope[],
  inMemory: ReadonlySet<string>,
): CacheEntry[] {
  const allowed = new Set(scopes);
  const entries = new Map<string, CacheEntry>();
  for (const index of indexes) {
    for (const sum of index.blocks.sums()) {
      const row = index.entries.get(sum.entry_id);
      if (!row || !allowed.has(scopeOf(row))) continue;
      const entry = entries.get(row.id) ?? emptyEntry(row, inMemory.has(row.id));
      entries.set(row.id, entry);
      addTo(entry, sum);
      entry.hits += row.hits;
      entry.savedMs += row.saved_ms;
      entry.pinned ||= row.pinned === 1;
      entry.createdAt = Math.min(entry.createdAt, row.created_at);
      entry.usedAt = Math.max(entry.usedAt, row.used_at);
    }
  }
  return [...entries.values()].sort((left, right) => right.usedAt - left.usedAt);
}

function emptyEntry(row: EntryRow, inMemory: boolean): CacheEntry {
  return {
    id: row.id,
    scope: row.scope,
    label: row.label,
    documentId: row.kind === 'document' ? (row.source_id as DocumentId) : null,
    modelId: row.model_id,
    tokens: 0,
    blocks: 0,
    bytes: 0,
    hits: 0,
    savedMs: 0,
    pinned: false,
    createdAt: row.created_at,
    usedAt: row.used_at,
    inMemory,
    state: 'exact',
  };
}

function noTotals(): ScopeTotals {
  return { blocks: 0, tokens: 0, bytes: 0 };
}

function addTo(totals: ScopeTotals, sum: BlockSum): void {
  totals.blocks += sum.blocks;
  totals.tokens += sum.tokens;
  totals.bytes += sum.bytes;
}
