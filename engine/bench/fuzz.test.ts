// The fuzz scenario itself, a short one with a fixed seed: everything that must hold, holds.

import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

test('50 rounds of random edits, moves, stops, evictions and restarts leave nothing wrong behind', async () => {
  const row = await fuzz(50, 20_261_121);
  expect(row).toMatchObject({
    different: 0,
    brokenReports: 0,
    damagedBlocks: 0,
    cleanAtTheEnd: true,
    blocksInUseAtTheEnd: 0,
  });
  // Void where nothing of it happened.
  expect(row.compared).toBeGreaterThan(4);
  expect(row.approximate).toBeGreaterThan(0);
  expect(row.stopped).toBeGreaterThan(1);
  expect(row.evictions).toBeGreaterThan(0);
  expect(row.reusedTokens).toBeGreaterThan(1000);
}, 240_000);
