// KVShare's first version in a real cache: one most similar request, and of it the rows of every token that is still
// there in order.

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BlockRef } from '../cache/block.ts';
import type { KvCache } from '../cache/kv-cache.ts';
import type { Space } from '../cache/space.ts';
import { ANA, areRowsOf, BEN, keep, openCache, spaceOf, temporaryFolder } from '../cache/test-cache.ts';
import type { Kept } from '../cache/test-cache.ts';
import type { Prompt } from '../text/prompt.ts';
import { kvshareEdits } from './kvshare-request.ts';
import type { FinderQuery, MatchSources } from './matcher.ts';
import { addWindows, vectorsOf } from './similar-windows.ts';
import { TestWords } from './test-words.ts';

const words = new TestWords([]);
const THINGS = 'kettle lamp broom ladder basket blanket hammer candle mirror cushion saucepan curtain'.split(' ');
const PLACES = 'attic cellar hallway kitchen garage pantry bedroom garden porch bathroom'.split(' ');
const inventory = (sentences: number): string =>
  Array.from(
    { length: sentences },
    (_, at) => `The ${THINGS[at % 12]} number ${at} stands in the ${PLACES[(at * 3) % 10]} beside door ${at * 2}.`,
  ).join(' ');
const WEATHER = Array.from(
  { length: 30 },
  (_, at) => `Rain fell over hills on evening ${at} while wind came from sea and clouds went west.`,
).join(' ');
const ORIGINAL = inventory(30);
const ASKED = ORIGINAL.replace('broom number 2', 'heavy old broom number 2').replace(/The ladder[^.]*\. /, '');

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

async function fill(...texts: Omit<Kept, 'entry'>[]): Promise<void> {
  for (const [at, text] of texts.entries()) {
    keep(space, { ...text, entry: { kind: 'document', id: `text ${at}`, label: null } });
  }
  while (await addWindows(vectorsOf(space), words.embed, 1000));
}

function find(text: string, query: Partial<FinderQuery> = {}) {
  const wish = { spans: false, similar: true, precisions: ['lossless'] as const };
  const prompt = { tokens: words.encode(text) } as Partial<Prompt> as Prompt;
  const sources = { space, model: { embed: words.embed } } as Partial<MatchSources> as MatchSources;
  return kvshareEdits(sources, { prompt, matched: 0, scopes: ['library', ANA], wish, own: null, ...query });
}

test('everything of the most similar request that is still there is copied from where it stood', async () => {
  const original = words.encode(ORIGINAL);
  const asked = words.encode(ASKED);
  await fill({ tokens: words.encode(WEATHER), scope: ANA }, { tokens: original, scope: ANA });
  const spans = await find(ASKED);
  const copied = spans.reduce((sum, { start, end }) => sum + end - start, 0);
  // All but the two words that are new, and the last one, which is always computed.
  expect(copied).toBe(asked.length - 3);
  for (const { start, end, origin, rows } of spans) {
    expect(origin).toBe('similar');
    expect(rows[0]!.start).toBe(start);
    expect(rows.at(-1)!.start + rows.at(-1)!.count).toBe(end);
  }
  let donorEnd = 0;
  for (const ref of spans.flatMap(({ rows }) => rows)) {
    const donorStart = ref.offset + blockStartOf(ref, original);
    expect(donorStart).toBeGreaterThanOrEqual(donorEnd);
    donorEnd = donorStart + ref.count;
    expect([...asked.subarray(ref.start, ref.start + ref.count)]).toEqual([...original.subarray(donorStart, donorEnd)]);
  }
});

/** Where in the text that was kept the block stands whose rows these are; -1: in none. */
function blockStartOf(ref: BlockRef, tokens: Int32Array): number {
  const rows = space.load(ref)!;
  for (let start = 0; start + ref.blockCount <= tokens.length; start += 64) {
    if (areRowsOf(rows, { ...ref, start, offset: 0, count: ref.blockCount }, { tokens })) return start;
  }
  return -1;
}

test('there is one donor: what another request has is not taken as well', async () => {
  const [first, second] = [inventory(40), WEATHER];
  await fill({ tokens: words.encode(first), scope: ANA }, { tokens: words.encode(second), scope: ANA });
  const spans = await find(`${first} ${second.slice(0, 400)}`);
  const end = Math.max(...spans.map((span) => span.end));
  expect(end).toBeLessThan(words.encode(first).length + 20);
});

test('requests of others are not looked at, nor anything where similar text is not wished for', async () => {
  await fill({ tokens: words.encode(ORIGINAL), scope: BEN });
  expect(await find(ASKED)).toEqual([]);
  await fill({ tokens: words.encode(ORIGINAL), scope: ANA });
  expect(await find(ASKED)).not.toEqual([]);
  const wish = { spans: true, similar: false, precisions: ['lossless'] as const };
  expect(await find(ASKED, { wish })).toEqual([]);
});

test('a request that resembles nothing finds nothing, though it shares some words', async () => {
  await fill({ tokens: words.encode(WEATHER), scope: ANA });
  const other = 'Martha keeps eleven silver spoons from Lisbon and two brass pots.';
  expect(words.encode(WEATHER)).toContain(words.encode('a from')[1]);
  expect(await find(other)).toEqual([]);
});

test('nothing before the exact prefix is found', async () => {
  await fill({ tokens: words.encode(ORIGINAL), scope: ANA });
  const [first] = await find(ASKED, { matched: 60 });
  expect(first!.start).toBe(60);
});
