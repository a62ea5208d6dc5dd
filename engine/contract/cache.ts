// What the cache panel and the CLI see of the KV cache.

import type { DocumentId } from './library.ts';

/** Who may reuse a block. `private` blocks carry their owner. */
export type ScopeKind = 'private' | 'library' | 'app';
export type EntryId = string & { readonly brand: 'EntryId' };

export interface ScopeTotals {
  blocks: number;
  tokens: number;
  bytes: number;
}

export interface CacheStats {
  /** Size of all files in the cache folder. */
  bytesOnDisk: number;
  bytesInMemory: number;
  memoryBudgetBytes: number;
  blocks: number;
  /** Blocks that turns under way hold in place. */
  blocksInUse: number;
  entries: number;
  byScope: Record<ScopeKind, ScopeTotals>;
  byModel: Record<string, ScopeTotals>;
  quotaBytes: number;
  /** Since the cache was made. */
  bytesWritten: number;
  /** Tokens found and tokens asked for, since the cache was made. */
  hits: number;
  misses: number;
  evictions: number;
  /** Blocks found damaged and dropped, since the cache was made. */
  damaged: number;
  /** Blocks not written because the queue or the quota was full, since the engine started. */
  dropped: number;
}

/** One entry: a text whose keys and values are kept (a document, or a chat's turns), as a run of blocks. */
export interface CacheEntry {
  id: EntryId;
  scope: ScopeKind;
  /** Document title or chat title; null where the owner's text is gone or not the asker's. */
  label: string | null;
  /** The document, where the entry is one. */
  documentId: DocumentId | null;
  modelId: string;
  tokens: number;
  blocks: number;
  bytes: number;
  hits: number;
  /** Prefill time that hits on this entry saved, measured. */
  savedMs: number;
  pinned: boolean;
  createdAt: number;
  usedAt: number;
  inMemory: boolean;
  state: 'exact' | 'approximate';
}

export interface CacheVerify {
  blocks: number;
  damaged: number;
  orphanFiles: number;
  missingFiles: number;
  bytesOnDisk: number;
  clean: boolean;
}
