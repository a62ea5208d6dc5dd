// Which words of one text stand for which of another, with embeddings in which synonyms lie close together.

import { expect, test } from 'vitest';
import { guardText } from './guards.ts';
import { align, LEAST_RUN_TOKENS } from './similar-alignment.ts';
import type { Run } from './similar-alignment.ts';
import type { AlignedText } from './similar-tokens.ts';
import { TestWords } from './test-words.ts';

const words = new TestWords([
  ['home', 'house'],
  ['pretty', 'beautiful', 'nice', 'lovely'],
  ['like', 'enjoy'],
]);
const TEXT = 'It is a nice house with a garden where people like to sit when the weather is good and the birds sing.';

async function textOf(text: string): Promise<AlignedText> {
  const tokens = words.encode(text);
  return { guarded: guardText(tokens, words.textOf, true), embeddings: await words.embed(tokens) };
}

async function aligned(prompt: string, donor: string): Promise<{ runs: Run[]; texts: [string, string][] }> {
  const [left, right] = [await textOf(prompt), await textOf(donor)];
  const runs = align(left, right);
  const part = (text: AlignedText, start: number, count: number): string =>
    words.decode(text.guarded.tokens.subarray(start, start + count)).trim();
  return {
    runs,
    texts: runs.map((run) => [
      part(left, run.start, run.end - run.start),
      part(right, run.donorStart, run.end - run.start),
    ]),
  };
}

test('a text stands for itself, token by token', async () => {
  const { runs } = await aligned(TEXT, TEXT);
  expect(runs).toEqual([{ start: 0, end: words.encode(TEXT).length, donorStart: 0 }]);
});

test('a word of like meaning is no break', async () => {
  const twin = TEXT.replace('nice house', 'beautiful home');
  expect((await aligned(TEXT, twin)).texts).toEqual([[TEXT, twin]]);
});

test('a word of other meaning is a break, and what is left must be long enough', async () => {
  const { runs, texts } = await aligned(TEXT, TEXT.replace('garden', 'chimney'));
  expect(runs).toHaveLength(1);
  expect(texts[0]?.[0]).toMatch(/^where people/);
  expect(runs.every((run) => run.end - run.start >= LEAST_RUN_TOKENS)).toBe(true);
});

test('text in front moves the donor, a text in between parts it', async () => {
  const front = 'Listen well please because this matters greatly.';
  const { runs } = await aligned(TEXT, `${front} ${TEXT}`);
  expect(runs.map((run) => run.donorStart - run.start)).toEqual([words.encode(front).length]);
  const parted = await aligned(TEXT, TEXT.replace('like', 'really truly like'));
  expect(parted.texts.map(([left]) => left)).toEqual([
    'It is a nice house with a garden where people',
    expect.stringMatching(/^like to sit/),
  ]);
});

test.each([
  ['a number', 'seats 5 guests', 'seats 50 guests'],
  ['a name', 'near Oslo itself', 'near Rome itself'],
  ['a negation', 'does not leak', 'does rarely leak'],
  ['a unit', 'weighs 9 kg altogether', 'weighs 9 lb altogether'],
])('%s cuts the run there, up to the end of its sentence', async (_, here, there) => {
  const [start, end] = [
    'It is a nice house with a garden and it',
    'where people like to sit. The weather is good there and the birds sing',
  ];
  const { texts } = await aligned(`${start} ${here} ${end}`, `${start} ${there} ${end}`);
  const common = here.split(' ')[0];
  expect(texts.map(([left]) => left)).toEqual([
    expect.stringMatching(new RegExp(`^It is a nice house.* ${common}`)),
    'The weather is good there and the birds sing',
  ]);
});

test('parts in another order are aligned each for itself', async () => {
  const word = (at: number): string => `w${String.fromCharCode(97 + Math.floor(at / 26), 97 + (at % 26))}`;
  const sentences = Array.from({ length: 10 }, (_, at) => {
    const [first, second, third, ...others] = Array.from({ length: 6 }, (__, place) => word(6 * at + place));
    return `People like ${first} ${second} and a pretty house of ${third} with ${others.join(' ')}.`;
  });
  const reworded = sentences.map((text) => text.replace('like', 'enjoy').replace('pretty house', 'lovely home'));
  const swapped = [...reworded.slice(5), ...reworded.slice(0, 5)].join(' ');
  const { runs, texts } = await aligned(swapped, sentences.join(' '));
  expect(runs).toHaveLength(2);
  // A name without the space in front of it is another token.
  const halves = [reworded.slice(5), reworded.slice(0, 5)].map((half) => half.join(' ').replace(/^People /, ''));
  expect(texts.map(([left]) => left)).toEqual(halves);
});

test('no token of the donor stands for two', async () => {
  const { runs } = await aligned(`${TEXT} ${TEXT}`, TEXT);
  const used = runs.flatMap((run) => Array.from({ length: run.end - run.start }, (_, at) => run.donorStart + at));
  expect(new Set(used).size).toBe(used.length);
  expect(used.length).toBeGreaterThan(LEAST_RUN_TOKENS);
});

test('texts with nothing in common are not aligned, and every call gives the same', async () => {
  expect(
    (await aligned(TEXT, 'Cook onions gently in butter, then pour stock over them and stir now and then.')).runs,
  ).toEqual([]);
  const [one, other] = [TEXT, TEXT.replace('like', 'truly like').replace('nice', 'pretty')];
  expect(await aligned(one, other)).toEqual(await aligned(one, other));
});
