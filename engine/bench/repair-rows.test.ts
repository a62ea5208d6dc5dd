// The overhead of repair is that of the same prompt in the same round; medians over all of them.

import { expect, test } from 'vitest';
import { describeRepair, repairRows } from './repair-rows.ts';
import type { RepairName, RepairRun } from './repair-rows.ts';

const run = (name: RepairName, decodeMs: number): RepairRun => ({
  name,
  schedule: name === 'none' ? null : { rows: 7, everySteps: 4 },
  prompt: 0,
  promptTokens: 900,
  approximateTokens: 500,
  repairedTokens: name === 'none' ? 0 : 112,
  decodedTokens: 50,
  decodeMs,
});

const times: Record<RepairName, number>[] = [
  { none: 100, bursts: 110, 'every-step': 150 },
  { none: 200, bursts: 210, 'every-step': 300 },
  { none: 400, bursts: 480, 'every-step': 560 },
];
const rows = repairRows(
  times.flatMap((round) => [
    run('none', round.none),
    run('bursts', round.bursts),
    run('every-step', round['every-step']),
  ]),
);

test('each answer is compared with the one without repair beside it', () => {
  expect(rows.map((row) => [row.name, row.overhead])).toEqual([
    ['none', 0],
    ['bursts', 0.1],
    ['every-step', 0.5],
  ]);
  expect(rows[1]).toMatchObject({ answers: 3, tokensPerSecond: 238.1, repairedTokens: 112, slowdown: 0.0909 });
});

test('a person reads one line per schedule', () => {
  expect(describeRepair(rows)[1]).toBe(
    'bursts: 238.1 tokens/s, 112 of 500 approximate rows repaired, 10 % more time a token (9.1 % fewer tokens/s)',
  );
});
