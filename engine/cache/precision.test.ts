// How fine rows are kept: what a lookup accepts, what a block may promise, and how it becomes better, never worse.

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  ANA,
  areRowsOf,
  blockFiles,
  folderBytes,
  joined,
  keep,
  openCache,
  rowsOf,
  SHAPE,
  spaceOf,
  temporaryFolder,
  tokensFrom,
} from './test-cache.ts';
import type { Folder } from './test-cache.ts';
import type { BlockKey } from './block.ts';
import { openIndexDatabase } from './index/schema.ts';
import type { KvCache } from './kv-cache.ts';
import type { Space } from './space.ts';
import { KV_PRECISIONS } from '../contract/settings.ts';
import type { KvPrecision } from '../contract/settings.ts';
import type { Database } from '../lib/database.ts';
import type { KvRows } from '../types.ts';

const TOKENS = tokensFrom(1, 192);

function keepAt(space: Space, precision: KvPrecision, tokens = TOKENS): BlockKey[] {
  return keep(space, { tokens, scope: 'library', precision });
}

/** Tokens found by a lookup that accepts this and better; all rows must be right. */
function found(cache: KvCache, accept?: KvPrecision, tokens = TOKENS): number {
  const space = spaceOf(cache);
  const match = space.find(tokens, ['library', ANA], accept && [accept]);
  for (const ref of match.refs) {
    const rows = space.load(ref);
    expect(rows && areRowsOf(rows, ref, { tokens })).toBe(true);
  }
  return match.tokens;
}

function fileOf(folder: Folder, key: BlockKey | undefined): string {
  return join(folder.path, 'blocks', (key ?? '').slice(0, 2), `${key}.kv`);
}

/** As it was before there were codecs: the fp32 values behind a header that ends with zeros. */
function firstVersionFile(file: Buffer, rows: KvRows): Buffer {
  const payload = Buffer.concat([rows.k, rows.v].map((plane) => Buffer.from(plane.buffer)));
  const header = Buffer.from(file.subarray(0, 128));
  header.writeUInt16LE(1, 10);
  header.writeUInt32LE(crc32(payload), 28);
  header.fill(0, 96, 124);
  header.writeUInt32LE(crc32(header.subarray(0, 124)), 124);
  return Buffer.concat([header, payload]);
}

function backToFirstVersion(database: Database): void {
  database.exec(`
    DROP INDEX blocks_short;
    ALTER TABLE blocks DROP COLUMN coding;
    ALTER TABLE blocks DROP COLUMN precision;
    DROP TABLE tombstones;
    CREATE TABLE tombstones (key TEXT PRIMARY KEY, parent TEXT NOT NULL) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 1`);
}

describe.each(['waiting', 'on disk', 'after a restart'] as const)('blocks %s', (where) => {
  function filled(folder: Folder, precision: KvPrecision): KvCache {
    const cache = openCache(folder);
    keepAt(spaceOf(cache), precision);
    if (where === 'waiting') return cache;
    cache.flush();
    if (where === 'on disk') return cache;
    cache.close();
    return openCache(folder);
  }

  test.each(KV_PRECISIONS)('kept as %s are found by whoever accepts that or less', (precision) => {
    using folder = temporaryFolder();
    const cache = filled(folder, precision);
    const isEnough = (accepted: KvPrecision): boolean =>
      KV_PRECISIONS.indexOf(precision) <= KV_PRECISIONS.indexOf(accepted);
    for (const accepted of KV_PRECISIONS) expect(found(cache, accepted)).toBe(isEnough(accepted) ? 192 : 0);
    expect(found(cache)).toBe(precision === 'int4' ? 0 : 192);
    const { refs } = spaceOf(cache).find(TOKENS, ['library'], ['int4']);
    expect(refs.map((ref) => ref.precision)).toEqual([precision, precision, precision]);
    cache.close();
  });

  test('become better in place, and worse never', () => {
    using folder = temporaryFolder();
    const cache = filled(folder, 'int8');
    const keys = keepAt(spaceOf(cache), 'fp16');
    cache.flush();
    expect(found(cache, 'fp16')).toBe(192);
    expect(found(cache, 'lossless')).toBe(0);
    expect(keepAt(spaceOf(cache), 'lossless')).toEqual(keys);
    cache.flush();
    expect(keepAt(spaceOf(cache), 'int4')).toEqual(keys);
    cache.flush();
    expect(found(cache, 'lossless')).toBe(192);
    expect(cache.stats()).toMatchObject({ blocks: 3, dropped: 0, damaged: 0, bytesOnDisk: folderBytes(folder) });
    cache.close();
    const again = openCache(folder);
    expect(found(again, 'lossless')).toBe(192);
    expect(again.stats()).toMatchObject({ blocks: 3, damaged: 0, bytesOnDisk: folderBytes(folder) });
    again.close();
  });
});

test('rows are read as they are stored, before they are written and after', () => {
  for (const precision of KV_PRECISIONS) {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    keepAt(spaceOf(cache), precision);
    const read = (of: KvCache) =>
      spaceOf(of)
        .find(TOKENS, ['library'], ['int4'])
        .refs.map((ref) => spaceOf(of).load(ref));
    const before = read(cache);
    cache.flush();
    expect(read(cache)).toEqual(before);
    cache.close();
    const again = openCache(folder);
    expect(read(again)).toEqual(before);
    expect(before.length).toBe(3);
    const exact = [0, 64, 128].map((start) => rowsOf(TOKENS, start, start + 64));
    if (precision === 'lossless') expect(before).toEqual(exact);
    else expect(before).not.toEqual(exact);
    again.close();
  }
});

describe('a block', () => {
  test('promises no more than what it was computed from', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const space = spaceOf(cache);
    const longer = joined(TOKENS, tokensFrom(900, 64));
    const keys = keepAt(space, 'int8');
    keep(space, { tokens: longer, scope: 'library', start: 192, parent: keys[2] ?? null });
    cache.flush();
    expect(space.find(longer, ['library']).refs.at(-1)?.precision).toBe('int8');
    keepAt(space, 'lossless');
    cache.flush();
    expect(found(cache, 'lossless', longer)).toBe(192);
    expect(found(cache, 'int8', longer)).toBe(256);
    keepAt(space, 'lossless', longer);
    cache.flush();
    expect(found(cache, 'lossless', longer)).toBe(256);
    cache.close();
  });

  test('behind one that becomes better at the same time is as good', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const longer = joined(TOKENS, tokensFrom(900, 40));
    keepAt(spaceOf(cache), 'int8');
    cache.flush();
    keepAt(spaceOf(cache), 'lossless', longer);
    cache.flush();
    expect(found(cache, 'lossless', longer)).toBe(232);
    cache.close();
  });

  test('behind one that waits to become better is as good', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const longer = joined(TOKENS, tokensFrom(900, 40));
    const keys = keepAt(spaceOf(cache), 'int8');
    cache.flush();
    keepAt(spaceOf(cache), 'lossless');
    keep(spaceOf(cache), { tokens: longer, scope: ANA, start: 192, parent: keys[2] ?? null });
    cache.flush();
    expect(found(cache, 'lossless', longer)).toBe(232);
    cache.close();
  });

  test('that is short is kept in 16-bit floats at least', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const tokens = tokensFrom(1, 30);
    keepAt(spaceOf(cache), 'int4', tokens);
    cache.flush();
    const floats = 30 * SHAPE.layers * SHAPE.kvHeads * SHAPE.headSize;
    expect(blockFiles(folder).map((file) => statSync(file).size)).toEqual([128 + floats * 4]);
    expect(found(cache, 'int8', tokens)).toBe(0);
    cache.close();
  });

  test.each(KV_PRECISIONS)('kept as %s with one wrong bit anywhere is a miss', (precision) => {
    using folder = temporaryFolder();
    const cache = openCache(folder, { memoryBudgetBytes: 0 });
    const space = spaceOf(cache);
    for (const share of [0.03, 0.2, 0.5, 0.8, 0.999]) {
      const [key] = keepAt(space, precision);
      cache.flush();
      const file = fileOf(folder, key);
      const bytes = readFileSync(file);
      const at = Math.floor(bytes.length * share);
      bytes[at] = (bytes[at] ?? 0) ^ 16;
      writeFileSync(file, bytes);
      expect(space.find(TOKENS, ['library'], [precision]).refs.map((ref) => space.load(ref))[0]).toBeNull();
      expect(found(cache, precision)).toBe(0);
    }
    expect(cache.stats()).toMatchObject({ damaged: 5, blocks: 0 });
    cache.close();
  });
});

test('a process that ends between writing a better file and saying so leaves the better block', async () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  const keys = keepAt(spaceOf(cache), 'int8');
  cache.close();
  const better = temporaryFolder();
  const other = openCache(better);
  expect(keepAt(spaceOf(other), 'lossless')).toEqual(keys);
  other.close();
  writeFileSync(fileOf(folder, keys[0]), readFileSync(fileOf(better, keys[0])));
  better[Symbol.dispose]();

  const again = openCache(folder);
  expect(again.stats()).toMatchObject({ blocks: 3, damaged: 0, bytesOnDisk: folderBytes(folder) });
  expect(found(again, 'lossless')).toBe(64);
  expect(found(again)).toBe(192);
  expect(await again.verify()).toMatchObject({ clean: true });
  again.close();
});

test('a file of a lower precision than its block has is a miss', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  const keys = keepAt(spaceOf(cache), 'lossless');
  cache.close();
  using worse = temporaryFolder();
  const other = openCache(worse);
  keepAt(spaceOf(other), 'int8');
  other.close();
  writeFileSync(fileOf(folder, keys[0]), readFileSync(fileOf(worse, keys[0])));
  const again = openCache(folder);
  expect(found(again, 'int8')).toBe(0);
  expect(again.stats()).toMatchObject({ blocks: 0, damaged: 1 });
  again.close();
});

test('a folder of the first version is read: fp32 files as they are, an index without precisions', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  const keys = keepAt(spaceOf(cache), 'lossless');
  cache.close();
  const database = openIndexDatabase(join(folder.path, 'index.sqlite'));
  for (const [at, key] of keys.entries()) {
    const file = firstVersionFile(readFileSync(fileOf(folder, key)), rowsOf(TOKENS, at * 64, at * 64 + 64));
    writeFileSync(fileOf(folder, key), file);
    database.prepare('UPDATE blocks SET bytes = ? WHERE key = ?').run(file.length, key);
  }
  backToFirstVersion(database);
  database.close();
  const again = openCache(folder);
  expect(found(again, 'lossless')).toBe(192);
  expect(again.stats()).toMatchObject({ blocks: 3, damaged: 0, bytesOnDisk: folderBytes(folder) });
  again.close();
});
