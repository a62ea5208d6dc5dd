// One earlier prompt that is similar as a whole lends a row for each token: through a real cache folder, with one token
// per word and embeddings in which words of one meaning lie close together.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BlockRef } from '../cache/block.ts';
import type { KvCache } from '../cache/kv-cache.ts';
import type { Space } from '../cache/space.ts';
import { ANA, BEN, keep, openCache, spaceOf, temporaryFolder } from '../cache/test-cache.ts';
import type { Folder } from '../cache/test-cache.ts';
import { seededRandom } from '../sample/random.ts';
import type { Prompt } from '../text/prompt.ts';
import type { Scope } from '../types.ts';
import type { FoundSpan } from './found-span.ts';
import { nearestDistances, signatures } from './lsh.ts';
import { semsharekvSpans } from './semsharekv.ts';
import { mapTokens } from './semsharekv-map.ts';
import { LEAST_SIMILARITY, PastPrompts } from './semsharekv-past.ts';
import { TestWords } from './test-words.ts';

const words = new TestWords([['house', 'home']]);
const THINGS = 'kettle lamp broom ladder basket blanket hammer candle mirror cushion saucepan curtain'.split(' ');
const story = (sentences: number, seed = 0) =>
  Array.from({ length: sentences }, (_, at) => {
    const thing = THINGS[(at + seed) % 12];
    return `Near the pretty ${thing} of house ${at % 5} somebody keeps ${seed} other things`;
  }).join(' . ');
const reworded = (text: string) => text.replaceAll('house', 'home');
const unrelated = (count: number) => Array.from({ length: count }, (_, at) => `zebra${at % 90}`).join(' ');
const READABLE: Scope[] = ['app', 'library', ANA];
let folder: Folder & Disposable;
let cache: KvCache;
let space: Space;
let past: PastPrompts;

beforeEach(() => {
  folder = temporaryFolder();
  cache = openCache(folder);
  space = spaceOf(cache);
  past = new PastPrompts(words.embed);
});
afterEach(() => {
  cache.close();
  folder[Symbol.dispose]();
});

function promptOf(text: string, scope: Scope = ANA): Prompt {
  const tokens = words.encode(text);
  const scopes = [{ start: 0, end: tokens.length, scope }];
  return { tokens, scopes, documents: [], lastMessageStart: 0, neutral: new Int32Array() } as Partial<Prompt> as Prompt;
}

/** Its rows are in the cache, and it is remembered. */
function asked(text: string, scope: Scope = ANA): Prompt {
  const prompt = promptOf(text, scope);
  keep(space, { tokens: prompt.tokens, scope, entry: { kind: 'document', id: text.slice(0, 8), label: null } });
  past.note(prompt);
  return prompt;
}

function find(text: string, { scopes = READABLE, similar = true, matched = 0 } = {}): Promise<FoundSpan[]> {
  const wish = { spans: false, similar, precisions: ['lossless' as const] };
  const sources = { space, model: { embed: words.embed }, text: { tokenText: words.textOf }, past };
  return semsharekvSpans(sources, { prompt: promptOf(text), matched, scopes, wish, own: null });
}

/** Token ids of the lent rows, by position. */
function lent(spans: readonly FoundSpan[], donor: Prompt): Map<number, number> {
  const { refs } = space.find(donor.tokens, READABLE);
  const startOf = (row: BlockRef) => refs.find(({ key }) => key === row.key)!.start + row.offset;
  return new Map(
    spans.flatMap(({ rows }) =>
      rows.flatMap((row) =>
        Array.from({ length: row.count }, (_, at) => [row.start + at, donor.tokens[startOf(row) + at]!] as const),
      ),
    ),
  );
}

describe('spans', () => {
  test('lend each token the row of a like one, another word of its meaning too', async () => {
    const donor = asked(story(20));
    const text = reworded(story(20));
    const { tokens } = promptOf(text);
    const rows = lent(await find(text), donor);
    expect(rows.size).toBe(tokens.length - 1);
    const meant = [...rows].filter(([position, id]) => donor.tokens[position] === id).length;
    expect(meant).toBeGreaterThan(0.95 * rows.size);
    expect([...rows].some(([position, id]) => tokens[position] !== id)).toBe(true);
  });

  test('leave out words that nothing stands for, the exact prefix, and the last token', async () => {
    asked(story(20));
    const text = `${story(10)} qwerty uiop ${story(20).slice(story(10).length)}`;
    const { tokens } = promptOf(text);
    const spans = await find(text, { matched: 50 });
    const strange = [...tokens.keys()].filter((at) => ['qwerty', 'uiop'].includes(words.textOf(tokens[at]!).trim()));
    expect(strange).toHaveLength(2);
    expect(spans[0]!.start).toBe(50);
    expect(spans.at(-1)!.end).toBe(tokens.length - 1);
    for (const at of strange) expect(spans.some(({ start, end }) => start <= at && at < end)).toBe(false);
    for (const { start, end, rows } of spans) {
      expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(end - start);
      expect(rows[0]!.start).toBe(start);
    }
  });

  test('come from nobody else, and only where similar text may be used', async () => {
    asked(story(20), BEN);
    expect(await find(reworded(story(20)))).toEqual([]);
    expect(await find(reworded(story(20)), { scopes: ['app', 'library', BEN] })).not.toEqual([]);
    expect(await find(reworded(story(20)), { scopes: ['app', 'library', BEN], similar: false })).toEqual([]);
  });

  test('need a prompt that is similar as a whole', async () => {
    asked(story(20));
    expect(await find(`${story(3)} ${unrelated(400)}`)).toEqual([]);
  });

  test('refer to neighbouring rows of a block at once', async () => {
    asked(story(20));
    const [span] = await find(`${story(20)} and`, { matched: 10 });
    expect(span!.rows.length).toBeLessThan((span!.end - span!.start) / 16);
  });

  test('need a prompt of which enough is left to be similar', async () => {
    const donor = promptOf(`${story(6)} ${unrelated(150)}`);
    const left = donor.tokens.slice(0, 64);
    keep(space, { tokens: left, scope: ANA, entry: { kind: 'document', id: 'left', label: null } });
    past.note(donor);
    expect(await find(`${unrelated(150)} and`)).toEqual([]);
    expect(await find(`${story(6)} and`)).not.toEqual([]);
  });

  test('need rows that are still there', async () => {
    const donor = asked(story(20));
    cache.remove({});
    expect(await past.similarTo(donor.tokens, READABLE)).toHaveLength(1);
    expect(await find(reworded(story(20)))).toEqual([]);
  });
});

describe('earlier prompts', () => {
  test('are as similar as the nearest of their tokens are, on a scale that ends at 30 bits', async () => {
    const [one, other] = [words.encode('house pretty lamp'), words.encode('home pretty lamp')];
    const bits = async (text: string) => {
      const embedded = await words.embed(words.encode(text));
      return signatures(embedded, embedded.length);
    };
    const [far] = nearestDistances(await bits('house'), await bits('home'));
    expect(far).toBeGreaterThan(0);
    expect(await past.similarity(one, one)).toBe(1);
    expect(await past.similarity(one, other)).toBeCloseTo(1 - far! / 3 / 30, 10);
    expect(await past.similarity(words.encode(unrelated(9)), one)).toBe(0);
  });

  test('are found by similarity above 0.8, the most similar first', async () => {
    past.note(promptOf(unrelated(100)));
    past.note(promptOf(story(20)));
    past.note(promptOf(reworded(story(20))));
    const found = await past.similarTo(promptOf(story(19)).tokens, READABLE);
    expect(found.map(({ prompt }) => prompt.tokens)).toEqual([
      promptOf(story(20)).tokens,
      promptOf(reworded(story(20))).tokens,
    ]);
    expect(found.every(({ similarity }) => similarity > LEAST_SIMILARITY)).toBe(true);
  });

  test('are not similar enough where about every twentieth word is a strange one', async () => {
    const donor = promptOf(story(20));
    past.note(donor);
    const withStrange = (every: number) => donor.tokens.map((id, at) => (at % every === 0 ? strangeId(at) : id));
    const strangeId = (at: number) => words.encode(`stranger${at}`).at(-1)!;
    for (const [every, isFound] of [
      [15, false],
      [40, true],
    ] as const) {
      const tokens = withStrange(every);
      const similarity = await past.similarity(tokens, donor.tokens);
      expect(similarity).toBeGreaterThan(isFound ? 0.8 : 0.5);
      expect(similarity).toBeLessThan(isFound ? 1 : 0.8);
      expect(await past.similarTo(tokens, READABLE)).toHaveLength(isFound ? 1 : 0);
    }
  });

  test('are remembered up to where others may read, too', async () => {
    const prompt = promptOf(story(20));
    past.note({
      ...prompt,
      scopes: [
        { start: 0, end: 120, scope: 'library' },
        { start: 120, end: prompt.tokens.length, scope: BEN },
      ],
    });
    const found = await past.similarTo(prompt.tokens.subarray(0, 120), READABLE);
    expect(found.map(({ prompt: { tokens, scope } }) => [tokens.length, scope])).toEqual([[120, 'library']]);
  });

  test('grow with their chat instead of piling up, are bounded, and can be forgotten', () => {
    for (const sentences of [10, 11, 12]) past.note(promptOf(story(sentences)));
    expect(past.count).toBe(1);
    for (let seed = 1; seed < 100; seed++) past.note(promptOf(`${seed} ${story(12, seed)}`));
    expect(past.count).toBe(64);
    for (let first = 0; first < 3; first++) {
      const tokens = new Int32Array(450_000).fill(300).fill(first, 0, 1);
      past.note({ tokens, scopes: [{ start: 0, end: tokens.length, scope: ANA }] });
    }
    expect(past.count).toBe(2);
    past.clear();
    expect(past.count).toBe(0);
  });
});

describe('the token map', () => {
  /** A pair of lanes that turns by a thousandth for each position. */
  const [WIDTH, SLOW_LANE] = [64, 24];

  test('takes of equal tokens the one in the same place', async () => {
    const tokens = words.encode(Array.from({ length: 12 }, (_, at) => `lamp ${THINGS[at]}`).join(' '));
    const range = { start: 0, end: tokens.length };
    const map = await mapTokens(tokens, range, { past: tokens, embed: words.embed });
    expect(Array.from(map)).toEqual([...tokens.keys()]);
  });

  test('turns embeddings over their full width', async () => {
    const embed = async (ids: Int32Array) => {
      const rows = new Float32Array(ids.length * WIDTH);
      ids.forEach((id, at) => (rows[at * WIDTH + (id === 1 ? SLOW_LANE : WIDTH - 1)] = 1));
      return rows;
    };
    const tokens = new Int32Array(1600).fill(2);
    tokens[0] = 1;
    tokens[1500] = 1;
    const map = await mapTokens(tokens, { start: 1500, end: 1501 }, { past: tokens, embed });
    expect(Array.from(map)).toEqual([1500]);
  });

  test('takes of the rows that signatures propose the one with the highest cosine', async () => {
    const random = seededRandom(9);
    const width = 256;
    // These lanes hardly turn at all within so few positions.
    const isStill = (lane: number) => lane % 128 >= 96;
    const base = Float32Array.from({ length: width }, (_, lane) => (isStill(lane) ? random() - 0.5 : 0));
    const vectors = Array.from({ length: 80 }, () =>
      base.map((value, lane) => (isStill(lane) ? value + 0.4 * (random() - 0.5) : 0)),
    );
    const embed = async (ids: Int32Array) => Float32Array.from([...ids].flatMap((id) => [...vectors[id]!]));
    const cosine = (a: number, b: number) => {
      const product = (x: number, y: number) =>
        vectors[x]!.reduce((sum, value, lane) => sum + value * vectors[y]![lane]!, 0);
      return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
    };
    const ids = (from: number) => Int32Array.from({ length: 40 }, (_, at) => from + at);
    const map = await mapTokens(ids(40), { start: 0, end: 40 }, { past: ids(0), embed });
    const best = [...ids(40)].map((id) => [...ids(0)].toSorted((a, b) => cosine(id, b) - cosine(id, a))[0]);
    const same = best.filter((donor, at) => donor === map[at]).length;
    // By their signatures alone a third would be right.
    expect(same).toBeGreaterThan(24);
  });
});
