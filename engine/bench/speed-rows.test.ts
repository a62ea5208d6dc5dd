// The figures of scenario `speed` are medians, compared with `off` in the same run.

import { expect, test } from 'vitest';
import { describeSpeed, speedRow } from './speed-rows.ts';
import { turnReport } from './test-report.ts';

const NOTHING = { exactPrefix: 0, ownAnswer: 0, moved: 0, edited: 0, similar: 0 };
const off = (ttftMs: number) => turnReport({ ttftMs, promptTokens: 1000 });
const exact = (ttftMs: number) =>
  turnReport({ ttftMs, promptTokens: 1000, tokens: { ...NOTHING, exactPrefix: 980, fresh: 20 } });
const moved = (ttftMs: number) =>
  turnReport({
    ttftMs,
    promptTokens: 1000,
    tokens: { ...NOTHING, moved: 960, fresh: 40 },
    recomputed: 96,
    tokenLayers: 0.14,
  });
const miss = (ttftMs: number) =>
  turnReport({
    ttftMs,
    promptTokens: 1000,
    time: { queueMs: 0, encodeMs: 0, matchMs: 2, loadMs: 0, prefillMs: ttftMs - 2, sampleMs: 0 },
  });

const row = speedRow('other', {
  off: [off(100), off(200), off(300)],
  exact: [exact(4), exact(2), exact(3)],
  balanced: [moved(20), moved(40), moved(20)],
  miss: [miss(101), miss(200), miss(309)],
});

test('each kind has its medians, and how many times sooner than off its first token came', () => {
  expect(row).toMatchObject({ donor: 'other', promptTokens: 1000, rounds: 3 });
  expect(row.off.ttftMs).toBe(200);
  expect(row.exact).toMatchObject({ ttftMs: 3, ratio: 66.67, leastRatio: 25 });
  expect(row.balanced).toMatchObject({ ttftMs: 20, ratio: 10, leastRatio: 5, recomputed: 96, tokenLayers: 0.14 });
  expect(row.fast).toBeUndefined();
});

test('a miss is compared round by round, and its search counts against the full computation', () => {
  expect(row.miss?.slowdown).toBe(1.01);
  expect(row.miss?.middleHalf).toEqual([1.01, 1.03]);
  expect(row.miss?.searchShare).toBe(0.01);
});

test('a person reads one line per donor', () => {
  expect(describeSpeed([row])).toEqual([
    '1000 prompt tokens, other donor: off 200 ms, exact 3 ms (66.67x, 980 reused), ' +
      'balanced 20 ms (10x, 960 moved, 96 of them computed), miss 200 ms (slower by 1.01x, half of the rounds 1.01 to 1.03)',
  ]);
});
