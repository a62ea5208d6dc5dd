// Random numbers that can be repeated.

import { expect, test } from 'vitest';
import { seededRandom } from './random.ts';

const first = (seed: number, count: number) => Array.from({ length: count }, seededRandom(seed));

test('the same seed gives the same numbers, another seed others', () => {
  expect(first(7, 100)).toEqual(first(7, 100));
  expect(first(7, 100)).not.toEqual(first(8, 100));
  expect(first(2 ** 32, 10)).toEqual(first(0, 10));
});

test('the numbers lie in [0, 1) and fill it evenly', () => {
  const counts = Array.from({ length: 10 }, () => 0);
  for (const number of first(1, 100_000)) {
    expect(number >= 0 && number < 1).toBe(true);
    const tenth = Math.floor(number * 10);
    counts[tenth] = (counts[tenth] ?? 0) + 1;
  }
  expect(Math.max(...counts.map((count) => Math.abs(count - 10_000)))).toBeLessThan(500);
});
