// What the published methods compute again, by their plans.

import { expect, test } from 'vitest';
import type { Policy } from '../plan/policies/policy.ts';
import type { ApproximatePlan } from '../plan/reuse-plan.ts';
import { matchOf, promptOf, spanOf, wishOf } from '../plan/test-finds.ts';
import { cacheBlend, epic, movedAsIs, prophetKv, shiftedChunks } from './papers-baselines.ts';
import { decayOfMean } from './papers-methods.ts';

const spans = [spanOf(100, 300), spanOf(300, 310), spanOf(400, 500, { origin: 'edited' })];

function planned(policy: Policy): ApproximatePlan {
  return policy.plan(promptOf(520), matchOf(50, spans), wishOf()).approximate!;
}

test('all of them reuse every span that was found, and repair nothing along the answer', () => {
  for (const policy of [movedAsIs, cacheBlend(0.15), epic({ tokens: 16 }), prophetKv(0.2)]) {
    const { spans: used, repair, verify } = planned(policy);
    expect(used.map(({ start, end }) => [start, end])).toEqual([
      [100, 300],
      [300, 310],
      [400, 500],
    ]);
    expect([repair, verify]).toEqual([null, false]);
  }
  expect(planned(movedAsIs)).toMatchObject({ forced: [], recomputeTokens: 0 });
});

test('the last token is computed, and where nothing was found nothing is approximate', () => {
  const whole = movedAsIs.plan(promptOf(520), matchOf(0, [spanOf(20, 520)]), wishOf());
  expect(whole.approximate!.spans[0]).toMatchObject({ start: 20, end: 519 });
  expect(movedAsIs.plan(promptOf(520), matchOf(50, []), wishOf()).approximate).toBeNull();
});

test('CacheBlend looks at all reused rows and takes its share by their deviation, one by one', () => {
  expect(planned(cacheBlend(0.15))).toMatchObject({
    forced: [],
    recomputeTokens: 46,
    selector: { influence: true, measure: 'dhd', relevance: false, grouping: false },
  });
});

test('EPIC takes the first tokens of each span, and nothing is looked at', () => {
  expect(planned(epic({ tokens: 16 }))).toMatchObject({
    forced: [
      { start: 100, end: 116 },
      { start: 300, end: 310 },
      { start: 400, end: 416 },
    ],
    recomputeTokens: 42,
    selector: { influence: false, relevance: false },
  });
  expect(planned(epic({ share: 0.1 })).forced).toEqual([
    { start: 100, end: 120 },
    { start: 300, end: 301 },
    { start: 400, end: 410 },
  ]);
});

test("ProphetKV takes its share by the question's attention alone", () => {
  expect(planned(prophetKv(0.2))).toMatchObject({
    recomputeTokens: 62,
    selector: { influence: false, relevance: true },
  });
});

test('--cache-reuse bridges text that was left out, not text that was added or exchanged', () => {
  const text = (start: number, count: number) => Array.from({ length: count }, (_, at) => start + at);
  const earlier = Int32Array.from([...text(0, 50), ...text(500, 40), ...text(100, 60)]);
  const prompt = (...parts: number[][]) => Int32Array.from(parts.flat());
  expect(shiftedChunks(earlier, prompt(text(0, 50), text(100, 60)), 50)).toEqual([{ start: 50, end: 110, from: 90 }]);
  expect(shiftedChunks(earlier, prompt(text(0, 50), [9000], text(500, 40), text(100, 60)), 50)).toEqual([]);
  expect(shiftedChunks(earlier, prompt(text(100, 60), text(0, 50)), 0)).toEqual([{ start: 0, end: 60, from: 90 }]);
  // Too short a chunk is not worth it.
  expect(shiftedChunks(earlier, prompt(text(0, 50), text(100, 31)), 50)).toEqual([]);
});

test('a share of SemShareKV is the mean over its depth', () => {
  for (const share of [0.1, 0.4]) {
    const { first, last } = decayOfMean(share);
    const depths = Array.from({ length: 1001 }, (_, at) => first * (last / first) ** (at / 1000));
    expect(depths.reduce((sum, value) => sum + value, 0) / depths.length).toBeCloseTo(share, 2);
  }
});
