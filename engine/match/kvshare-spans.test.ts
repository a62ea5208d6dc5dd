// What KVShare finds in a real cache, and how that differs from what the ladder takes.

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KvCache } from '../cache/kv-cache.ts';
import type { Space } from '../cache/space.ts';
import { ANA, BEN, joined, keep, openCache, SHAPE, spaceOf, temporaryFolder, tokensFrom } from '../cache/test-cache.ts';
import type { Prompt } from '../text/prompt.ts';
import { kvshareSpans } from './kvshare-spans.ts';
import type { FinderQuery, MatchSources } from './matcher.ts';

let folder: ReturnType<typeof temporaryFolder>;
let cache: KvCache;
let space: Space;
beforeEach(() => {
  folder = temporaryFolder();
  cache = openCache(folder);
  space = spaceOf(cache);
});
afterEach(() => {
  cache.close();
  folder[Symbol.dispose]();
});

function find(tokens: Int32Array, query: Partial<FinderQuery> = {}) {
  const wish = { spans: true, similar: false, precisions: ['lossless'] as const };
  const prompt = { tokens, neutral: new Int32Array() } as Partial<Prompt> as Prompt;
  const sources = { space } as MatchSources;
  return kvshareSpans(sources, { prompt, matched: 0, scopes: ['app', 'library', ANA], wish, own: null, ...query });
}

const own = (): Space => cache.disposable({ layout: 'own', modelId: 'own', shape: SHAPE });

test('equal text is found wherever it stood, down to a window of it', async () => {
  keep(space, { tokens: joined(tokensFrom(5000, 30), tokensFrom(100, 16), tokensFrom(6000, 40)), scope: ANA });
  const prompt = joined(tokensFrom(9000, 50), tokensFrom(100, 16), tokensFrom(9500, 20));
  const window = joined(tokensFrom(9000, 50), tokensFrom(5016, 14), tokensFrom(100, 16), tokensFrom(9500, 20));
  expect(await find(prompt)).toEqual([]);
  const [span] = await find(window);
  expect(span).toMatchObject({ start: 50, end: 80, origin: 'moved', context: 'other' });
  expect(span!.rows.reduce((sum, { count }) => sum + count, 0)).toBe(30);
  expect(space.findSpans(window, { start: 0, end: window.length }, [ANA])).toEqual([]);
});

test('the longest text is taken, not the one with the better left context, nor the one that serves more', async () => {
  const start = tokensFrom(1000, 64);
  const better = joined(start, tokensFrom(7000, 40), tokensFrom(100, 90), tokensFrom(7100, 10), tokensFrom(300, 64));
  keep(space, { tokens: better, scope: ANA });
  keep(space, { tokens: joined(tokensFrom(8000, 64), tokensFrom(100, 100)), scope: ANA });
  const prompt = joined(start, tokensFrom(9000, 20), tokensFrom(100, 100), tokensFrom(9200, 5), tokensFrom(300, 70));
  const ladder = space.findSpans(prompt, { start: 64, end: prompt.length }, [ANA]);
  expect(ladder[0]).toMatchObject({ start: 84, end: 174, sharesPrefix: true });
  const spans = await find(prompt, { matched: 64 });
  expect(spans).toMatchObject([
    { start: 84, end: 184 },
    { start: 189, end: 253 },
  ]);
});

test('what an edit leaves is moved text like any other', async () => {
  const text = tokensFrom(100, 200);
  keep(space, { tokens: text, scope: ANA });
  const edited = joined(text);
  edited[90] = 7777;
  const spans = await find(joined(edited, tokensFrom(9500, 5)), { matched: 90 });
  expect(spans).toMatchObject([{ start: 91, end: 200, origin: 'moved' }]);
  expect(spans[0]).not.toHaveProperty('windows');
});

test('the last position is never reused', async () => {
  keep(space, { tokens: tokensFrom(100, 64), scope: ANA });
  const spans = await find(joined(tokensFrom(9000, 10), tokensFrom(100, 64)));
  expect(spans).toMatchObject([{ start: 10, end: 73 }]);
});

test('nothing of another person is found', async () => {
  keep(space, { tokens: tokensFrom(100, 100), scope: BEN });
  expect(await find(joined(tokensFrom(9000, 10), tokensFrom(100, 100), tokensFrom(9500, 5)))).toEqual([]);
});

test('rows that it keeps for itself are donors too, where no longer exact ones are', async () => {
  const mine = own();
  keep(space, { tokens: joined(tokensFrom(8000, 20), tokensFrom(100, 60)), scope: ANA });
  keep(mine, { tokens: joined(tokensFrom(8100, 20), tokensFrom(100, 150), tokensFrom(400, 60)), scope: ANA });
  keep(space, { tokens: joined(tokensFrom(8200, 20), tokensFrom(400, 60)), scope: ANA });
  const prompt = joined(
    tokensFrom(9000, 10),
    tokensFrom(100, 150),
    tokensFrom(9200, 10),
    tokensFrom(400, 60),
    tokensFrom(1, 1),
  );
  const spans = await find(prompt, { own: mine });
  expect(spans).toMatchObject([
    { start: 10, end: 160, space: mine },
    { start: 170, end: 230 },
  ]);
  expect(spans[1]!.space).toBeUndefined();
  expect(mine.load(spans[0]!.rows[0]!)).not.toBeNull();
  expect(space.load(spans[0]!.rows[0]!)).toBeNull();
  expect(await find(prompt)).toMatchObject([
    { start: 10, end: 70 },
    { start: 170, end: 230 },
  ]);
});

test('of overlapping finds of both kinds the longer one stays whole, and the rest of the other', async () => {
  const mine = own();
  keep(mine, { tokens: joined(tokensFrom(8100, 20), tokensFrom(100, 150)), scope: ANA });
  keep(space, { tokens: joined(tokensFrom(8000, 20), tokensFrom(220, 60)), scope: ANA });
  const prompt = joined(tokensFrom(9000, 10), tokensFrom(100, 180), tokensFrom(9200, 10));
  const spans = await find(prompt, { own: mine });
  expect(spans).toMatchObject([
    { start: 10, end: 160, space: mine },
    { start: 160, end: 190 },
  ]);
  const covered = spans.flatMap(({ rows }) => rows).map(({ start, count }) => [start, start + count]);
  expect(covered.at(-1)![1]).toBe(190);
  for (let at = 1; at < covered.length; at++) expect(covered[at]![0]).toBe(covered[at - 1]![1]);
});
