// What the fuzz scenario says of memory: a line that rises is told from one that has risen.

import { expect, test } from 'vitest';
import { courseOf, describeFuzz } from './fuzz-rows.ts';
import type { FuzzPoint, FuzzSummary } from './fuzz-rows.ts';

function run(rssMb: (round: number) => number): FuzzPoint[] {
  const none = {
    heapPagesMb: 0,
    externalMb: 0,
    arrayBuffersMb: 0,
    nativeMb: 0,
    cacheInMemoryMb: 0,
    cacheOnDiskMb: 0,
    textOnDiskMb: 0,
  };
  return Array.from({ length: 20 }, (_, index) => {
    const round = (index + 1) * 100;
    return { round, restarts: index, heapMb: 20, ...none, rssMb: rssMb(round) };
  });
}

test('memory that warms up and then stays is level after that, memory that leaks is not', () => {
  const warm = courseOf(
    run((round) => Math.min(400, 300 + round / 5)),
    'rssMb',
  );
  expect(warm).toMatchObject({ warm: 400, last: 400, most: 400, perThousandRounds: 0, verdict: 'level' });
  const leaking = courseOf(
    run((round) => 300 + round / 20),
    'rssMb',
  );
  const over = { first: 305, warm: 330, last: 400, most: 400 };
  expect(leaking).toEqual({ ...over, perThousandRounds: 50, scatter: 0, verdict: 'rising' });
});

test('a rise counts where it is larger than what the looks differ by in any case', () => {
  const swinging = (perRound: number) => run((round) => 300 + perRound * round + (round % 200 === 0 ? 10 : -10));
  expect(courseOf(swinging(0.002), 'rssMb')).toMatchObject({ scatter: 9.98, verdict: 'level' });
  expect(courseOf(swinging(0.02), 'rssMb')).toMatchObject({ scatter: 9.98, verdict: 'rising' });
});

test('a run that has not warmed up has no verdict, and one of no looks no course', () => {
  expect(courseOf(run(() => 300).slice(0, 8), 'rssMb').verdict).toBe('too short to tell');
  const nothing = { first: 0, warm: 0, last: 0, most: 0, perThousandRounds: 0, scatter: 0 };
  expect(courseOf([], 'heapMb')).toEqual({ ...nothing, verdict: 'too short to tell' });
});

test('the closing lines tell what was different and what memory did', () => {
  const rss = courseOf(
    run((round) => 300 + round / 20),
    'rssMb',
  );
  const level = { ...rss, perThousandRounds: -0.5, verdict: 'level' } as const;
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
    memory: { rss, heap: level, heapPages: level, external: level, native: level },
    mostResidentMb: 420,
    mostCacheOnDiskMb: 39.5,
    quotaMb: 40,
    problems: ['round 7: something'],
  };
  const lines = describeFuzz(summary);
  expect(lines[0]).toContain('1000 rounds: 1400 answers (300 from approximate rows, 180 stopped)');
  expect(lines[1]).toBe('250 answers that must be those of off: 1 different');
  expect(lines[3]).toContain('from the quarter on +50 MB per 1,000 rounds');
  expect(lines[4]).toContain('from the quarter on -0.5 MB per 1,000 rounds, looks scatter by 0 MB: level');
  expect(lines.slice(-2)).toEqual(['verdict: INTEGRITY IS BROKEN; memory: rising', 'round 7: something']);
  const sound = describeFuzz({ ...summary, different: 0, problems: [], memory: { ...summary.memory, rss: level } });
  expect(sound.at(-1)).toBe('verdict: integrity holds; memory: level');
});
