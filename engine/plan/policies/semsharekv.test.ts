// Policy `semsharekv` as a function: what a match becomes.

import { expect, test } from 'vitest';
import { semsharekvSpans } from '../../match/semsharekv.ts';
import { matchOf, promptOf, spanOf, wishOf } from '../test-finds.ts';
import { policyNamed } from '../planner.ts';
import { SEMSHAREKV, semsharekv, semsharekvWith } from './semsharekv.ts';

const similar = (start: number, end: number) => spanOf(start, end, { origin: 'similar' });

test('is found by its name and looks for spans in its own way', () => {
  expect(policyNamed('semsharekv')).toBe(semsharekv);
  expect(semsharekv.usesCache).toBe(true);
  expect(semsharekv.namespace).toBeUndefined();
  expect(semsharekv.wants(wishOf())).toEqual({ spans: false, similar: true, finder: semsharekvSpans });
});

test('takes the shares that are published, and no more memory', () => {
  expect(SEMSHAREKV).toMatchObject({ highDeviation: 0.4, recovery: 0.55, retain: { first: 0.8 } });
  expect(SEMSHAREKV.retain.peak).toBeLessThanOrEqual(0.58);
  expect(SEMSHAREKV.recompute.last).toBeLessThan(SEMSHAREKV.recompute.first);
});

test('reuses the exact prefix as it is and all matched rows behind it, never the last', () => {
  const plan = semsharekv.plan(promptOf(900), matchOf(100, [similar(64, 400), similar(500, 900)]), wishOf());
  expect(plan).toMatchObject({ policy: 'semsharekv', reusedTokens: 100, approximate: { repair: null, forced: [] } });
  expect(plan.approximate?.spans.map(({ start, end }) => [start, end])).toEqual([
    [100, 400],
    [500, 899],
  ]);
  expect(plan.approximate?.spans[0]?.rows[0]).toMatchObject({ start: 100, offset: 36 });
  expect(plan.approximate?.layered).toEqual(SEMSHAREKV);
});

test('answers exactly where hardly anything was matched', () => {
  expect(semsharekv.plan(promptOf(900), matchOf(100, [similar(200, 263)]), wishOf()).approximate).toBeNull();
  expect(semsharekv.plan(promptOf(900), null, wishOf())).toMatchObject({ policy: 'semsharekv', approximate: null });
});

test('passes on the wish to be verified, and takes other shares for benchmarks', () => {
  const changed = semsharekvWith({ recompute: { first: 0.3, last: 0.3 } });
  const plan = changed.plan(promptOf(900), matchOf(0, [similar(0, 800)]), wishOf({ verify: true }));
  expect(plan.approximate).toMatchObject({ verify: true, recomputeTokens: 240 });
  expect(plan.approximate?.layered).toEqual({ ...SEMSHAREKV, recompute: { first: 0.3, last: 0.3 } });
});
