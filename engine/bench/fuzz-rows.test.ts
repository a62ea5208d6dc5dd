// What the fuzz scenario says of memory: a line that rises is told from one that has risen.

import { expect, test } from 'vitest';
import { courseOf, describeFuzz } from './fuzz-rows.ts';
import type { FuzzPoint, FuzzSummary } from './fuzz-rows.ts';

function run(rssMb: (round: number) => number): FuzzPoint[] {
  const none = { externalMb: 0, arrayBuffersMb: 0, cacheInMemoryMb: 0, cacheOnDiskMb: 0, textOnDiskMb: 0 };
  return Array.from({ length: 10 }, (_, index) => {
    const round = (index + 1) * 100;
    return { round, restarts: index, heapMb: 20, ...none, rssMb: rssMb(round) };
  });
}

test('memory that warms up and then stays has a level second half, one that leaks has not', () => {
  const warm = courseOf(
    run((round) => Math.min(400, 300 + round / 3)),
    'rssMb',
  );
  expect(warm).toMatchObject({ half: 400, last: 400, most: 400, perThousandRounds: 0 });
  const leaking = courseOf(
    run((round) => 300 + round / 20),
    'rssMb',
  );
  expect(leaking).toEqual({ first: 305, half: 330, last: 350, most: 350, perThousandRounds: 50 });
});

test('a run of no looks has no course', () => {
  expect(courseOf([], 'heapMb')).toEqual({ first: 0, half: 0, last: 0, most: 0, perThousandRounds: 0 });
});

test('the closing lines tell what was different and what memory did', () => {
  const rss = courseOf(
    run((round) => 300 + round / 20),
    'rssMb',
  );
  const level = { ...rss, perThousandRounds: -0.5 };
  const summary: FuzzSummary = {
    seed: 1,
    rounds: 1000,
    restarts: 20,
    edits: 30,
    answers: 1400,
    stopped: 180,
    approximate: 300,
    compared: 250,
    different: 1,
    brokenReports: 0,
    reusedTokens: 90_000,
    evictions: 4000,
    damagedBlocks: 0,
    cleanAtTheEnd: true,
    blocksInUseAtTheEnd: 0,
    memory: { rss, heap: level, external: level },
    mostResidentMb: 420,
    mostCacheOnDiskMb: 39.5,
    quotaMb: 40,
    problems: ['round 7: something'],
  };
  const lines = describeFuzz(summary);
  expect(lines[0]).toContain('1000 rounds: 1400 answers (300 from approximate rows, 180 stopped)');
  expect(lines[1]).toBe('250 answers that must be those of off: 1 different');
  expect(lines[3]).toContain('over the second half +50 MB per 1,000 rounds');
  expect(lines[4]).toContain('over the second half -0.5 MB per 1,000 rounds');
  expect(lines.at(-1)).toBe('round 7: something');
});
