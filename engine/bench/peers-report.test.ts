// What a person reads of scenario `peers`: what is slower as well, at which precision, and whether it counts.

import { expect, test } from 'vitest';
import { describeMachine } from './machine.ts';
import { describePeers, peersPage } from './peers-report.ts';
import { peerRow } from './peers-rows.ts';
import type { PeerRound } from './peers-rows.ts';
import type { PeersResult } from './peers.ts';
import { PEERS } from './scenarios.ts';

const F32 = { weights: 'F32', keysAndValues: 'F32' } as const;
const F16 = { weights: 'F16', keysAndValues: 'F32' } as const;
const hearth: PeerRound = { ttftMs: { cold: 200, memory: 20, disk: 40, moved: 100, movedFast: 50 }, decodeMs: 10 };
const slower: PeerRound = { ttftMs: { cold: 400, shared: 30, restored: 50 }, decodeMs: 15 };
const faster: PeerRound = { ttftMs: { cold: 100, shared: 10, restored: 20 }, decodeMs: 5 };

const rows = [2, 4].map((threads) =>
  peerRow(
    {
      threads,
      promptTokens: 100,
      documentTokens: 80,
      calm: { share: 1, othersCores: 0 },
      movedTokens: { moved: { reused: 70, recomputed: 14 }, movedFast: { reused: 0, recomputed: 0 } },
    },
    { engine: 'Hearth', precision: F32, rounds: [hearth] },
    [
      { engine: 'llama.cpp', precision: F32, rounds: [slower] },
      { engine: 'llama.cpp', precision: F16, rounds: [faster] },
    ],
  ),
);

const result: PeersResult = {
  name: 'peers',
  machine: describeMachine(),
  model: 'm',
  peer: {
    name: 'llama.cpp',
    release: 'v1',
    package: 'package 2',
    kernels: 'haswell',
    features: ['AVX2', 'FMA'],
    variants: PEERS.variants,
  },
  checked: [{ precision: F32, threads: 2, prompts: 24, same: 24, tokens: 24 }],
  calm: { share: 1, othersCores: 0 },
  rows,
};

test('each engine has its rows in every table, losses included, with its version, kernels and precision', () => {
  const text = describePeers(result).join('\n');
  expect(text).toContain('llama.cpp v1 (package 2, kernels haswell: AVX2, FMA)');
  expect(text).toMatch(/equal: F32 +\| +2 \| +100 \| +500 \| +250 \| +2\.00x \| +2\.00 to 2\.00/);
  expect(text).toMatch(/F16 weights, F32 keys and values \| +4 \| +100 \| +500 \| +1000 \| +0\.50x/);
  expect(text).toMatch(/20\.0 \| +40\.0 \| +400 \(20\.00x\) \| +30\.0 \(1\.50x\) \| +50\.0 \(2\.50x\)/);
});

test('of a moved document it says what was reused, and where that was refused', () => {
  expect(describePeers(result).join('\n')).toMatch(/100 \(4\.00x\) \| +70, 14 \| +50\.0 \(8\.00x\) \| +refused/);
});

test('a busy machine is named first, on the page as well', () => {
  const busy: PeersResult = { ...result, isBusy: true, calm: { share: 0.25, othersCores: 2 } };
  const line =
    'This machine was busy: the figures do not count. Enough cores were idle before 25 % of the turns, and other programs used 2.0 cores during them.';
  expect(describePeers(busy)[0]).toBe(line);
  expect(peersPage(busy)).toContain(`**${line}**`);
  expect(peersPage(result)).not.toContain('busy');
});
