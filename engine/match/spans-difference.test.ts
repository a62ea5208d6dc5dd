// What two versions of a piece of text have in common, against a plain comparison of everything with everything.

import { expect, test } from 'vitest';
import { equalRuns, LEAST_RUN_TOKENS, sharesRun } from './spans-difference.ts';
import { seededRandom } from '../sample/random.ts';

const from = (start: number, count: number) => Array.from({ length: count }, (_, at) => start + at);

test('equal runs are found around what was replaced, inserted and deleted; short ones are not', () => {
  const old = [...from(100, 20), 1, 2, 3, ...from(200, 9), 4, ...from(300, 5), ...from(400, 12)];
  const fresh = [...from(100, 20), 9, ...from(200, 9), 5, ...from(300, 5), 6, 7, ...from(400, 12)];
  expect(equalRuns(old, fresh)).toEqual([
    { oldStart: 0, freshStart: 0, count: 20 },
    { oldStart: 23, freshStart: 21, count: 9 },
    { oldStart: 38, freshStart: 38, count: 12 },
  ]);
  expect(equalRuns(from(0, 250), from(1000, 250))).toEqual([]);
});

test('a run in common is told exactly when there is one', () => {
  const random = seededRandom(5);
  const tokens = () => Array.from({ length: 60 }, () => Math.floor(random() * 2));
  const grams = (of: number[]) =>
    of.slice(LEAST_RUN_TOKENS - 1).map((_, at) => of.slice(at, at + LEAST_RUN_TOKENS).join());
  const seen = new Set<boolean>();
  for (let trial = 0; trial < 300; trial++) {
    const left = tokens().slice(0, trial % 60);
    const right = tokens().slice(0, 20);
    const known = new Set(grams(left));
    const isShared = grams(right).some((gram) => known.has(gram));
    seen.add(isShared);
    expect(sharesRun(left, Int32Array.from(right))).toBe(isShared);
  }
  expect(seen.size).toBe(2);
});
