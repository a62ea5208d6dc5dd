// Budgets hold: memory, the disk quota, the write queue. What does not fit is dropped and counted, never an error.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileBytes } from './format.ts';
import {
  ANA,
  BEN,
  areRowsOf,
  blockFiles,
  filesIn,
  folderBytes,
  joined,
  keep,
  openCache,
  SHAPE,
  spaceOf,
} from './test-cache.ts';
import { temporaryFolder, tokensFrom } from './test-cache.ts';
import type { Folder } from './test-cache.ts';
import type { KvCache } from './kv-cache.ts';
import type { Scope } from '../types.ts';

const BLOCK_BYTES = fileBytes(SHAPE, 64) - fileBytes(SHAPE, 0);
const DISK_BLOCK_BYTES = fileBytes(SHAPE, 64);
/** Room for the index and a few dozen blocks. */
const SMALL_QUOTA_BYTES = 512 * 1024;

/** Prompt `at` of many that have nothing in common. */
const prompt = (at: number, length = 64): Int32Array => tokensFrom(at * 10_000, length);

function found(cache: KvCache, tokens: Int32Array): number {
  const space = spaceOf(cache);
  const match = space.find(tokens, ['library']);
  for (const ref of match.refs) {
    const rows = space.load(ref);
    expect(rows && areRowsOf(rows, ref, { tokens })).toBe(true);
  }
  return match.tokens;
}

describe('memory', () => {
  test('keeps its budget; what leaves it is on disk, or gone', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder, { memoryBudgetBytes: 4 * BLOCK_BYTES });
    for (let at = 0; at < 10; at++) {
      keep(spaceOf(cache), { tokens: prompt(at), scope: 'library' });
      expect(cache.stats().bytesInMemory).toBeLessThanOrEqual(4 * BLOCK_BYTES);
    }
    for (let at = 0; at < 10; at++) expect(found(cache, prompt(at))).toBe(64);
    expect(cache.stats()).toMatchObject({ blocks: 10, evictions: 0, dropped: 0, bytesInMemory: 4 * BLOCK_BYTES });
    cache.close();
  });

  test('of nothing at all still caches, through the disk', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder, { memoryBudgetBytes: 0 });
    keep(spaceOf(cache), { tokens: prompt(1, 200), scope: 'library' });
    expect(found(cache, prompt(1, 200))).toBe(200);
    expect(cache.stats()).toMatchObject({ bytesInMemory: 0, blocks: 4 });
    cache.close();
  });

  test('lets the end of a prompt go before its beginning', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder, { memoryBudgetBytes: 4 * BLOCK_BYTES, quotaBytes: 0 });
    keep(spaceOf(cache), { tokens: prompt(1, 256), scope: 'library' });
    expect(found(cache, prompt(1, 256))).toBe(256);
    {
      const space = spaceOf(cache);
      using _pin = space.pin(space.find(prompt(1, 256), ['library']).refs);
    }
    keep(spaceOf(cache), { tokens: prompt(2), scope: 'library' });
    expect(found(cache, prompt(1, 256))).toBe(192);
    cache.close();
  });

  test('is exceeded by pins only, and pins end at zero', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder, { memoryBudgetBytes: 2 * BLOCK_BYTES, quotaBytes: 0 });
    const space = spaceOf(cache);
    keep(space, { tokens: prompt(1, 128), scope: 'library' });
    {
      using _first = space.pin(space.find(prompt(1, 128), ['library']).refs);
      using _second = space.pin(space.find(prompt(1, 64), ['library']).refs);
      for (let at = 2; at < 6; at++) keep(space, { tokens: prompt(at), scope: 'library' });
      expect(found(cache, prompt(1, 128))).toBe(128);
      expect(cache.pinnedBlocks).toBe(2);
      expect(cache.stats().bytesInMemory).toBe(2 * BLOCK_BYTES);
    }
    expect(cache.pinnedBlocks).toBe(0);
    keep(space, { tokens: prompt(7, 128), scope: 'library' });
    expect(found(cache, prompt(1, 128))).toBe(0);
    cache.close();
  });
});

test('rows that were loaded under a pin stay in memory until it ends', () => {
  using folder = temporaryFolder();
  const before = openCache(folder);
  keep(spaceOf(before), { tokens: prompt(1), scope: 'library' });
  before.close();
  const cache = openCache(folder, { memoryBudgetBytes: BLOCK_BYTES });
  {
    using _pin = spaceOf(cache).pin(spaceOf(cache).find(prompt(1), ['library']).refs);
    expect(found(cache, prompt(1))).toBe(64);
    for (const file of blockFiles(folder)) rmSync(file);
    keep(spaceOf(cache), { tokens: prompt(2), scope: 'library' });
    expect(found(cache, prompt(1))).toBe(64);
  }
  expect(cache.stats().bytesInMemory).toBe(BLOCK_BYTES);
  cache.close();
});

describe('a quota', () => {
  test('holds for the whole folder at every moment; old blocks make room', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder, { quotaBytes: SMALL_QUOTA_BYTES, memoryBudgetBytes: 2 * BLOCK_BYTES });
    for (let at = 0; at < 60; at++) {
      keep(spaceOf(cache), { tokens: prompt(at), scope: 'library' });
      cache.flush();
      expect(folderBytes(folder)).toBeLessThanOrEqual(SMALL_QUOTA_BYTES);
    }
    const stats = cache.stats();
    expect(stats.evictions).toBeGreaterThan(20);
    expect(stats.bytesOnDisk).toBe(folderBytes(folder));
    expect(found(cache, prompt(59))).toBe(64);
    expect(spaceOf(cache).find(prompt(0), ['library'])).toMatchObject({ tokens: 0, miss: 'evicted' });
    cache.close();
    expect(folderBytes(folder)).toBe(stats.bytesOnDisk);
  });

  test('never breaks a chain: a prompt longer than the quota keeps its beginning', () => {
    using folder = temporaryFolder();
    const options = { quotaBytes: SMALL_QUOTA_BYTES, memoryBudgetBytes: 0 };
    const cache = openCache(folder, options);
    keep(spaceOf(cache), { tokens: prompt(1, 64 * 60), scope: 'library' });
    const kept = found(cache, prompt(1, 64 * 60));
    expect(kept).toBeGreaterThan(64 * 10);
    expect(cache.stats()).toMatchObject({ blocks: kept / 64, dropped: 60 - kept / 64 });
    cache.close();
    const again = openCache(folder, options);
    expect(found(again, prompt(1, 64 * 60))).toBe(kept);
    again.close();
  });

  test('spares pinned entries and blocks in use', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder, { quotaBytes: SMALL_QUOTA_BYTES, memoryBudgetBytes: 0 });
    const space = spaceOf(cache);
    keep(space, { tokens: prompt(1), scope: 'library', entry: { kind: 'document', id: 'kept', label: 'Kept' } });
    keep(space, { tokens: prompt(2), scope: 'library' });
    cache.setPinned(cache.list(['library']).find(({ label }) => label === 'Kept')!.id, true, ['library']);
    {
      using _pin = space.pin(space.find(prompt(2), ['library']).refs);
      for (let at = 3; at < 60; at++) keep(space, { tokens: prompt(at), scope: 'library' });
      expect(found(cache, prompt(2))).toBe(64);
    }
    for (let at = 100; at < 160; at++) keep(space, { tokens: prompt(at), scope: 'library' });
    expect(found(cache, prompt(1))).toBe(64);
    expect(found(cache, prompt(2))).toBe(0);
    cache.close();
  });

  test('that became smaller is kept at once, and at the next start', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder, { memoryBudgetBytes: 0 });
    for (let at = 0; at < 100; at++) keep(spaceOf(cache), { tokens: prompt(at), scope: 'library' });
    expect(folderBytes(folder)).toBeGreaterThan(800 * 1024);
    cache.setLimits({ quotaBytes: 800 * 1024, memoryBudgetBytes: 0 });
    expect(folderBytes(folder)).toBeLessThanOrEqual(800 * 1024);
    cache.close();
    const again = openCache(folder, { quotaBytes: SMALL_QUOTA_BYTES });
    expect(folderBytes(folder)).toBeLessThanOrEqual(SMALL_QUOTA_BYTES);
    expect(again.stats()).toMatchObject({ bytesOnDisk: folderBytes(folder), quotaBytes: SMALL_QUOTA_BYTES });
    expect(again.stats().blocks).toBe(blockFiles(folder).length);
    again.close();
  });

  test('counts files that are not ours too', () => {
    using folder = temporaryFolder();
    mkdirSync(folder.path, { recursive: true });
    writeFileSync(join(folder.path, 'note.txt'), 'x'.repeat(SMALL_QUOTA_BYTES));
    const cache = openCache(folder, { quotaBytes: SMALL_QUOTA_BYTES });
    keep(spaceOf(cache), { tokens: prompt(1), scope: 'library' });
    cache.flush();
    expect(cache.stats()).toMatchObject({ dropped: 1, bytesOnDisk: folderBytes(folder) });
    expect(found(cache, prompt(1))).toBe(64);
    cache.close();
  });

  test('of zero keeps nothing on disk, and removes what was there', () => {
    using folder = temporaryFolder();
    const before = openCache(folder);
    keep(spaceOf(before), { tokens: prompt(1), scope: ANA });
    before.close();
    const cache = openCache(folder, { quotaBytes: 0 });
    keep(spaceOf(cache), { tokens: prompt(1, 200), scope: 'library' });
    expect(cache.flush()).toBe(0);
    expect(found(cache, prompt(1, 200))).toBe(200);
    expect(cache.stats()).toMatchObject({ bytesOnDisk: 0, quotaBytes: 0, dropped: 0, blocks: 4 });
    expect(filesIn(folder)).toEqual([]);
    cache.close();
    expect(filesIn(folder)).toEqual([]);
  });
});

describe('a person who keeps much', () => {
  const QUOTA_BYTES = 768 * 1024;

  /** Found of each prompt that this person kept. */
  const left = (cache: KvCache, scope: Scope, prompts: readonly number[]): number =>
    prompts.filter((at) => spaceOf(cache).find(prompt(at), [scope]).tokens > 0).length;
  const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, at) => start + at);

  function keepFor(cache: KvCache, scope: Scope, prompts: readonly number[]): void {
    for (const at of prompts) {
      keep(spaceOf(cache), { tokens: prompt(at), scope });
      cache.flush();
    }
  }

  test('loses the own blocks, not those of others, however old those are', () => {
    using folder = temporaryFolder();
    let now = 0;
    const cache = openCache(folder, { quotaBytes: QUOTA_BYTES, memoryBudgetBytes: 0, now: () => (now += 60_000) });
    keepFor(cache, BEN, range(0, 8));
    keepFor(cache, 'library', range(100, 105));
    keepFor(cache, ANA, range(200, 280));
    expect(left(cache, BEN, range(0, 8))).toBe(8);
    expect(left(cache, 'library', range(100, 105))).toBe(5);
    expect(left(cache, ANA, range(200, 280))).toBeLessThan(60);
    expect(left(cache, ANA, [279])).toBe(1);
    expect(folderBytes(folder)).toBeLessThanOrEqual(QUOTA_BYTES);
    cache.close();
  });

  test('makes room for one who comes later, down to an equal share', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder, { quotaBytes: QUOTA_BYTES, memoryBudgetBytes: 0 });
    keepFor(cache, ANA, range(0, 60));
    keepFor(cache, BEN, range(100, 160));
    const [ana, ben] = [left(cache, ANA, range(0, 60)), left(cache, BEN, range(100, 160))];
    expect(ben).toBeGreaterThan(8);
    expect(Math.abs(ana - ben)).toBeLessThan(5);
    cache.close();
  });
});

describe('the write queue', () => {
  test('is bounded: what does not fit stays in memory and is counted', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder, { writeQueueBytes: 3 * BLOCK_BYTES });
    keep(spaceOf(cache), { tokens: prompt(1, 64 * 5), scope: 'library' });
    expect(cache.stats()).toMatchObject({ dropped: 2, blocks: 5 });
    cache.flush();
    expect(blockFiles(folder)).toHaveLength(3);
    expect(found(cache, prompt(1, 64 * 5))).toBe(64 * 5);
    keep(spaceOf(cache), { tokens: prompt(1, 64 * 5), scope: 'library' });
    cache.flush();
    expect(blockFiles(folder)).toHaveLength(5);
    cache.close();
  });

  test('is written in pieces when there is little time', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    keep(spaceOf(cache), { tokens: prompt(1, 64 * 4), scope: 'library' });
    expect(cache.flush(0)).toBe(3);
    expect(cache.flush(0)).toBe(2);
    expect(blockFiles(folder)).toHaveLength(2);
    expect(cache.flush()).toBe(0);
    const fileBytesOf = (file: string): number => statSync(file).size;
    const written = blockFiles(folder).map(fileBytesOf);
    expect(cache.stats().bytesWritten).toBe(written.reduce((sum, bytes) => sum + bytes, 0));
    expect(Math.max(...written)).toBeLessThan(DISK_BLOCK_BYTES);
    cache.close();
  });
});

test('sums by scope and model, and the index, are all that is on the disk', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  const document = prompt(1, 128);
  const keys = keep(spaceOf(cache), { tokens: document, scope: 'library' });
  keep(spaceOf(cache), { tokens: joined(document, prompt(2, 30)), scope: ANA, start: 128, parent: keys[1] ?? null });
  keep(spaceOf(cache, 'other'), { tokens: prompt(3), scope: 'library', layout: 'other' });
  cache.flush();
  const stats = cache.stats();
  const blockBytes = Object.values(stats.byScope).reduce((sum, { bytes }) => sum + bytes, 0);
  expect(stats.bytesOnDisk).toBe(folderBytes(folder));
  expect(blockBytes).toBe(blockFiles(folder).reduce((bytes, file) => bytes + statSync(file).size, 0));
  expect(Object.values(stats.byModel).reduce((sum, { bytes }) => sum + bytes, 0)).toBe(blockBytes);
  expect(stats.byScope).toMatchObject({ library: { blocks: 3, tokens: 192 }, private: { blocks: 1, tokens: 30 } });
  cache.close();
  expect(folderBytes(folder)).toBe(stats.bytesOnDisk);
});

/** A file system of 1 MB, if this process may mount one. */
function smallDisk(): (Folder & Disposable) | null {
  const folder = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder.path], { stdio: 'ignore' });
  } catch {
    folder[Symbol.dispose]();
    return null;
  }
  const unmount = (): void => {
    execFileSync('umount', [folder.path]);
    folder[Symbol.dispose]();
  };
  return { path: folder.path, [Symbol.dispose]: unmount };
}

function canMount(): boolean {
  using disk = process.platform === 'linux' ? smallDisk() : null;
  return disk !== null;
}

// Skipped where no small file system can be mounted: that needs root on Linux.
test.skipIf(!canMount())('a full disk costs writes, not answers, and the folder opens again', async () => {
  using disk = smallDisk()!;
  const folder = { path: join(disk.path, 'cache') };
  const cache = openCache(folder);
  for (let at = 0; at < 120; at++) {
    keep(spaceOf(cache), { tokens: prompt(at), scope: 'library' });
    cache.flush();
  }
  expect(cache.stats().dropped).toBeGreaterThan(0);
  for (let at = 0; at < 120; at++) expect(found(cache, prompt(at))).toBe(64);
  expect(cache.stats().bytesOnDisk).toBe(folderBytes(folder));
  cache.close();
  const again = openCache(folder);
  expect((await again.verify()).clean).toBe(true);
  expect(again.stats()).toMatchObject({ bytesOnDisk: folderBytes(folder), blocks: blockFiles(folder).length });
  expect(blockFiles(folder).length).toBeGreaterThan(10);
  expect(again.remove({})).toBeGreaterThan(10);
  again.close();
});
