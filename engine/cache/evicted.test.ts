// What is known of documents whose rows had to go: enough to compute them again, and only as long as the texts are there.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ANA, filesIn, HANDBOOK, joined, keep, openCache, SHAPE, spaceOf, temporaryFolder } from './test-cache.ts';
import { tokensFrom } from './test-cache.ts';
import { fileBytes } from './format.ts';
import { openIndexDatabase } from './index/schema.ts';
import type { Folder } from './test-cache.ts';
import type { EntryRef } from './block.ts';
import type { KvCache } from './kv-cache.ts';
import type { DocumentId } from '../contract/library.ts';

const BUILT_IN: EntryRef = { kind: 'template', id: 'built-in', label: 'Built-in text' };
const TEMPLATE = tokensFrom(1, 40);
const DOCUMENT = joined(TEMPLATE, tokensFrom(100, 150));
const MEMORY = { memoryBudgetBytes: 0 };
const PLENTY = { quotaBytes: 1 << 30, memoryBudgetBytes: 0 };
const NOTHING: ReadonlySet<DocumentId> = new Set();

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

/** The second one: of the other text its end had to go as well. */
function isNamed(cache: KvCache): boolean {
  const leftOut = new Set<DocumentId>();
  for (let id = spaceOf(cache).evicted(leftOut); id !== null; id = spaceOf(cache).evicted(leftOut)) leftOut.add(id);
  return leftOut.has(HANDBOOK.id as DocumentId);
}

test('an evicted document is named once there is room for it, also after a restart, until its rows are back', () => {
  using folder = temporaryFolder();
  const small = evictHandbook(folder);
  expect(isNamed(small)).toBe(false);
  small.close();
  const cache = openCache(folder, MEMORY);
  expect(isNamed(cache)).toBe(true);
  expect(spaceOf(cache).find(DOCUMENT, ['app', 'library']).miss).toBe('evicted');
  expect(spaceOf(cache, 'other').evicted(NOTHING)).toBeNull();
  const [parent = null] = keep(spaceOf(cache), { tokens: TEMPLATE, scope: 'app', entry: BUILT_IN });
  keep(spaceOf(cache), { tokens: DOCUMENT, scope: 'library', start: 40, parent });
  cache.flush();
  expect(isNamed(cache)).toBe(false);
  cache.close();
  const database = openIndexDatabase(join(folder.path, 'index.sqlite'));
  const graves = database.prepare(
    'SELECT t.key FROM tombstones t JOIN entries e ON e.id = t.entry_id WHERE source_id = ?',
  );
  expect(graves.all(HANDBOOK.id)).toEqual([]);
  database.close();
});

test('it is asked of the index only after something came or went', () => {
  using folder = temporaryFolder();
  const cache = evictHandbook(folder);
  cache.setLimits(PLENTY);
  const space = spaceOf(cache);
  expect(space.evicted(NOTHING)).not.toBeNull();
  expect(space.evicted(NOTHING)).toBeNull();
  keep(space, { tokens: tokensFrom(90_000, 64), scope: 'library', entry: { ...HANDBOOK, id: 'third' } });
  cache.flush();
  expect(space.evicted(NOTHING)).not.toBeNull();
  cache.close();
});

test('a private document is never named', () => {
  using folder = temporaryFolder();
  const blockBytes = fileBytes(SHAPE, 64) - fileBytes(SHAPE, 0);
  const cache = openCache(folder, { quotaBytes: 0, memoryBudgetBytes: blockBytes });
  keep(spaceOf(cache), { tokens: tokensFrom(1, 64), scope: ANA });
  keep(spaceOf(cache), { tokens: tokensFrom(900, 64), scope: ANA, entry: { ...HANDBOOK, id: 'other' } });
  cache.setLimits({ quotaBytes: 0, memoryBudgetBytes: 4 * blockBytes });
  expect(spaceOf(cache).find(tokensFrom(1, 64), [ANA]).miss).toBe('evicted');
  expect(isNamed(cache)).toBe(false);
  cache.close();
});

test('the tokens of a deleted text stand nowhere any more', () => {
  using folder = temporaryFolder();
  const cache = evictHandbook(folder);
  cache.setLimits(PLENTY);
  const trace = Buffer.alloc(40);
  for (let at = 0; at < 10; at++) trace.writeInt32BE(120 + at, at * 4);
  const isWritten = (): boolean => filesIn(folder).some((file) => readFileSync(file).includes(trace));
  cache.stats();
  expect(isWritten()).toBe(true);
  expect(isNamed(cache)).toBe(true);
  cache.remove({ documentId: HANDBOOK.id as DocumentId });
  expect(isNamed(cache)).toBe(false);
  expect(isWritten()).toBe(false);
  cache.close();
});

test('without a disk, what had to leave memory is remembered until the end', () => {
  using folder = temporaryFolder();
  const blockBytes = fileBytes(SHAPE, 64) - fileBytes(SHAPE, 0);
  const cache = openCache(folder, { quotaBytes: 0, memoryBudgetBytes: blockBytes });
  keep(spaceOf(cache), { tokens: tokensFrom(1, 64), scope: 'library' });
  keep(spaceOf(cache), { tokens: tokensFrom(900, 64), scope: 'library', entry: { ...HANDBOOK, id: 'other' } });
  expect(isNamed(cache)).toBe(false);
  cache.setLimits({ quotaBytes: 0, memoryBudgetBytes: 4 * blockBytes });
  expect(isNamed(cache)).toBe(true);
  cache.remove({ documentId: HANDBOOK.id as DocumentId });
  expect(isNamed(cache)).toBe(false);
  cache.close();
});

test('remembering takes a small part of a small folder only', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder, MEMORY);
  for (let at = 0; at < 60; at++) keep(spaceOf(cache), { tokens: tokensFrom(at * 1000, 64), scope: 'library' });
  cache.flush();
  const quotaBytes = 300 * 1024;
  cache.setLimits({ quotaBytes, memoryBudgetBytes: 0 });
  const { evictions } = cache.stats();
  cache.close();
  const database = openIndexDatabase(join(folder.path, 'index.sqlite'));
  const { length } = database.prepare('SELECT key FROM tombstones').all();
  database.close();
  expect(length).toBeGreaterThan(5);
  expect(length * 1024).toBeLessThanOrEqual(quotaBytes / 16);
  expect(evictions).toBeGreaterThan(length);
});
