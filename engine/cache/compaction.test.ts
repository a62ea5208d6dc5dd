// Tidying up: short neighbours become one block, nothing that can be found changes, and what is in use stays.

import { copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  ANA,
  areRowsOf,
  BEN,
  blockFiles,
  folderBytes,
  HANDBOOK,
  joined,
  keep,
  openCache,
  rowsOf,
  spaceOf,
  temporaryFolder,
  tokensFrom,
} from './test-cache.ts';
import type { BlockKey, BlockRef, EntryRef } from './block.ts';
import type { KvCache } from './kv-cache.ts';
import type { KvPrecision } from '../contract/settings.ts';
import type { KvRows, Scope } from '../types.ts';

const ALL: Scope[] = ['app', 'library', ANA];
const CHAT: EntryRef = { kind: 'conversation', id: 'chat', label: 'Small talk' };
const TOKENS = tokensFrom(1, 60);

/** Blocks of 12 tokens. */
function keepShort(
  cache: KvCache,
  tokens = TOKENS,
  precision: KvPrecision = 'lossless',
  start = 0,
  parent: BlockKey | null = null,
) {
  const keys = keep(spaceOf(cache), { tokens, scope: ANA, entry: CHAT, blockTokens: 12, precision, start, parent });
  cache.flush();
  return keys;
}

function find(cache: KvCache, tokens: Int32Array, accept?: readonly KvPrecision[]): BlockRef[] {
  return spaceOf(cache).find(tokens, ALL, accept).refs;
}

/** Values of the first `count` positions, lane by lane in one row each. */
function values(cache: KvCache, tokens: Int32Array): number[][] {
  const space = spaceOf(cache);
  return find(cache, tokens, ['int4']).flatMap((ref) => {
    const rows = space.load(ref);
    expect(rows && areRowsOf(rows, ref, { tokens })).toBe(true);
    return Array.from({ length: ref.count }, (_, row) => rowValues(rows!, row));
  });
}

function rowValues({ k, v, count }: KvRows, row: number): number[] {
  const lanes = k.length / (count * 8);
  const lane = (plane: Float32Array, at: number) => [
    ...plane.subarray((at * count + row) * 8, (at * count + row + 1) * 8),
  ];
  return Array.from({ length: lanes }, (_, at) => [...lane(k, at), ...lane(v, at)]).flat();
}

test.each(['lossless', 'fp16', 'int8', 'int4'] as const)(
  'short %s blocks of one text become one, with the same values',
  async (precision) => {
    using folder = temporaryFolder();
    const cache = openCache(folder, { memoryBudgetBytes: 0 });
    keepShort(cache, TOKENS, precision);
    const before = values(cache, TOKENS);
    expect(before).toHaveLength(60);
    const bytes = blockFiles(folder).reduce((sum, file) => sum + statSync(file).size, 0);
    expect(cache.compact()).toBe(false);
    expect(find(cache, TOKENS, ['int4']).map(({ count, precision: of }) => ({ count, of }))).toEqual([
      { count: 60, of: precision },
    ]);
    expect(values(cache, TOKENS)).toEqual(before);
    expect(blockFiles(folder)).toHaveLength(1);
    expect(statSync(blockFiles(folder)[0] ?? '').size).toBeLessThan(bytes);
    expect(cache.stats()).toMatchObject({ blocks: 1, damaged: 0, bytesOnDisk: folderBytes(folder) });
    expect(await cache.verify()).toMatchObject({ clean: true });
    cache.close();
    const again = openCache(folder);
    expect(values(again, TOKENS)).toEqual(before);
    again.close();
  },
);

test('rows in memory stay in memory', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  keepShort(cache);
  const { bytesInMemory } = cache.stats();
  cache.compact();
  expect(cache.stats().bytesInMemory).toBe(bytesInMemory);
  for (const file of blockFiles(folder)) copyFileSync(import.meta.filename, file);
  expect(values(cache, TOKENS)).toHaveLength(60);
  cache.close();
});

test('what stands behind joined blocks is found as before, and can be added to', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  const keys = keepShort(cache, tokensFrom(1, 48));
  const one = joined(tokensFrom(1, 48), tokensFrom(500, 64));
  const other = joined(tokensFrom(1, 48), tokensFrom(700, 64));
  for (const tokens of [one, other]) {
    keep(spaceOf(cache), { tokens, scope: ANA, entry: CHAT, start: 48, parent: keys[3] ?? null });
  }
  cache.flush();
  expect(cache.compact()).toBe(false);
  expect(find(cache, one).map(({ count }) => count)).toEqual([48, 64]);
  expect(find(cache, other).map(({ count }) => count)).toEqual([48, 64]);
  // The same texts again, with the blocks that were found and with those that are gone.
  const parent = find(cache, one)[0]?.key ?? null;
  keep(spaceOf(cache), { tokens: one, scope: ANA, entry: CHAT, start: 48, parent });
  expect(cache.stats().blocks).toBe(3);
  const short = keepShort(cache, tokensFrom(1, 48));
  keep(spaceOf(cache), {
    tokens: one,
    scope: ANA,
    entry: CHAT,
    start: 48,
    parent: short[3] ?? null,
    precision: 'fp16',
  });
  cache.flush();
  // A name that a block took along is not given twice: four short ones and one behind them came, none was mistaken.
  expect(cache.stats().blocks).toBe(8);
  expect(values(cache, one)).toHaveLength(112);
  expect(values(cache, joined(tokensFrom(1, 30), tokensFrom(9000, 9)))).toHaveLength(30);
  expect(cache.remove({ conversationId: CHAT.id as never })).toBeGreaterThan(3);
  expect(cache.stats().blocks).toBe(0);
  expect(blockFiles(folder)).toEqual([]);
  cache.close();
});

describe('blocks are not joined', () => {
  const cases: { name: string; fill: (cache: KvCache) => void; blocks: number }[] = [
    {
      name: 'where the chain branches',
      blocks: 3,
      fill: (cache) => {
        const [parent = null] = keepShort(cache, tokensFrom(1, 12));
        keepShort(cache, joined(tokensFrom(1, 12), tokensFrom(300, 12)), 'lossless', 12, parent);
        keepShort(cache, joined(tokensFrom(1, 12), tokensFrom(400, 12)), 'lossless', 12, parent);
      },
    },
    {
      name: 'of two scopes or texts',
      blocks: 2,
      fill: (cache) => {
        const [parent] = keep(spaceOf(cache), { tokens: tokensFrom(1, 12), scope: 'library', entry: HANDBOOK });
        keepShort(cache, tokensFrom(1, 24), 'lossless', 12, parent);
      },
    },
    {
      name: 'of two precisions',
      blocks: 2,
      fill: (cache) => {
        const [parent] = keepShort(cache, tokensFrom(1, 12), 'lossless');
        keepShort(cache, tokensFrom(1, 24), 'fp16', 12, parent);
      },
    },
    { name: 'that would be longer than a block', blocks: 3, fill: (cache) => keepAll(cache, 40, 120) },
    {
      name: 'of a pinned entry',
      blocks: 5,
      fill: (cache) => {
        keepShort(cache);
        cache.setPinned(cache.list(ALL)[0]!.id, true, ALL);
      },
    },
    {
      name: 'that hold decoded rows in two places',
      blocks: 2,
      fill: (cache) => {
        const write = spaceOf(cache).begin();
        let parent: BlockKey | null = null;
        for (const start of [0, 12]) {
          const rows = {
            tokens: TOKENS.slice(start, start + 12),
            rows: rowsOf(TOKENS, start, start + 12),
            prefillMs: 1,
          };
          const block = { ...rows, parent, scope: ANA, entry: CHAT, precision: 'lossless' } as const;
          parent = write.add({ ...block, decodedStart: 4, decodedEnd: 12 });
        }
        write.commit();
        cache.flush();
      },
    },
  ];

  function keepAll(cache: KvCache, blockTokens: number, length: number): void {
    keep(spaceOf(cache), { tokens: tokensFrom(1, length), scope: ANA, entry: CHAT, blockTokens });
    cache.flush();
  }

  test.each(cases)('$name', ({ fill, blocks }) => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    fill(cache);
    expect(cache.compact()).toBe(false);
    expect(cache.stats().blocks).toBe(blocks);
    cache.close();
  });

  test('while they are in use', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    keepShort(cache);
    {
      using _pin = spaceOf(cache).pin(find(cache, TOKENS).slice(2, 3));
      cache.compact();
      expect(find(cache, TOKENS).map(({ count }) => count)).toEqual([24, 12, 24]);
    }
    keepShort(cache, tokensFrom(5000, 12));
    cache.compact();
    expect(find(cache, TOKENS).map(({ count }) => count)).toEqual([60]);
    cache.close();
  });
});

test('decoded rows stay where they were', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  const write = spaceOf(cache).begin();
  let parent: BlockKey | null = null;
  for (const [start, decodedStart] of [
    [0, 12],
    [12, 0],
    [24, 12],
  ] as const) {
    const rows = { tokens: TOKENS.slice(start, start + 12), rows: rowsOf(TOKENS, start, start + 12), prefillMs: 1 };
    const block = { ...rows, parent, scope: ANA, entry: CHAT, precision: 'lossless' } as const;
    parent = write.add({ ...block, decodedStart, decodedEnd: 12 });
  }
  write.commit();
  cache.flush();
  cache.compact();
  expect(find(cache, TOKENS)).toMatchObject([{ count: 36, decoded: { start: 12, end: 24 } }]);
  cache.close();
});

test('little time means one step at a time; a tidy cache costs nothing', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  keepShort(cache);
  const blocks: number[] = [];
  while (cache.compact(0)) blocks.push(cache.stats().blocks);
  expect(blocks).toEqual([4, 3, 2, 1]);
  expect(cache.compact(0)).toBe(false);
  cache.close();
});

test('without a disk there is nothing to tidy', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder, { quotaBytes: 0 });
  keepShort(cache);
  expect(cache.compact()).toBe(false);
  expect(cache.stats().blocks).toBe(5);
  cache.close();
});

test('a damaged block is found out and dropped, not joined', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder, { memoryBudgetBytes: 0 });
  const keys = keepShort(cache);
  const file = join(folder.path, 'blocks', (keys[2] ?? '').slice(0, 2), `${keys[2]}.kv`);
  copyFileSync(import.meta.filename, file);
  cache.compact();
  expect(values(cache, TOKENS)).toHaveLength(24);
  expect(cache.stats()).toMatchObject({ damaged: 1, blocks: 1, bytesOnDisk: folderBytes(folder) });
  cache.close();
});

test('others learn nothing from joined private blocks', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  keepShort(cache);
  cache.compact();
  expect(spaceOf(cache).find(TOKENS, ['app', 'library', BEN])).toMatchObject({ tokens: 0, miss: 'new' });
  cache.close();
});

test('the room of many deleted rows goes back to the disk', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  for (let at = 0; at < 120; at++) {
    keep(spaceOf(cache), { tokens: tokensFrom(at * 1000, 64), scope: at < 117 ? ANA : BEN });
  }
  cache.flush();
  const before = cache.stats().bytesOnDisk;
  cache.remove({ profileId: 'ana' as never });
  cache.compact();
  expect(cache.stats()).toMatchObject({ blocks: 3, bytesOnDisk: folderBytes(folder) });
  expect(folderBytes(folder)).toBeLessThan(before / 5);
  cache.close();
});
