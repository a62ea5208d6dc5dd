// The figures of scenario `peers` are medians of rounds in which both engines took turns; above 1 Hearth does better.

import { expect, test } from 'vitest';
import { describePeers, peerRow } from './peers-rows.ts';
import type { PeerRound } from './peers-rows.ts';

const ours = (coldMs: number, decodeMs: number, memory: number): PeerRound => ({
  coldMs,
  decodeMs,
  warm: { memory, disk: 2 * memory },
});
const theirs = (coldMs: number, decodeMs: number, shared: number): PeerRound => ({
  coldMs,
  decodeMs,
  warm: { own: coldMs, shared },
});

const row = peerRow(
  { promptTokens: 100, documentTokens: 80 },
  { engine: 'Hearth', precision: 'F32', rounds: [ours(200, 10, 20), ours(100, 20, 20), ours(300, 10, 40)] },
  [
    {
      engine: 'llama.cpp',
      precision: 'F32',
      rounds: [theirs(100, 20, 10), theirs(400, 20, 10), theirs(300, 30, 10)],
    },
  ],
);

test('speeds and ratios are of the medians, with the least and the most of any round', () => {
  expect(row.hearth).toMatchObject({ prefillTokensPerSecond: 500, decodeTokensPerSecond: 100 });
  expect(row.hearth.ttftMs).toEqual({ cold: 200, memory: 20, disk: 40 });
  expect(row.peers[0]).toMatchObject({
    prefillTokensPerSecond: 333.3,
    prefill: { median: 1.5, least: 0.5, most: 4 },
    decode: { median: 2, least: 1, most: 3 },
  });
});

test('a second person is compared with each way the other engine has', () => {
  expect(row.peers[0]?.secondPerson).toEqual({
    own: { median: 15, least: 5, most: 20 },
    shared: { median: 0.5, least: 0.25, most: 0.5 },
  });
});

test('a person reads what is slower as well, and that a busy machine makes it worthless', () => {
  const lines = describePeers({ rows: [row], calmShare: 1 });
  expect(lines).toEqual([
    '100 prompt tokens, Hearth F32 against llama.cpp F32: prefill 500 and 333.3 tokens/s (1.5x), ' +
      'decode 100 and 50 tokens/s (2x)',
    '  second person: Hearth 20 ms from memory, 40 ms from disk; llama.cpp 300 ms in a sequence of their own (15x), ' +
      "10 ms in the first person's sequence (0.5x)",
  ]);
  expect(describePeers({ rows: [row], calmShare: 0.5 })).toEqual([
    'Other programs used the machine in 50 % of the turns: the ratios below do not count.',
    ...lines,
  ]);
});
