// Vectors of windows in the index of a real cache folder: who sees them, which are missing, and how they go.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BlockKey } from './block.ts';
import { layoutHash } from './block.ts';
import { CacheIndex } from './index/cache-index.ts';
import { openIndexDatabase } from './index/schema.ts';
import { ANA, BEN, folderBytes, joined, keep, openCache, spaceOf, temporaryFolder, tokensFrom } from './test-cache.ts';
import type { Folder, Kept } from './test-cache.ts';
import { VectorIndex } from './vectors-index.ts';
import { VectorTable } from './vectors.ts';
import type { EntryId } from '../contract/cache.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { KvPrecision } from '../contract/settings.ts';
import type { Scope } from '../types.ts';

const WIDTH = 16;
const KIND = { layout: layoutHash('layout'), method: 'test' };
const ALL = { scopes: ['app', 'library', ANA] as Scope[], tokens: 1000 };
let folder: Folder & Disposable;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

/** Fills the folder through the cache itself. Returns the keys of each text's blocks. */
function fill(...texts: Kept[]): BlockKey[][] {
  const cache = openCache(folder);
  const keys = texts.map((kept) => keep(spaceOf(cache), kept));
  cache.close();
  return keys;
}

function open(functions: 'native' | 'script' = 'native') {
  const database = openIndexDatabase(join(folder.path, 'index.sqlite'));
  const { blocks, vectors: native } = new CacheIndex(database);
  const table = functions === 'native' ? native : new VectorTable(database, functions);
  const home = {
    indexes: [{ blocks, vectors: table }],
    stored: null,
    guard: <Result>(_: Result, act: () => Result) => act(),
  };
  const vectors = (options: Partial<{ method: string; quotaBytes: number }> = {}) => {
    const stored = { bytes: folderBytes(folder), quotaBytes: options.quotaBytes ?? Infinity, foldLog: () => undefined };
    return new VectorIndex({ store: { ...home, stored }, ...KIND, method: options.method ?? KIND.method });
  };
  return { database, table, vectors, [Symbol.dispose]: () => database.close() };
}

/** Unit vector at an angle: nearer angles are more similar. */
function towards(degrees: number): Float32Array {
  const vector = new Float32Array(WIDTH);
  vector[3] = Math.cos((degrees * Math.PI) / 180);
  vector[7] = Math.sin((degrees * Math.PI) / 180);
  return vector;
}

function text(scope: Scope, first: number, count = 64): Kept {
  return { scope, tokens: tokensFrom(first, count), entry: { kind: 'document', id: `${scope} ${first}`, label: null } };
}

describe.each(['native', 'script'] as const)('distances by %s functions', (functions) => {
  test('the nearest windows of the scopes asked for, most similar first', () => {
    const keys = fill(text('library', 0), text(ANA, 100), text(ANA, 200), text(BEN, 300)).flat();
    using opened = open(functions);
    const vectors = opened.vectors();
    keys.forEach((key, at) => expect(vectors.add(key, towards(10 * at))).toBe(true));
    const hits = vectors.nearest(towards(0), ['app', 'library', ANA], 5);
    expect(hits.map(({ key, scope }) => [key, scope])).toEqual([
      [keys[0], 'library'],
      [keys[1], ANA],
      [keys[2], ANA],
    ]);
    hits.forEach((hit, at) => expect(hit.similarity).toBeCloseTo(Math.cos((at * Math.PI) / 18), 5));
    expect(vectors.nearest(towards(0), ['app', 'library', ANA], 2).map(({ key }) => key)).toEqual(keys.slice(0, 2));
    expect(vectors.nearest(towards(0), [BEN], 5).map(({ key }) => key)).toEqual(keys.slice(3));
  });

  test("another person's vectors, of another method or layout, are never compared", () => {
    const [[mine], [foreign], [other]] = fill(text(ANA, 0), text(BEN, 100), text(ANA, 200)) as [
      BlockKey[],
      BlockKey[],
      BlockKey[],
    ];
    using opened = open(functions);
    const row = { entryId: 'entry', vector: new Float32Array(WIDTH + 1).fill(1) };
    // Of a length that cannot be compared: looking at it is an error.
    opened.table.insert({ ...row, key: foreign!, scope: BEN }, KIND);
    opened.table.insert({ ...row, key: other!, scope: ANA }, { ...KIND, layout: 'another' });
    opened.table.insert({ ...row, key: mine!, scope: ANA, vector: towards(3) }, KIND);
    const vectors = opened.vectors();
    expect(vectors.nearest(towards(0), ['app', 'library', ANA], 9).map(({ key }) => key)).toEqual([mine]);
    expect(() => vectors.nearest(towards(0), [BEN], 9)).toThrow(/vector|dimension|length/i);
  });
});

test('both kinds of distance functions give the same order', () => {
  const keys = fill(...Array.from({ length: 40 }, (_, at) => text(ANA, 100 * at))).flat();
  const find = (functions: 'native' | 'script') => {
    using opened = open(functions);
    const vectors = opened.vectors();
    keys.forEach((key, at) => vectors.add(key, towards((at * 37) % 90)));
    return vectors.nearest(towards(41.3), [ANA], 12);
  };
  const [native, script] = [find('native'), find('script')];
  expect(native.map(({ key }) => key)).toEqual(script.map(({ key }) => key));
  native.forEach((hit, at) => expect(hit.similarity).toBeCloseTo(script[at]?.similarity ?? 9, 5));
});

test('the partition is looked up before any distance is computed', () => {
  using opened = open();
  const plan = opened.database
    .prepare(
      `EXPLAIN QUERY PLAN SELECT block_key, vec_distance_cosine(vector, x'00000000') AS distance FROM vectors
       INDEXED BY vectors_partition WHERE layout = +? AND method = +? AND scope = +? AND owner = +?
         AND vector IS NOT NULL ORDER BY distance LIMIT 4`,
    )
    .all('', '', '', '') as { detail: string }[];
  expect(plan[0]?.detail).toBe(
    'SEARCH vectors USING INDEX vectors_partition (layout=? AND method=? AND scope=? AND owner=?)',
  );
});

describe('windows that have no vector yet', () => {
  test('each window of a text is asked for once: one about every 128 tokens, and the end', () => {
    const [keys] = fill(text('library', 0, 64 * 5 + 40)) as [BlockKey[]];
    using opened = open();
    const vectors = opened.vectors();
    const waiting = vectors.waiting(100);
    const wanted = new Map(waiting.map(({ key, tokens }) => [key, tokens]));
    expect(keys.map((key) => wanted.get(key)?.length)).toEqual([undefined, 128, undefined, 256, undefined, 256]);
    expect(wanted.get(keys.at(-1)!)).toEqual(tokensFrom(64 * 5 + 40 - 256, 256));
    for (const { key, tokens } of waiting.slice(2)) vectors.add(key, tokens && towards(1));
    expect(vectors.waiting(100)).toHaveLength(2);
    for (const { key } of waiting.slice(0, 2)) vectors.add(key, null);
    expect(vectors.waiting(100)).toEqual([]);
    expect(opened.vectors({ method: 'test 2' }).waiting(100)).toHaveLength(keys.length);
  });

  test('what comes, goes and comes again is asked for again, and what was refused', () => {
    const cache = openCache(folder);
    const vectors = spaceOf(cache).vectors('test');
    const add = (first: number) => keep(spaceOf(cache), text(ANA, first))[0]!;
    const addAll = () => vectors.waiting(9).map(({ key }) => (vectors.add(key, towards(0)) ? key : null));
    const keys = [add(0), add(100)];
    expect(addAll()).toEqual(keys);
    expect(vectors.waiting(9)).toEqual([]);
    cache.remove({});
    expect(vectors.waiting(9)).toEqual([]);
    const again = [add(100), add(200)];
    expect(vectors.waiting(9).map(({ key }) => key)).toEqual(again);
    expect(addAll()).toEqual(again);
    expect(vectors.waiting(9)).toEqual([]);
    cache.flush();
    // Written blocks have moved to the index on disk.
    expect(new Set(addAll())).toEqual(new Set(again));
    expect(vectors.nearest(towards(0), [ANA], 9)).toHaveLength(2);
    cache.close();
  });

  test('a window ends where its text begins, and very short texts have none', () => {
    const cache = openCache(folder);
    const space = spaceOf(cache);
    const document = tokensFrom(0, 100);
    const [, parent = null] = keep(space, { tokens: document, scope: 'library' });
    const chat = { kind: 'conversation', id: 'chat', label: null } as const;
    const kept = { scope: ANA, entry: chat, start: 100, parent };
    const [question] = keep(space, { ...kept, tokens: joined(document, tokensFrom(500, 50)) });
    const [short] = keep(space, { ...kept, tokens: joined(document, tokensFrom(900, 20)) });
    cache.close();
    using opened = open();
    const wanted = new Map(
      opened
        .vectors()
        .waiting(100)
        .map(({ key, tokens }) => [key, tokens]),
    );
    expect(wanted.get(question!)).toEqual(tokensFrom(500, 50));
    expect(wanted.get(short!)).toBeNull();
  });

  test('a folder without room takes none', () => {
    const [[key]] = fill(text(ANA, 0)) as [[BlockKey]];
    using opened = open();
    expect(opened.vectors({ quotaBytes: folderBytes(folder) + 1000 }).add(key, towards(0))).toBe(false);
    expect(opened.vectors().nearest(towards(0), [ANA], 1)).toEqual([]);
  });
});

describe('the text of a hit', () => {
  test('is the end of its chain, as much as was asked for, in the scopes asked for', () => {
    const [keys] = fill(text(BEN, 0, 300)) as [BlockKey[]];
    using opened = open();
    const vectors = opened.vectors();
    expect(vectors.texts(ALL)(keys.at(-1)!)).toBeNull();
    const found = vectors.texts({ scopes: [BEN], tokens: 100 })(keys.at(-1)!);
    expect(found?.blocks.map(({ start, tokens }) => [start, tokens.length])).toEqual([
      [192, 64],
      [256, 44],
    ]);
    expect(vectors.texts(ALL)('gone' as BlockKey)).toBeNull();
  });

  test('is of the precision asked for or better', () => {
    const [[fine], [coarse]] = fill(
      { ...text(ANA, 0), precision: 'int8' },
      { ...text(ANA, 100), precision: 'int4' },
    ) as [[BlockKey], [BlockKey]];
    using opened = open();
    const isRead = (key: BlockKey, lowest?: KvPrecision) => opened.vectors().texts({ ...ALL, lowest })(key) !== null;
    expect([isRead(fine), isRead(fine, 'fp16'), isRead(coarse), isRead(coarse, 'int4')]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  test("is canonical behind nothing but the app's own text", () => {
    const cache = openCache(folder);
    const space = spaceOf(cache);
    const template = { kind: 'template', id: 'system', label: null } as const;
    const app = tokensFrom(0, 40);
    const [root = null] = keep(space, { tokens: app, scope: 'app', entry: template });
    const [canonical] = keep(space, {
      tokens: joined(app, tokensFrom(500, 60)),
      scope: 'library',
      start: 40,
      parent: root,
    });
    const chat = { kind: 'conversation', id: 'chat', label: null } as const;
    const tokens = joined(app, tokensFrom(500, 60), tokensFrom(900, 60));
    const [behind] = keep(space, { tokens, scope: ANA, entry: chat, start: 100, parent: canonical! });
    const [alone] = keep(space, { tokens: tokensFrom(700, 60), scope: 'library', entry: { ...chat, id: 'other' } });
    cache.close();
    using opened = open();
    const context = (key: BlockKey | undefined, neutral?: Int32Array) =>
      opened.vectors().texts({ ...ALL, neutral })(key!)?.context;
    expect(context(canonical)).toBe('canonical');
    expect(context(behind)).toBe('other');
    expect(context(alone)).toBe('other');
    expect(context(alone, tokensFrom(700, 12))).toBe('canonical');
    expect(context(alone, tokensFrom(701, 12))).toBe('other');
  });
});

describe('vectors go with their text', () => {
  function holdsBytes(vector: Float32Array): boolean {
    const needle = Buffer.from(vector.buffer);
    return readFileSync(join(folder.path, 'index.sqlite')).includes(needle);
  }

  test.each([
    ['its entry', { entryId: '' as EntryId }],
    ["its owner's texts", { profileId: 'ana' as ProfileId }],
    ['everything', {}],
  ])('a vector is deleted with %s, and its bytes are gone from the disk', (_, filter) => {
    const [[mine], [shared]] = fill(text(ANA, 0), text('library', 100)) as [[BlockKey], [BlockKey]];
    const vector = towards(12.345);
    {
      using opened = open();
      opened.vectors().add(mine, vector);
      opened.vectors().add(shared, towards(50));
      if ('entryId' in filter) filter.entryId = opened.vectors().nearest(vector, [ANA], 1)[0]?.entryId as EntryId;
    }
    expect(holdsBytes(vector)).toBe(true);
    const cache = openCache(folder);
    cache.remove(filter);
    const { bytesOnDisk } = cache.stats();
    expect(bytesOnDisk).toBe(folderBytes(folder));
    cache.close();
    expect(folderBytes(folder)).toBe(bytesOnDisk);
    expect(holdsBytes(vector)).toBe(false);
    using opened = open();
    expect(opened.vectors().nearest(vector, [ANA], 9)).toEqual([]);
    const isShared = Object.keys(filter).length > 0;
    expect(opened.vectors().nearest(vector, ['library'], 9)).toHaveLength(isShared ? 1 : 0);
  });

  test('a cache with vectors opens, finds and counts as before', () => {
    const [[key]] = fill(text(ANA, 0)) as [[BlockKey]];
    {
      using opened = open();
      opened.vectors().add(key, towards(0));
    }
    const cache = openCache(folder);
    expect(spaceOf(cache).find(tokensFrom(0, 64), [ANA]).tokens).toBe(64);
    expect(cache.stats().bytesOnDisk).toBe(folderBytes(folder));
    cache.close();
    using opened = open();
    expect(opened.vectors().nearest(towards(0), [ANA], 1)).toHaveLength(1);
  });
});
