// The figures of scenario `peers` are medians of rounds in which all engines took turns; above 1 Hearth does better.

import { expect, test } from 'vitest';
import { peerRow } from './peers-rows.ts';
import type { PeerRound } from './peers-rows.ts';

const F32 = { weights: 'F32', keysAndValues: 'F32' } as const;
const F16 = { weights: 'F16', keysAndValues: 'F32' } as const;

const ours = (cold: number, decodeMs: number, memory: number): PeerRound => ({
  ttftMs: { cold, memory, disk: 2 * memory, moved: cold / 2, movedFast: cold / 4 },
  decodeMs,
});
const theirs = (cold: number, decodeMs: number, shared: number): PeerRound => ({
  ttftMs: { cold, shared, restored: 2 * shared },
  decodeMs,
});

const none = { reused: 0, recomputed: 0 };
const rounds = [theirs(100, 20, 10), theirs(400, 20, 10), theirs(300, 30, 10)];
const row = peerRow(
  {
    threads: 2,
    promptTokens: 100,
    documentTokens: 80,
    calm: { share: 0.98765, othersCores: 0.1234 },
    movedTokens: { moved: none, movedFast: none },
  },
  { engine: 'Hearth', precision: F32, rounds: [ours(200, 10, 20), ours(100, 20, 20), ours(300, 10, 40)] },
  [
    { engine: 'llama.cpp', precision: F32, rounds },
    { engine: 'llama.cpp', precision: F16, rounds },
  ],
);

test('speeds are of the medians, ratios those of each round: their median, the least and the most', () => {
  expect(row.hearth).toMatchObject({ prefillTokensPerSecond: 500, decodeTokensPerSecond: 100 });
  expect(row.hearth.ttftMs).toEqual({ cold: 200, memory: 20, disk: 40, moved: 100, movedFast: 50 });
  expect(row.peers[0]).toMatchObject({
    prefillTokensPerSecond: 333.3,
    prefill: { median: 1, least: 0.5, most: 4, ofMedians: 1.5 },
    decode: { median: 2, least: 1, most: 3, ofMedians: 2 },
  });
  expect(row.calm).toEqual({ share: 0.99, othersCores: 0.12 });
});

test('a second person is compared with each way the other engine has', () => {
  expect(row.peers[0]?.secondPerson).toEqual({
    cold: { median: 7.5, least: 5, most: 20, ofMedians: 15 },
    shared: { median: 0.5, least: 0.25, most: 0.5, ofMedians: 0.5 },
    restored: { median: 1, least: 0.5, most: 1, ofMedians: 1 },
  });
});

test('a moved document is compared with computing everything', () => {
  expect(row.peers[0]?.moved).toMatchObject({ moved: { median: 2, ofMedians: 3 }, movedFast: { median: 4 } });
});

test('only the same precision throughout is called equal', () => {
  expect(row.peers.map(({ isEqual }) => isEqual)).toEqual([true, false]);
});
