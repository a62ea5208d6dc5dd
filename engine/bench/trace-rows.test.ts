// A replayed trace adds up: one row per kind, one of kind `all`, failed turns counted but in no sum.

import { expect, test } from 'vitest';
import type { TurnReport } from '../contract/chat.ts';
import { traceRows } from './trace-rows.ts';

function report(promptTokens: number, reused: number, ttftMs: number): TurnReport {
  const time = { queueMs: 0, encodeMs: 0, matchMs: 0, loadMs: 0, prefillMs: ttftMs, sampleMs: 0 };
  return {
    policy: 'exact',
    quality: 'exact',
    model: 'tiny',
    state: 'exact',
    kvPrecision: 'lossless',
    promptTokens,
    tokens: { exactPrefix: reused, ownAnswer: 0, moved: 0, edited: 0, similar: 0, fresh: promptTokens - reused },
    recomputed: 0,
    tokenLayers: (promptTokens - reused) / promptTokens,
    ttftMs,
    prefillMs: ttftMs,
    time,
    decodeTokensPerSecond: null,
    outputTokens: 1,
    savedMs: null,
    sharedFrom: { private: 0, library: reused, app: 0 },
    missReason: null,
    stopReason: 'length',
  };
}

const outcomes = [
  { kind: 'library-question', report: report(100, 0, 50) },
  { kind: 'follow-up', report: report(300, 290, 5) },
  { kind: 'library-question', report: report(100, 80, 10) },
  { kind: 'library-question', report: null },
];

test('every kind has its row, in the order of the alphabet, and all is last', () => {
  const rows = traceRows(outcomes);
  expect(rows.map((row) => [row.kind, row.turns, row.failed])).toEqual([
    ['follow-up', 1, 0],
    ['library-question', 3, 1],
    ['all', 4, 1],
  ]);
});

test('tokens by origin sum to the prompt tokens, and computed token-layers are weighted by length', () => {
  const all = traceRows(outcomes).at(-1);
  expect(all?.promptTokens).toBe(500);
  expect(Object.values(all?.tokens ?? {}).reduce((total, tokens) => total + tokens, 0)).toBe(500);
  expect(all?.tokens.exactPrefix).toBe(370);
  expect(all?.sharedFrom).toEqual({ private: 0, library: 370, app: 0 });
  expect(all?.tokenLayers).toBeCloseTo(130 / 500);
  expect(all?.ttftMs).toEqual({ p50: 10, p95: 46 });
  expect(all?.startedExact).toBe(1);
});

test('a kind whose every turn failed has counts and no figures', () => {
  const [row] = traceRows([{ kind: 'too-long', report: null }]);
  expect(row).toMatchObject({ turns: 1, failed: 1, promptTokens: 0, tokenLayers: null, startedExact: null });
  expect(row?.ttftMs).toEqual({ p50: null, p95: null });
});
