// Who goes first, and that everybody goes at last.

import { expect, test } from 'vitest';
import { matchOf, promptOf, spanOf, wishOf } from '../plan/test-finds.ts';
import { kvshare } from '../plan/policies/kvshare.ts';
import { cacheAwareOrder, FULL_AGE_MS, hitRateOf } from './order.ts';

const request = (name: string, hitRate: number, waitedMs = 0) => ({ name, hitRate, waitedMs });
const names = (waiting: readonly { name: string }[]) => waiting.map(({ name }) => name);

test('of those who came together, the one with most in the cache goes first', () => {
  const waiting = [request('new', 0), request('cached', 0.9), request('half', 0.5)];
  expect(names(cacheAwareOrder(waiting))).toEqual(['cached', 'half', 'new']);
  expect(names(waiting)).toEqual(['new', 'cached', 'half']);
});

test('of equals the one that came first goes first', () => {
  const waiting = [request('later', 0.5, 10), request('first', 0.5, 20), request('beside first', 0.5, 20)];
  expect(names(cacheAwareOrder(waiting))).toEqual(['first', 'beside first', 'later']);
});

test('a request of new text is served, however many cached ones keep coming', () => {
  const serviceMs = 500;
  let waiting = [request('new', 0)];
  let servedAfterMs: number | null = null;
  for (let nowMs = 0; nowMs < 10 * FULL_AGE_MS && servedAfterMs === null; nowMs += serviceMs) {
    // Twice as many as can be served.
    waiting.push(request('cached', 1), request('cached', 1));
    const [first, ...rest] = cacheAwareOrder(waiting);
    if (first!.name === 'new') servedAfterMs = nowMs;
    waiting = rest.map((one) => ({ ...one, waitedMs: one.waitedMs + serviceMs }));
  }
  // Before it come those who came within its full age, each for one service.
  expect(servedAfterMs).toBeGreaterThan(0);
  expect(servedAfterMs).toBeLessThanOrEqual(2 * FULL_AGE_MS + 2 * serviceMs);
});

test('the hit rate counts all tokens that were found, also those that are computed again', () => {
  const exact = kvshare.plan(promptOf(400), matchOf(100, []), wishOf());
  expect(hitRateOf(exact)).toBe(0.25);
  const plan = kvshare.plan(promptOf(400), matchOf(100, [spanOf(120, 220), spanOf(300, 350)]), wishOf());
  expect(hitRateOf(plan)).toBe(250 / 400);
  expect(plan.approximate!.recomputeTokens).toBeGreaterThan(0);
});
