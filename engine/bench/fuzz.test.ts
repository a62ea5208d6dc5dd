// The fuzz scenario itself, a short one with a fixed seed: everything that must hold, holds.

import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

test('50 rounds of random edits, moves, stops, evictions and restarts leave nothing wrong behind', async () => {
  const { summary, points } = await fuzz({ rounds: 50, seed: 20_261_121, looks: 5 });
  expect(summary).toMatchObject({
    different: 0,
    brokenReports: 0,
    damagedBlocks: 0,
    cleanAtTheEnd: true,
    blocksInUseAtTheEnd: 0,
    problems: [],
  });
  expect(points.map(({ round }) => round)).toEqual([10, 20, 30, 40, 50]);
  for (const { cacheOnDiskMb } of points) expect(cacheOnDiskMb).toBeLessThanOrEqual(summary.quotaMb);
  // Void where nothing of it happened.
  expect(summary.compared).toBeGreaterThan(4);
  expect(summary.approximate).toBeGreaterThan(0);
  expect(summary.stopped).toBeGreaterThan(1);
  expect(summary.evictions).toBeGreaterThan(0);
  expect(summary.reusedTokens).toBeGreaterThan(1000);
}, 240_000);
