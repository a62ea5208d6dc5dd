// The figures of scenario `prefix` are medians, and its ratios compare with `off`.

import { expect, test } from 'vitest';
import type { TurnReport } from '../contract/chat.ts';
import { describePrefix, rowOf } from './prefix-rows.ts';
import { turnReport } from './test-report.ts';

function report(ttftMs: number, reused: number): TurnReport {
  return turnReport({
    ttftMs,
    promptTokens: 500,
    tokens: { exactPrefix: reused, ownAnswer: 0, moved: 0, edited: 0, similar: 0, fresh: 500 - reused },
    time: { queueMs: 1, encodeMs: 1, matchMs: 1, loadMs: 1, prefillMs: ttftMs - 4, sampleMs: 0 },
    decodeTokensPerSecond: 100,
  });
}

const row = rowOf({
  length: 512,
  documentTokens: 480,
  off: [report(100, 0), report(900, 0), report(80, 0)],
  rested: [report(5, 490), report(5, 490), report(4, 490)],
  memory: [report(10, 490), report(12, 490), report(9, 490)],
  disk: [report(20, 490), report(25, 490), report(21, 490)],
  restart: [report(50, 490)],
});

test('each kind has its medians, and how many times sooner than off its first token came', () => {
  expect(row).toMatchObject({ length: 512, promptTokens: 500, documentTokens: 480, repeats: 3 });
  expect(row.off).toMatchObject({ ttftMs: 100, reusedTokens: 0, decodeTokensPerSecond: 100 });
  expect(row.off.time.prefillMs).toBe(96);
  expect([row.rested.ratio, row.memory.ratio, row.disk.ratio, row.restart.ratio]).toEqual([20, 10, 4.76, 2]);
  expect(row.memory.reusedTokens).toBe(490);
});

test('a person reads one line per length', () => {
  expect(describePrefix([row])).toEqual([
    '500 prompt tokens: off 100 ms, rested 5 ms (20x, 490 reused), memory 10 ms (10x, 490 reused), disk 21 ms (4.76x, 490 reused), ' +
      'restart 50 ms (2x, 490 reused), 100 tokens/s',
  ]);
});
