// Finding and lending: the radix walk, scopes, pins, writes, entries.

import { describe, expect, test } from 'vitest';
import {
  ANA,
  areRowsOf,
  BEN,
  folderBytes,
  HANDBOOK,
  joined,
  keep,
  openCache,
  rowsOf,
  SHAPE,
  spaceOf,
} from './test-cache.ts';
import { temporaryFolder, tokensFrom } from './test-cache.ts';
import type { EntryRef } from './block.ts';
import { EngineError } from '../errors.ts';
import type { Scope } from '../types.ts';

const ALL: Scope[] = ['app', 'library', ANA];
const CHAT: EntryRef = { kind: 'conversation', id: 'chat', label: 'A letter to the school' };

describe('a prefix', () => {
  test('is found token by token, with its rows', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const space = spaceOf(cache);
    const tokens = tokensFrom(1, 150);
    keep(space, { tokens, scope: 'library' });

    const prompt = joined(tokens.subarray(0, 100), tokensFrom(5000, 60));
    const match = space.find(prompt, ALL);
    expect(match).toMatchObject({ tokens: 100, parentEnd: 64, miss: 'diverged', divergedAt: 100 });
    expect(match.refs.map(({ start, count, blockCount }) => ({ start, count, blockCount }))).toEqual([
      { start: 0, count: 64, blockCount: 64 },
      { start: 64, count: 36, blockCount: 64 },
    ]);
    for (const ref of match.refs) {
      const rows = space.load(ref);
      expect(rows && areRowsOf(rows, ref, { tokens: prompt })).toBe(true);
    }
    cache.close();
  });

  test('is found in the same way after a restart', () => {
    using folder = temporaryFolder();
    const tokens = tokensFrom(1, 150);
    const first = openCache(folder);
    keep(spaceOf(first), { tokens, scope: 'library' });
    first.close();

    const second = openCache(folder);
    const space = spaceOf(second);
    const match = space.find(tokens, ['library']);
    expect(match).toMatchObject({ tokens: 150, miss: 'none', divergedAt: null });
    space.count(match.tokens, tokens.length);
    const rows = match.refs.map((ref) => space.load(ref));
    expect(match.refs.every((ref, at) => areRowsOf(rows[at] ?? rowsOf(tokens, 0, 1), ref, { tokens }))).toBe(true);
    expect(second.stats()).toMatchObject({ blocks: 3, hits: 150, misses: 0 });
    second.close();
  });

  test('goes on behind a short block even where a longer block shares more of the next tokens', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const space = spaceOf(cache);
    const tokens = tokensFrom(1, 200);
    const [short] = keep(space, { tokens: tokens.subarray(0, 20), scope: ANA });
    keep(space, { tokens, scope: ANA, start: 20, parent: short ?? null });
    keep(space, { tokens: joined(tokens.subarray(0, 50), tokensFrom(900, 14)), scope: ANA });
    keep(space, { tokens: joined(tokens.subarray(0, 20), tokensFrom(0, 30)), scope: ANA });
    expect(space.find(tokens, ALL).tokens).toBe(200);
    expect(space.find(joined(tokens.subarray(0, 45), tokensFrom(7000, 9)), ALL).tokens).toBe(45);
    cache.close();
  });

  test('says which of its rows were made while decoding', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const space = spaceOf(cache);
    const tokens = tokensFrom(1, 40);
    const write = space.begin();
    const block = {
      parent: null,
      scope: ANA,
      tokens,
      rows: rowsOf(tokens, 0, 40),
      prefillMs: 1,
      entry: CHAT,
      precision: 'lossless' as const,
    };
    write.add({ ...block, decodedStart: 30, decodedEnd: 40 });
    write.commit();
    expect(space.find(tokens, ALL).refs[0]?.decoded).toEqual({ start: 30, end: 40 });
    expect(space.find(tokens.subarray(0, 35), ALL).refs[0]?.decoded).toEqual({ start: 30, end: 35 });
    expect(space.find(tokens.subarray(0, 10), ALL).refs[0]?.decoded).toEqual({ start: 10, end: 10 });
    cache.close();
  });

  test('is taken from what more people share when it is there twice', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const space = spaceOf(cache);
    const tokens = tokensFrom(1, 64);
    keep(space, { tokens, scope: ANA });
    keep(space, { tokens, scope: 'library' });
    expect(space.find(tokens, [ANA, 'library']).refs[0]?.scope).toBe('library');
    expect(space.find(tokens, [ANA]).refs[0]?.scope).toBe(ANA);
    cache.close();
  });
});

describe('scopes', () => {
  test('hide private blocks from everybody else, from finding, reasons, lists and deletion', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const space = spaceOf(cache);
    const tokens = tokensFrom(1, 150);
    keep(space, { tokens, scope: ANA, entry: CHAT });
    expect(space.find(tokens, ['app', 'library', BEN])).toMatchObject({ tokens: 0, refs: [], miss: 'new' });
    expect(spaceOf(cache, 'other').find(tokens, ['app', 'library', BEN]).miss).toBe('new');
    expect(cache.list(['app', 'library', BEN])).toEqual([]);
    const [entry] = cache.list([ANA]);
    expect(entry).toMatchObject({ label: CHAT.label, scope: 'private', tokens: 150, blocks: 3 });
    for (const act of [
      () => cache.removeEntry(entry!.id, ['app', 'library', BEN]),
      () => cache.setPinned(entry!.id, true, ['app', 'library', BEN]),
    ]) {
      expect(act).toThrow(EngineError);
    }
    expect(cache.stats().blocks).toBe(3);
    cache.close();
  });

  test('only narrow along a prompt', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const space = spaceOf(cache);
    const tokens = tokensFrom(1, 128);
    const [parent] = keep(space, { tokens: tokens.subarray(0, 64), scope: ANA });
    for (const scope of ['app', 'library', BEN] as const) {
      expect(() => keep(space, { tokens, scope, start: 64, parent: parent ?? null })).toThrow(/shared more widely/);
    }
    cache.close();
  });

  test('let a private turn stand behind a shared document without telling others of it', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const space = spaceOf(cache);
    const document = tokensFrom(1, 128);
    const turn = joined(document, tokensFrom(700, 30));
    const keys = keep(space, { tokens: document, scope: 'library' });
    keep(space, { tokens: turn, scope: ANA, entry: CHAT, start: 128, parent: keys[1] ?? null });
    expect(space.find(turn, ALL).tokens).toBe(158);
    expect(space.find(turn, ['library', BEN])).toMatchObject({ tokens: 128, miss: 'new', divergedAt: null });
    cache.close();
  });
});

describe('a miss', () => {
  test('names another layout that knows the text', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const tokens = tokensFrom(1, 100);
    keep(spaceOf(cache, 'old'), { tokens, scope: 'library', layout: 'old' });
    expect(spaceOf(cache, 'new').find(tokens, ALL)).toMatchObject({ tokens: 0, miss: 'other-layout' });
    expect(spaceOf(cache, 'new').find(tokensFrom(900, 50), ALL)).toMatchObject({ tokens: 0, miss: 'new' });
    cache.close();
  });

  test('names eviction, also of a short block, and only to those who could have reused it', () => {
    using folder = temporaryFolder();
    const blockBytes = 64 * SHAPE.layers * SHAPE.kvHeads * SHAPE.headSize * 8;
    const cache = openCache(folder, { quotaBytes: 0, memoryBudgetBytes: blockBytes });
    const space = spaceOf(cache);
    const tokens = tokensFrom(1, 40);
    keep(space, { tokens, scope: ANA });
    keep(space, { tokens: tokensFrom(500, 64), scope: ANA });
    expect(space.find(tokens, ALL)).toMatchObject({ tokens: 0, miss: 'evicted' });
    expect(space.find(tokens, ['library', BEN])).toMatchObject({ tokens: 0, miss: 'new' });
    cache.remove({ profileId: ANA.slice('private:'.length) as never });
    expect(space.find(tokens, ALL)).toMatchObject({ tokens: 0, miss: 'new' });
    cache.close();
  });
});

describe('a write', () => {
  test('is invisible before commit and leaves nothing after rollback', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const space = spaceOf(cache);
    const tokens = tokensFrom(1, 64);
    const write = space.begin();
    const block = {
      parent: null,
      scope: ANA,
      tokens,
      rows: rowsOf(tokens, 0, 64),
      prefillMs: 1,
      entry: CHAT,
      precision: 'lossless' as const,
    };
    write.add({ ...block, decodedStart: 0, decodedEnd: 0 });
    expect(space.find(tokens, ALL).tokens).toBe(0);
    write.rollback();
    write.commit();
    expect(cache.stats()).toMatchObject({ blocks: 0, entries: 0, bytesInMemory: 0 });
    cache.close();
  });

  test('of known blocks keeps them once and gives the same keys', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const tokens = tokensFrom(1, 150);
    const keys = keep(spaceOf(cache), { tokens, scope: 'library' });
    expect(keep(spaceOf(cache), { tokens, scope: 'library' })).toEqual(keys);
    cache.flush();
    expect(keep(spaceOf(cache), { tokens, scope: 'library' })).toEqual(keys);
    expect(cache.flush()).toBe(0);
    expect(cache.stats().blocks).toBe(3);
    cache.close();
  });

  test('behind a block that went in the meantime is dropped, as nothing could reach it', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const space = spaceOf(cache);
    const tokens = tokensFrom(1, 128);
    const [parent] = keep(space, { tokens: tokens.subarray(0, 64), scope: 'library' });
    cache.remove({});
    keep(space, { tokens, scope: 'library', start: 64, parent: parent ?? null });
    expect(cache.stats()).toMatchObject({ blocks: 0, dropped: 1 });
    cache.close();
  });

  test('under way forgets what is deleted meanwhile', () => {
    using folder = temporaryFolder();
    const cache = openCache(folder);
    const space = spaceOf(cache);
    const tokens = tokensFrom(1, 64);
    const write = space.begin();
    const rows = { rows: rowsOf(tokens, 0, 64), precision: 'lossless' as const };
    const block = { parent: null, tokens, ...rows, prefillMs: 1, decodedStart: 0, decodedEnd: 0 };
    write.add({ ...block, scope: ANA, entry: CHAT });
    write.add({ ...block, scope: 'library', entry: HANDBOOK });
    cache.remove({ conversationId: CHAT.id as never });
    write.commit();
    expect(cache.list(ALL).map((entry) => entry.label)).toEqual([HANDBOOK.label]);
    cache.close();
  });
});

test('use is counted for blocks and entries, and survives a restart', () => {
  using folder = temporaryFolder();
  let now = 1000;
  const cache = openCache(folder, { now: () => now });
  const space = spaceOf(cache);
  const tokens = tokensFrom(1, 128);
  keep(space, { tokens, scope: 'library' });
  now = 2000;
  space.used(space.find(tokens, ALL).refs, 250);
  cache.flush();
  now = 3000;
  space.used(space.find(tokens, ALL).refs, 150);
  const [entry] = cache.list(ALL);
  expect(entry).toMatchObject({ hits: 2, savedMs: 400, createdAt: 1000, usedAt: 3000, inMemory: true, pinned: false });
  cache.close();
  const again = openCache(folder);
  expect(again.list(ALL)).toEqual([{ ...entry, inMemory: false }]);
  expect(again.stats().bytesOnDisk).toBe(folderBytes(folder));
  again.close();
});
