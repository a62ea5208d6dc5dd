// A replayed trace adds up: one row per kind, one of kind `all`, failed turns counted but in no sum; and policies are
// compared by what they found.

import { expect, test } from 'vitest';
import type { TokenOrigins, TurnReport } from '../contract/chat.ts';
import { turnReport } from './test-report.ts';
import { describeTrace, traceRows, traceSummaries } from './trace-rows.ts';
import type { TraceRun } from './trace-rows.ts';

const NOTHING: TokenOrigins = { exactPrefix: 0, ownAnswer: 0, moved: 0, edited: 0, similar: 0, fresh: 0 };
const EXACT: TraceRun = { trace: 'day', policy: 'exact', idle: 'none', sharing: 'scopes' };
const HEARTH: TraceRun = { trace: 'day', policy: 'hearth', idle: 'given', sharing: 'scopes' };

function report(promptTokens: number, reused: number, ttftMs: number): TurnReport {
  return turnReport({
    promptTokens,
    ttftMs,
    tokens: { ...NOTHING, exactPrefix: reused, fresh: promptTokens - reused },
    tokenLayers: (promptTokens - reused) / promptTokens,
    sharedFrom: { private: 0, library: reused, app: 0 },
  });
}

function approximate(promptTokens: number, moved: number): TurnReport {
  const tokens = { ...NOTHING, moved, fresh: promptTokens - moved };
  // Checked afterwards, so that the turn as a whole counts as exact.
  return turnReport({ promptTokens, ttftMs: 20, tokens, state: 'exact' });
}

const outcomes = [
  { kind: 'library-question', gapSeconds: 60, report: report(100, 0, 50) },
  { kind: 'follow-up', gapSeconds: 60, report: report(300, 290, 5) },
  { kind: 'library-question', gapSeconds: 3, report: report(100, 80, 10) },
  { kind: 'library-question', gapSeconds: 60, report: null },
];

test('every kind has its row, in the order of the alphabet, and all is last', () => {
  const rows = traceRows(EXACT, outcomes);
  expect(rows.map((row) => [row.kind, row.turns, row.failed])).toEqual([
    ['follow-up', 1, 0],
    ['library-question', 3, 1],
    ['all', 4, 1],
  ]);
  expect(rows[0]).toMatchObject(EXACT);
});

test('tokens by origin sum to the prompt tokens, and computed token-layers are weighted by length', () => {
  const all = traceRows(EXACT, outcomes).at(-1);
  expect(all?.promptTokens).toBe(500);
  expect(Object.values(all?.tokens ?? {}).reduce((total, tokens) => total + tokens, 0)).toBe(500);
  expect(all?.tokens.exactPrefix).toBe(370);
  expect(all?.sharedFrom).toEqual({ private: 0, library: 370, app: 0 });
  expect(all?.hitRate).toBe(0.74);
  expect(all?.tokenLayers).toBeCloseTo(130 / 500);
  expect(all?.ttftMs).toEqual({ p50: 10, p95: 46 });
});

test('a turn starts exact when it begins from exact rows only, whatever is checked later', () => {
  const [row] = traceRows(HEARTH, [
    { kind: 'talk', gapSeconds: 3, report: approximate(100, 60) },
    { kind: 'talk', gapSeconds: 10, report: report(100, 90, 5) },
    { kind: 'talk', gapSeconds: 10, report: approximate(100, 40) },
    { kind: 'talk', gapSeconds: 10, report: null },
    { kind: 'talk', gapSeconds: 9, report: report(100, 90, 5) },
  ]);
  expect(row?.startedExact).toBe(0.5);
  expect(row?.afterIdle).toEqual({ turns: 2, startedExact: 0.5 });
  expect(row?.hitRates).toEqual({ exactPrefix: 0.45, ownAnswer: 0, moved: 0.25, edited: 0, similar: 0 });
});

test('a kind whose every turn failed has counts and no figures', () => {
  const [row] = traceRows(EXACT, [{ kind: 'too-long', gapSeconds: 1, report: null }]);
  expect(row).toMatchObject({ turns: 1, failed: 1, promptTokens: 0, tokenLayers: null, startedExact: null });
  expect(row).toMatchObject({ hitRate: null, hitRates: null, ttftMs: { p50: null, p95: null } });
});

test('the summary compares what hearth and exact prefixes found in the same trace', () => {
  const rows = [
    ...traceRows(EXACT, [{ kind: 'talk', gapSeconds: 60, report: report(100, 40, 50) }]),
    ...traceRows({ ...EXACT, sharing: 'none' }, [{ kind: 'talk', gapSeconds: 60, report: report(100, 30, 50) }]),
    ...traceRows({ ...HEARTH, idle: 'none' }, [{ kind: 'talk', gapSeconds: 60, report: approximate(100, 60) }]),
    ...traceRows(HEARTH, [{ kind: 'talk', gapSeconds: 60, report: report(100, 90, 5) }]),
  ];
  const summaries = traceSummaries(rows, new Map([['day', { turns: 2, privateTokens: 0 }]]));
  expect(summaries).toEqual([
    {
      trace: 'day',
      exactHitRate: 0.4,
      apartHitRate: 0.3,
      hearthHitRate: 0.9,
      ratio: 2.25,
      ratioToApart: 3,
      ratioAtOnce: 1.5,
      startedExactAfterIdle: 1,
      ttftMs: { off: null, exact: 50, hearth: 5 },
      strangers: { turns: 2, privateTokens: 0 },
    },
  ]);
  expect(describeTrace(rows, summaries).at(-1)).toBe(
    'day: tokens found exact 40 % (people apart 30 %), hearth 90 %: 2.25x (3x), at once 1.5x, exact after idle 100 %; ' +
      '2 strangers found 0 private tokens',
  );
});
