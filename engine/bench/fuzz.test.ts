// The fuzz scenario itself, a short one with a fixed seed: everything that must hold, holds.

import { expect, test } from 'vitest';
import { lastJson, runHearth } from '../cli/test-command.ts';
import { engineEnvironment } from '../contract/engine-environment.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
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

test('the program gives its process what an engine has, before glibc is asked for the first byte', async () => {
  const folder = temporaryFolder();
  const ran = await runHearth(['bench', 'fuzz', '--limit', '2', '--json', '--data', folder, '--out', folder]);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  expect(lastJson(ran)).toMatchObject({ name: 'fuzz', allocator: engineEnvironment({}, process.platform) });
}, 120_000);
