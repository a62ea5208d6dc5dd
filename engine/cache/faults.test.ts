// Whatever happened to the folder, the cache opens, gives only right rows, and its account equals the disk.

import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { areRowsOf, blockFiles, filesIn, folderBytes, HANDBOOK, keep, openCache, spaceOf } from './test-cache.ts';
import { temporaryFolder, tokensFrom } from './test-cache.ts';
import type { Folder } from './test-cache.ts';
import type { BlockKey } from './block.ts';
import type { KvCache } from './kv-cache.ts';

const TOKENS = tokensFrom(1, 256);

/** Four blocks in a row, on disk. */
function filled(folder: Folder): BlockKey[] {
  const cache = openCache(folder);
  const keys = keep(spaceOf(cache), { tokens: TOKENS, scope: 'library' });
  cache.close();
  return keys;
}

function fileOf(folder: Folder, key: BlockKey | undefined): string {
  return join(folder.path, 'blocks', (key ?? '').slice(0, 2), `${key}.kv`);
}

/** Tokens that are found and whose rows come back, all right. */
function loadable(cache: KvCache): number {
  const space = spaceOf(cache);
  let tokens = 0;
  for (const ref of space.find(TOKENS, ['library']).refs) {
    const rows = space.load(ref);
    if (!rows) break;
    expect(areRowsOf(rows, ref, { tokens: TOKENS })).toBe(true);
    tokens += ref.count;
  }
  return tokens;
}

function flipBit(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  writeFileSync(file, bytes);
}

const DAMAGES: Record<string, (file: string, other: string) => void> = {
  truncated: (file) => truncateSync(file, 1000),
  empty: (file) => truncateSync(file, 0),
  longer: (file) => appendFileSync(file, 'x'),
  deleted: (file) => rmSync(file),
  'bit-flipped in its rows': (file) => flipBit(file, 5000),
  'bit-flipped in its header': (file) => flipBit(file, 20),
  "another block's": (file, other) => copyFileSync(other, file),
  'a folder': (file) => {
    rmSync(file);
    mkdirSync(file);
  },
};

describe.each(Object.keys(DAMAGES))('a block file that is %s', (name) => {
  test.each(['while the cache is open', 'before it opens'])('%s is a miss, and what follows it goes too', (when) => {
    using folder = temporaryFolder();
    const keys = filled(folder);
    const damage = (): void => DAMAGES[name]?.(fileOf(folder, keys[1]), fileOf(folder, keys[2]));
    if (when === 'before it opens') damage();
    const cache = openCache(folder);
    if (when !== 'before it opens') damage();
    expect(loadable(cache)).toBe(64);
    expect(cache.stats()).toMatchObject({ blocks: 1, damaged: 1 });
    keep(spaceOf(cache), { tokens: TOKENS, scope: 'library' });
    expect(loadable(cache)).toBe(256);
    cache.close();
    const again = openCache(folder);
    expect(loadable(again)).toBe(256);
    expect(again.stats().bytesOnDisk).toBe(folderBytes(folder));
    again.close();
  });
});

test('verify reads every file, drops what is damaged and says so; then it is clean', async () => {
  using folder = temporaryFolder();
  const keys = filled(folder);
  const cache = openCache(folder);
  expect(await cache.verify()).toMatchObject({ blocks: 4, damaged: 0, orphanFiles: 0, missingFiles: 0, clean: true });
  flipBit(fileOf(folder, keys[3]), 3000);
  writeFileSync(
    fileOf(folder, 'ab'.repeat(32) as BlockKey).replace('/ab/', `/${keys[0]?.slice(0, 2)}/`),
    'not a block',
  );
  expect(await cache.verify()).toMatchObject({ blocks: 4, damaged: 1, orphanFiles: 1, missingFiles: 0, clean: false });
  rmSync(fileOf(folder, keys[2]));
  expect(await cache.verify()).toMatchObject({ blocks: 3, damaged: 0, missingFiles: 1, clean: false });
  const last = await cache.verify();
  expect(last).toMatchObject({ blocks: 2, clean: true, bytesOnDisk: folderBytes(folder) });
  cache.close();
});

describe('an index that', () => {
  const index = (folder: Folder): string => join(folder.path, 'index.sqlite');
  const BREAKS: Record<string, (folder: Folder) => void> = {
    'was deleted': (folder) => rmSync(index(folder)),
    'is no database': (folder) => writeFileSync(index(folder), 'this is no database '.repeat(500)),
    'was cut': (folder) => truncateSync(index(folder), 20_000),
    'was overwritten in the middle': (folder) => {
      const bytes = readFileSync(index(folder));
      bytes.fill(0xa5, 4096, bytes.length - 4096);
      writeFileSync(index(folder), bytes);
    },
    'lost a page': (folder) => {
      const bytes = readFileSync(index(folder));
      const start = Math.floor(bytes.indexOf(HANDBOOK.label ?? '') / 4096) * 4096;
      writeFileSync(index(folder), bytes.fill(0, start, start + 4096));
    },
    'is a folder': (folder) => {
      rmSync(index(folder));
      mkdirSync(index(folder));
    },
  };

  test.each(Object.keys(BREAKS))('%s means an empty cache that works', (name) => {
    using folder = temporaryFolder();
    filled(folder);
    BREAKS[name]?.(folder);
    const cache = openCache(folder);
    expect(cache.stats()).toMatchObject({ blocks: 0, entries: 0 });
    expect(blockFiles(folder)).toEqual([]);
    keep(spaceOf(cache), { tokens: TOKENS, scope: 'library' });
    expect(loadable(cache)).toBe(256);
    cache.close();
    const again = openCache(folder);
    expect(loadable(again)).toBe(256);
    again.close();
  });

  test('was made with another secret means an empty cache', () => {
    using folder = temporaryFolder();
    filled(folder);
    const cache = openCache(folder, { secret: new Uint8Array(32).fill(8) });
    expect(cache.stats().blocks).toBe(0);
    expect(blockFiles(folder)).toEqual([]);
    cache.close();
  });
});

test('files that belong to no block are removed at the start, temporary ones too', () => {
  using folder = temporaryFolder();
  const keys = filled(folder);
  writeFileSync(`${fileOf(folder, keys[0])}.part`, 'half a block');
  copyFileSync(fileOf(folder, keys[0]), join(folder.path, 'blocks', 'stray.kv'));
  renameSync(fileOf(folder, keys[3]), fileOf(folder, keys[3]).replace('.kv', '.old'));
  const cache = openCache(folder);
  expect(blockFiles(folder)).toHaveLength(3);
  expect(cache.stats().bytesOnDisk).toBe(folderBytes(folder));
  expect(loadable(cache)).toBe(192);
  cache.close();
});

test('blocks of another layout are never given, though their tokens are the same', () => {
  using folder = temporaryFolder();
  filled(folder);
  const cache = openCache(folder);
  const other = spaceOf(cache, 'other');
  expect(other.find(TOKENS, ['library'])).toMatchObject({ tokens: 0, miss: 'other-layout' });
  keep(other, { tokens: TOKENS, scope: 'library', layout: 'other' });
  const match = other.find(TOKENS, ['library']);
  const rows = match.refs.map((ref) => other.load(ref));
  expect(match.refs.every((ref, at) => areRowsOf(rows[at]!, ref, { tokens: TOKENS, layout: 'other' }))).toBe(true);
  cache.close();
});

test('a folder that another process uses is refused with what to do', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  keep(spaceOf(cache), { tokens: TOKENS, scope: 'library' });
  const code = `
    const { KvCache } = await import(${JSON.stringify(join(import.meta.dirname, 'kv-cache.ts'))});
    const options = { secret: new Uint8Array(32), quotaBytes: Number(process.argv[2]), memoryBudgetBytes: 1 };
    try { KvCache.open({ folder: process.argv[1], ...options }); } catch (error) { console.log(error.code); }`;
  for (const quotaBytes of ['1000000000', '0']) {
    const other = spawnSync(process.execPath, ['--input-type=module', '-e', code, folder.path, quotaBytes]);
    expect(other.stdout.toString().trim()).toBe('folder-in-use');
  }
  expect(loadable(cache)).toBe(256);
  cache.close();
});

test('a folder that cannot be made leaves the cache in memory', () => {
  using folder = temporaryFolder();
  const blocked = { path: join(folder.path, 'file', 'cache') };
  writeFileSync(join(folder.path, 'file'), '');
  const cache = openCache(blocked);
  keep(spaceOf(cache), { tokens: TOKENS, scope: 'library' });
  expect(cache.flush()).toBe(0);
  expect(loadable(cache)).toBe(256);
  expect(cache.stats()).toMatchObject({ bytesOnDisk: 0, blocks: 4 });
  cache.close();
});

test('an index that breaks while the cache is open costs the disk tier, not a turn', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  const space = spaceOf(cache);
  for (let at = 0; at < 40; at++) keep(space, { tokens: tokensFrom(at * 1000, 640), scope: 'library' });
  cache.close();
  const open = openCache(folder);
  const bytes = readFileSync(join(folder.path, 'index.sqlite'));
  writeFileSync(join(folder.path, 'index.sqlite'), bytes.fill(0x5a, 4096));
  keep(spaceOf(open), { tokens: TOKENS, scope: 'library' });
  open.flush();
  keep(spaceOf(open), { tokens: TOKENS, scope: 'library' });
  expect(loadable(open)).toBe(256);
  expect(open.remove({})).toBeGreaterThan(0);
  expect(open.stats().bytesOnDisk).toBe(filesIn(folder).length === 0 ? 0 : folderBytes(folder));
  open.close();
  const again = openCache(folder);
  keep(spaceOf(again), { tokens: TOKENS, scope: 'library' });
  expect(loadable(again)).toBe(256);
  again.close();
});
