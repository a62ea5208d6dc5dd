// Rows that are donors for nobody else: no other space sees them, no file holds them, every deletion ends them.

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ConversationId } from '../contract/chat.ts';
import type { DocumentId } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { KvCache } from './kv-cache.ts';
import type { Space } from './space.ts';
import { ANA, blockFiles, keep, openCache, SHAPE, spaceOf, temporaryFolder, tokensFrom } from './test-cache.ts';

const TOKENS = tokensFrom(100, 200);
const OPTIONS = { layout: 'layout', modelId: 'model of layout', shape: SHAPE };
let folder: ReturnType<typeof temporaryFolder>;
let cache: KvCache;
beforeEach(() => {
  folder = temporaryFolder();
  cache = openCache(folder);
});
afterEach(() => {
  cache.close();
  folder[Symbol.dispose]();
});

const own = (layout = 'layout:kvshare:ana'): Space => cache.disposable({ ...OPTIONS, layout });
const found = (space: Space): number => space.find(TOKENS, [ANA]).tokens;
const spans = (space: Space) => space.findSpans(TOKENS, { start: 0, end: TOKENS.length }, [ANA], { rule: 'length' });

test('they are found in the space of their name and nowhere else, even of the same layout', () => {
  keep(own(), { tokens: TOKENS, scope: ANA });
  expect(found(own())).toBe(200);
  expect(spans(own())).toHaveLength(1);
  for (const other of [own('layout:kvshare:ben'), spaceOf(cache), spaceOf(cache, 'layout:kvshare:ana')]) {
    expect(found(other)).toBe(0);
    expect(spans(other)).toEqual([]);
  }
  const [ref] = own().find(TOKENS, [ANA]).refs;
  expect(own().load(ref!)).not.toBeNull();
  expect(spaceOf(cache).load(ref!)).toBeNull();
});

test('they are never written and never listed, and end with the process', () => {
  keep(own(), { tokens: TOKENS, scope: ANA });
  expect(cache.flush()).toBe(0);
  expect(blockFiles(folder)).toEqual([]);
  expect(cache.list([ANA])).toEqual([]);
  expect(cache.stats()).toMatchObject({ blocks: 0, entries: 0 });
  cache.close();
  cache = openCache(folder);
  expect(found(own())).toBe(0);
});

test('any deletion ends all of them', () => {
  const filters = [
    {},
    { conversationId: 'c' as ConversationId },
    { documentId: 'd' as DocumentId },
    { profileId: 'ana' as ProfileId },
    { modelId: 'other' },
    { scope: 'library' as const },
  ];
  for (const filter of filters) {
    keep(own(), { tokens: TOKENS, scope: ANA });
    expect(found(own())).toBe(200);
    cache.remove(filter);
    expect(found(own())).toBe(0);
  }
});

test('who found rows before a deletion keeps them, and leaves none behind it', () => {
  const mine = own();
  keep(mine, { tokens: TOKENS, scope: ANA });
  const [ref] = mine.find(TOKENS, [ANA]).refs;
  cache.remove({ conversationId: 'c' as ConversationId });
  expect(mine.load(ref!)).not.toBeNull();
  keep(mine, { tokens: tokensFrom(500, 100), scope: ANA });
  expect(own().find(tokensFrom(500, 100), [ANA]).tokens).toBe(0);
});

test('they share the memory budget, count in it, and leave when it is full', () => {
  const bytes = 2 * 4 * SHAPE.layers * SHAPE.kvHeads * SHAPE.headSize * 64;
  cache.setLimits({ quotaBytes: 1 << 30, memoryBudgetBytes: 16 * bytes });
  for (let at = 0; at < 10; at++) keep(own(), { tokens: tokensFrom(1000 * at, 64), scope: ANA });
  const stats = cache.stats();
  expect(stats.bytesInMemory).toBe(4 * bytes);
  expect(stats.memoryBudgetBytes).toBe(16 * bytes);
  keep(spaceOf(cache), { tokens: tokensFrom(50_000, 64 * 20), scope: ANA });
  expect(cache.stats().bytesInMemory).toBeLessThanOrEqual(16 * bytes);
  cache.remove({});
  expect(cache.stats().bytesInMemory).toBe(0);
});
