// How much of a shared document is remembered, as far as the list of entries tells. Pure.

import type { CacheEntry } from '../../engine/contract/cache.ts';
import type { LibraryDocument } from '../../engine/contract/library.ts';

/** Null where it cannot be told: without a model. */
export function keptTokens(document: LibraryDocument, entries: readonly CacheEntry[]): number | null {
  if (document.tokens === null) return null;
  const own = entries.filter(({ scope, documentId }) => scope === 'library' && documentId === document.id);
  const kept = own.reduce((sum, { tokens }) => sum + tokens, 0);
  return Math.min(document.tokens, kept);
}
