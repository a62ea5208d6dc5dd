// Finding text that was said before in other words: through a real cache folder, with one token per word, and once with
// the tokenizer and the embeddings of the model that ships.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findSimilar, isWorthSearching, MOST_PLAIN_TOKENS } from './similar.ts';
import { LEAST_RUN_TOKENS } from './similar-alignment.ts';
import type { Embed } from './similar-embedding.ts';
import { addWindows, vectorsOf } from './similar-windows.ts';
import { TestWords } from './test-words.ts';
import type { FoundSpan } from './found-span.ts';
import type { BlockRef } from '../cache/block.ts';
import type { KvCache } from '../cache/kv-cache.ts';
import type { Space } from '../cache/space.ts';
import { ANA, areRowsOf, BEN, folderBytes, keep, openCache, spaceOf, temporaryFolder } from '../cache/test-cache.ts';
import type { Folder, Kept } from '../cache/test-cache.ts';
import { Model } from '../model/forward.ts';
import { importModel } from '../model/import/import-model.ts';
import { Tokenizer } from '../text/tokenizer.ts';
import type { Scope } from '../types.ts';

const words = new TestWords([
  ['house', 'home'],
  ['pretty', 'lovely'],
  ['shop', 'store'],
  ['likes', 'enjoys'],
]);
const THINGS = 'kettle lamp broom ladder basket blanket hammer candle mirror cushion saucepan curtain'.split(' ');
const PLACES = 'attic cellar hallway kitchen garage pantry bedroom garden porch bathroom'.split(' ');
const READABLE: Scope[] = ['app', 'library', ANA];
let folder: Folder & Disposable;
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

/** A long text in which no sentence stands twice. */
function story(sentences: number, skip = 0): string {
  return Array.from({ length: sentences }, (_, index) => {
    const at = index + skip;
    const [thing, place] = [THINGS[at % 12], PLACES[Math.floor(at / 12) % 10]];
    return `Everybody likes the pretty ${thing} which stands near the ${place} of this house, and the shop where it comes from keeps ${at + 2} such things.`;
  }).join(' ');
}

const reworded = (text: string): string =>
  text
    .replaceAll('likes', 'enjoys')
    .replaceAll('pretty', 'lovely')
    .replaceAll('house', 'home')
    .replaceAll('shop', 'store');

/** Keeps texts in the cache, and their vectors. */
async function fill(texts: readonly Kept[], embed: Embed = words.embed): Promise<void> {
  for (const text of texts) keep(space, text);
  cache.flush();
  expect(await addWindows(vectorsOf(space), embed, 60_000)).toBe(false);
}

function kept(text: string, scope: Scope = 'library', id = 'story'): Kept {
  return { tokens: words.encode(text), scope, entry: { kind: 'document', id, label: null } };
}

interface Found {
  spans: FoundSpan[];
  /** Token ids whose rows stand for each span. */
  donors: Int32Array[];
}

async function find(
  tokens: Int32Array,
  options: { scopes?: Scope[]; from?: number; words?: Pick<TestWords, 'embed' | 'textOf'> } = {},
): Promise<Found> {
  const vectors = vectorsOf(space);
  const { scopes = READABLE, from = 0 } = options;
  const { embed, textOf } = options.words ?? words;
  const ranges = [{ start: from, end: tokens.length }];
  const spans = await findSimilar({ vectors, tokens, ranges, scopes, embed, textOf });
  const donors = spans.map(({ rows }) =>
    Int32Array.from(
      rows.flatMap((ref) => {
        const block = vectors.texts({ scopes, tokens: 1 })(ref.key)?.blocks.at(-1);
        expect(block?.tokens.length).toBe(ref.blockCount);
        return [...(block?.tokens.subarray(ref.offset, ref.offset + ref.count) ?? [])];
      }),
    ),
  );
  return { spans, donors };
}

function covered(spans: readonly FoundSpan[]): number {
  return spans.reduce((sum, span) => sum + span.end - span.start, 0);
}

function expectOrdered(spans: readonly FoundSpan[], limit: { start: number; end: number }): void {
  let end = limit.start;
  for (const span of spans) {
    expect(span.origin).toBe('similar');
    expect(span.start).toBeGreaterThanOrEqual(end);
    expect(span.end - span.start).toBeGreaterThanOrEqual(LEAST_RUN_TOKENS);
    let at = span.start;
    for (const ref of span.rows) {
      expect(ref.start).toBe(at);
      expect(ref.offset + ref.count).toBeLessThanOrEqual(ref.blockCount);
      at += ref.count;
    }
    expect(at).toBe(span.end);
    end = span.end;
  }
  expect(end).toBeLessThanOrEqual(limit.end);
}

test('a text that was reworded is found, and each row stands for a word of its meaning', async () => {
  const text = story(40);
  await fill([kept(text), kept(story(40, 45), 'library', 'another')]);
  const tokens = words.encode(reworded(text));
  const { spans, donors } = await find(tokens);
  expectOrdered(spans, { start: 0, end: tokens.length - 1 });
  expect(covered(spans)).toBeGreaterThan(0.9 * tokens.length);
  spans.forEach((span, at) => {
    const said = words.decode(tokens.subarray(span.start, span.end));
    expect(said).toBe(reworded(words.decode(donors[at] ?? new Int32Array())));
  });
});

test('only the positions that nothing covers are looked at, and never the last', async () => {
  const text = story(40);
  await fill([kept(text)]);
  const tokens = words.encode(reworded(text));
  const { spans } = await find(tokens, { from: 300 });
  expectOrdered(spans, { start: 300, end: tokens.length - 1 });
  expect(covered(spans)).toBeGreaterThan(0.9 * (tokens.length - 300));
});

test('a run goes on over the edge of a window, wherever it lies', async () => {
  const text = story(40);
  await fill([kept(text)]);
  const tokens = words.encode(reworded(text).replaceAll(/keeps (\d+)/g, 'keeps $1000'));
  const sentence = words.encode(story(1)).length;
  for (const from of [sentence - 13, sentence - 9, sentence - 5]) {
    const { spans } = await find(tokens, { from });
    expect(new Set(spans.slice(1, -1).map((span) => span.end - span.start))).toEqual(new Set([sentence - 4]));
  }
});

test("another person's text is not found, one's own and a shared one is", async () => {
  const text = story(40);
  await fill([kept(text, BEN)]);
  const tokens = words.encode(reworded(text));
  expect((await find(tokens)).spans).toEqual([]);
  expect((await find(tokens, { scopes: ['app', 'library', BEN] })).spans).not.toEqual([]);
});

test('a short prompt, or one that is mostly covered, is not searched', async () => {
  const text = story(40);
  await fill([kept(text)]);
  const tokens = words.encode(reworded(text));
  expect((await find(tokens.slice(0, MOST_PLAIN_TOKENS))).spans).toEqual([]);
  expect((await find(tokens, { from: Math.ceil(tokens.length / 2) })).spans).toEqual([]);
  expect(isWorthSearching(MOST_PLAIN_TOKENS + 1, [{ start: 0, end: MOST_PLAIN_TOKENS }])).toBe(true);
});

describe('twins', () => {
  test.each([
    ['number', (at: number) => (text: string) => text.replace(`keeps ${at} such`, `keeps ${at + 700} such`)],
    ['negation', (at: number) => (text: string) => text.replace(`keeps ${at} such`, `never keeps ${at} such`)],
    ['name', (at: number) => (text: string) => text.replace(`keeps ${at} such`, `in Rome keeps ${at} such`)],
  ])('a %s that differs gets no rows, nor does what follows it in its sentence', async (_, changer) => {
    const text = story(40);
    await fill([kept(text)]);
    const changed = [5, 18, 30].reduce((all, at) => changer(at)(all), reworded(text));
    const tokens = words.encode(changed);
    const { spans, donors } = await find(tokens);
    const original = reworded(text);
    spans.forEach((span, at) => {
      const donor = reworded(words.decode(donors[at] ?? new Int32Array()));
      expect(words.decode(tokens.subarray(span.start, span.end))).toBe(donor);
      expect(original).toContain(donor);
    });
    const free = Array.from(tokens, (id, at) =>
      spans.some((span) => at >= span.start && at < span.end) ? '' : words.textOf(id),
    ).join('');
    expect(free).toMatch(/(such things.*){3}/s);
    expect(covered(spans)).toBeGreaterThan(0.7 * tokens.length);
  });
});

test('text with other facts throughout gets none of their rows', async () => {
  await fill([kept(story(40))]);
  const tokens = words.encode(story(40, 50));
  const { spans, donors } = await find(tokens);
  spans.forEach((span, at) => {
    const [here, there] = [tokens.subarray(span.start, span.end), donors[at] ?? new Int32Array()].map((ids) =>
      words.decode(ids),
    );
    expect(here?.match(/\d+/g)).toEqual(there?.match(/\d+/g));
  });
});

test('the same question has the same answer at every call', async () => {
  await fill([kept(story(40)), kept(story(40), ANA, 'copy')]);
  const tokens = words.encode(reworded(story(40)));
  expect(await find(tokens)).toEqual(await find(tokens));
});

test('the rows found can be pinned and loaded, also after a restart', async () => {
  const text = story(40);
  await fill([kept(text)]);
  cache.close();
  cache = openCache(folder);
  space = spaceOf(cache);
  const { spans } = await find(words.encode(reworded(text)));
  expect(spans).not.toEqual([]);
  using pin = space.pin(spans.flatMap((span) => span.rows));
  const tokens = words.encode(text);
  for (const ref of pin.refs) expect(areRowsOf(space.load(ref)!, whole(ref), { tokens })).toBe(true);
});

/** The reference to all of the block, where the text itself put it: there prompt and donor lie at the same place. */
function whole(ref: BlockRef): BlockRef {
  return { ...ref, start: ref.start - ref.offset, offset: 0, count: ref.blockCount };
}

test('vectors are added a few at a time, and only once; new text is added, deleted text is gone', async () => {
  keep(space, kept(story(60)));
  const asked: number[] = [];
  const embed: Embed = (ids) => {
    asked.push(ids.length);
    return words.embed(ids);
  };
  const vectors = vectorsOf(space);
  expect(await addWindows(vectors, embed, 0)).toBe(true);
  while (await addWindows(vectors, embed, 0));
  const count = asked.length;
  expect(count).toBeGreaterThan(8);
  expect(Math.max(...asked)).toBeLessThanOrEqual(256);
  expect(await addWindows(vectors, embed, 0)).toBe(false);
  expect(asked).toHaveLength(count);
  keep(space, kept(story(3, 70), ANA, 'more'));
  expect(await addWindows(vectors, embed, 60_000)).toBe(false);
  expect(asked.length).toBeGreaterThan(count);
  const { bytesOnDisk } = cache.stats();
  expect(bytesOnDisk).toBe(folderBytes(folder));
  cache.remove({});
  expect((await find(words.encode(reworded(story(60))))).spans).toEqual([]);
});

const STARTER = join(import.meta.dirname, '../../resources/models/starter');

describe.skipIf(!existsSync(STARTER))('with the model that ships (skipped where it is not installed)', () => {
  const imported = temporaryFolder();
  afterAll(() => imported[Symbol.dispose]());

  test('a text in another order and with other days is found, numbers and days as they are', async () => {
    await importModel({ source: STARTER, target: imported.path });
    const model = await Model.open(imported.path, { threads: 2 });
    const embed: Embed = (ids) => model.embed(ids);
    const tokenizer = Tokenizer.open(STARTER);
    const sentences = Array.from(
      { length: 40 },
      (_, at) =>
        `The phone number of room ${at + 3} is ${(at * 7919) % 9000}. Please open the door of bin ${at} on Monday and say the code ${at * 37}.`,
    );
    const entry = { kind: 'document', id: 'rooms', label: null } as const;
    await fill([{ tokens: tokenizer.encode(sentences.join('\n')), scope: 'library', entry }], embed);
    const changed = sentences.map((sentence, at) => (at % 5 === 2 ? sentence.replace('Monday', 'Friday') : sentence));
    const swapped = [...changed.slice(20), ...changed.slice(0, 20)];
    const tokens = tokenizer.encode(`Good morning. Here is what we know of the rooms:\n${swapped.join('\n')}`);
    const textOf = (id: number): string => tokenizer.tokenText(id);
    const { spans, donors } = await find(tokens, { words: { embed, textOf } });
    await model.close();
    expectOrdered(spans, { start: 0, end: tokens.length - 1 });
    expect(covered(spans)).toBeGreaterThan(0.4 * tokens.length);
    spans.forEach((span, at) => {
      const texts = [tokens.subarray(span.start, span.end), donors[at] ?? new Int32Array()];
      const [here, there] = texts.map((ids) => tokenizer.decode([...ids]).match(/\d+|Monday|Friday/g));
      expect(here).toEqual(there);
    });
  });
});
