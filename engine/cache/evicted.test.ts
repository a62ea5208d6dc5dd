// What is known of texts whose rows had to go: enough to compute them again, and only as long as the texts are there.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ANA, filesIn, HANDBOOK, joined, keep, openCache, spaceOf, temporaryFolder, tokensFrom } from './test-cache.ts';
import { fileBytes } from './format.ts';
import { openIndexDatabase } from './index/schema.ts';
import { SHAPE } from './test-cache.ts';
import type { Folder } from './test-cache.ts';
import type { EntryRef } from './block.ts';
import type { KvCache } from './kv-cache.ts';

const BUILT_IN: EntryRef = { kind: 'template', id: 'built-in', label: 'Built-in text' };
const CHAT: EntryRef = { kind: 'conversation', id: 'chat', label: 'A letter' };
const TEMPLATE = tokensFrom(1, 40);
const DOCUMENT = joined(TEMPLATE, tokensFrom(100, 150));
const MEMORY = { memoryBudgetBytes: 0 };

/** The handbook behind the built-in text, on disk; then so little room that it has to go, as other texts are used more. */
function evictHandbook(folder: Folder): KvCache {
  const cache = openCache(folder, MEMORY);
  const space = spaceOf(cache);
  const [parent = null] = keep(space, { tokens: TEMPLATE, scope: 'app', entry: BUILT_IN });
  keep(space, { tokens: DOCUMENT, scope: 'library', start: 40, parent });
  const other = tokensFrom(10_000, 64 * 40);
  keep(space, { tokens: other, scope: 'library', entry: { ...HANDBOOK, id: 'other' } });
  cache.flush();
  for (let times = 0; times < 5; times++) space.used(space.find(other, ['library']).refs, 1);
  cache.setLimits({ quotaBytes: cache.stats().bytesOnDisk - 30_000, memoryBudgetBytes: 0 });
  expect(space.find(DOCUMENT, ['app', 'library']).tokens).toBeLessThanOrEqual(40);
  return cache;
}

function tokensOfHandbook(cache: KvCache): Int32Array | undefined {
  const text = spaceOf(cache)
    .evicted(1000)
    .find(({ entry }) => entry.id === HANDBOOK.id);
  if (text) expect(text).toMatchObject({ scope: 'library', entry: HANDBOOK });
  return text?.tokens;
}

test('an evicted document can be read ahead again, from its first token on, also after a restart', () => {
  using folder = temporaryFolder();
  evictHandbook(folder).close();
  const cache = openCache(folder, MEMORY);
  const tokens = tokensOfHandbook(cache);
  expect(tokens).toEqual(DOCUMENT);
  expect(spaceOf(cache).find(DOCUMENT, ['app', 'library']).miss).toBe('evicted');
  expect(spaceOf(cache).evicted(1)).toHaveLength(1);
  expect(spaceOf(cache, 'other').evicted(10)).toEqual([]);
  const [parent = null] = keep(spaceOf(cache), { tokens: TEMPLATE, scope: 'app', entry: BUILT_IN });
  keep(spaceOf(cache), { tokens: DOCUMENT, scope: 'library', start: 40, parent });
  expect(tokensOfHandbook(cache)).toBeUndefined();
  cache.flush();
  expect(tokensOfHandbook(cache)).toBeUndefined();
  cache.close();
  const database = openIndexDatabase(join(folder.path, 'index.sqlite'));
  const graves = database.prepare(
    'SELECT t.key FROM tombstones t JOIN entries e ON e.id = t.entry_id WHERE source_id = ?',
  );
  expect(graves.all(HANDBOOK.id)).toEqual([]);
  database.close();
});

test('the tokens of a deleted text stand nowhere any more', () => {
  using folder = temporaryFolder();
  const cache = evictHandbook(folder);
  const trace = Buffer.alloc(40);
  for (let at = 0; at < 10; at++) trace.writeInt32BE(120 + at, at * 4);
  const isWritten = (): boolean => filesIn(folder).some((file) => readFileSync(file).includes(trace));
  cache.stats();
  expect(isWritten()).toBe(true);
  cache.remove({ documentId: HANDBOOK.id as never });
  expect(tokensOfHandbook(cache)).toBeUndefined();
  expect(isWritten()).toBe(false);
  cache.close();
});

test('without a disk, what had to leave memory is remembered until the end', () => {
  using folder = temporaryFolder();
  const blockBytes = fileBytes(SHAPE, 64) - fileBytes(SHAPE, 0);
  const cache = openCache(folder, { quotaBytes: 0, memoryBudgetBytes: blockBytes });
  const space = spaceOf(cache);
  keep(space, { tokens: tokensFrom(1, 64), scope: ANA, entry: CHAT });
  keep(space, { tokens: tokensFrom(900, 64), scope: ANA, entry: CHAT });
  expect(space.evicted(9)).toEqual([{ tokens: tokensFrom(1, 64), scope: ANA, entry: CHAT }]);
  cache.remove({ conversationId: CHAT.id as never });
  expect(space.evicted(9)).toEqual([]);
  cache.close();
});

test('remembering takes a small part of a small folder only', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder, MEMORY);
  for (let at = 0; at < 60; at++) keep(spaceOf(cache), { tokens: tokensFrom(at * 1000, 64), scope: 'library' });
  cache.flush();
  const quotaBytes = 300 * 1024;
  cache.setLimits({ quotaBytes, memoryBudgetBytes: 0 });
  const { length } = spaceOf(cache).evicted(1000);
  expect(length).toBeGreaterThan(5);
  expect(length * 1024).toBeLessThanOrEqual(quotaBytes / 16);
  expect(cache.stats().evictions).toBeGreaterThan(length);
  cache.close();
});
