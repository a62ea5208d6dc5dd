// How much of a shared document is remembered, as far as the list of entries tells. Pure.

import type { CacheEntry } from '../../engine/contract/cache.ts';
import type { LibraryDocument } from '../../engine/contract/library.ts';

/** Null where it cannot be told: without a model, or where two documents bear the same title. */
export function keptTokens(
  document: LibraryDocument,
  documents: readonly LibraryDocument[],
  entries: readonly CacheEntry[],
): number | null {
  if (document.tokens === null) return null;
  if (documents.some((other) => other.id !== document.id && other.title === document.title)) return null;
  const own = entries.filter(({ scope, label }) => scope === 'library' && label === document.title);
  const kept = own.reduce((sum, { tokens }) => sum + tokens, 0);
  return Math.min(document.tokens, kept);
}
