// What is deleted leaves memory: neither its token ids nor its windows stay behind, and moving a block between the
// indexes is no deletion.

import { expect, test } from 'vitest';
import { tokenBytes } from './block.ts';
import type { BlockKey } from './block.ts';
import { CacheIndex, NO_COUNTS } from './index/cache-index.ts';
import { newEntry } from './index/entries.ts';
import { MemoryTier } from './memory-tier.ts';
import { windowHash } from './span-hash.ts';
import { BlockStore } from './store.ts';
import type { NewBlock } from './store.ts';
import { HANDBOOK, rowsOf, SHAPE, tokensFrom } from './test-cache.ts';
import { WriteQueue } from './write-queue.ts';

const TOKENS = tokensFrom(1, 40);

function newBlock(name: string, parent: string | null): NewBlock {
  const entry = newEntry(HANDBOOK, 'library', { layout: 'layout', modelId: 'model', now: 1 });
  const form = { layout: 'layout', scope: 'library', precision: 'lossless', coding: 'lossless' } as const;
  const use = { decoded: { start: 0, end: 0 }, prefillMs: 1, bytes: 1, hits: 0, createdAt: 1, usedAt: 1 };
  const tokens = tokenBytes(TOKENS);
  const keys = { key: name as BlockKey, parent: parent as BlockKey | null };
  const row = { ...keys, ...form, ...use, entryId: entry.id, tokens, count: TOKENS.length };
  return { row, entry, shape: SHAPE, rows: rowsOf(TOKENS, 0, TOKENS.length) };
}

test('a block that is removed is gone from the anchors with all that stands behind it', () => {
  const store = new BlockStore({
    memory: new MemoryTier(1 << 30),
    queue: new WriteQueue(1 << 30),
    pending: CacheIndex.inMemory(),
    stored: null,
    counters: { ...NO_COUNTS },
    now: () => 1,
  });
  const anchors = store.anchors('layout');
  store.put([newBlock('first', null), newBlock('second', 'first')]);
  const [partition] = anchors.partitions(['library']);
  const isKnown = (key: string) => partition?.get(key as BlockKey) !== undefined;
  expect([isKnown('first'), isKnown('second')]).toEqual([true, true]);
  expect(partition?.anchors(windowHash(TOKENS, 16))).toHaveLength(2);
  store.remove(['first' as BlockKey]);
  expect([isKnown('first'), isKnown('second')]).toEqual([false, false]);
  expect(partition?.anchors(windowHash(TOKENS, 16))).toBeUndefined();
  expect(partition?.children('first' as BlockKey)).toEqual([]);
  store.close();
});
