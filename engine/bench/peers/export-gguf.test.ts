// What is written for another engine is the same model: every weight in its place, and, where that engine is installed,
// the same greedy answers.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { makeTinyModel } from '../../testing/tiny-model.ts';
import { BenchModel } from '../bench-model.ts';
import { PEERS } from '../scenarios.ts';
import { exportGguf, pairRotated } from './export-gguf.ts';
import { GGUF_ALIGNMENT, writeGguf } from './gguf-file.ts';
import { installedPeer } from './install.ts';
import { LlamaCpp } from './llama-cpp.ts';
import { checkSameAnswers } from './same-answers.ts';

const work = temporaryFolder();

test('names, values and aligned tensors stand in the file as the format wants them', async () => {
  const file = join(work, 'small.gguf');
  await writeGguf(file, {
    metadata: new Map([['a', { type: 'uint32', value: 7 }]]),
    tensors: [
      { name: 'x', shape: [1, 3], type: 'F16', values: async () => Float32Array.of(1, 2, 3) },
      { name: 'y', shape: [2], type: 'F32', values: async () => Float32Array.of(4, 5) },
    ],
  });
  const bytes = await readFile(file);
  expect(bytes.toString('latin1', 0, 4)).toBe('GGUF');
  expect([bytes.readUInt32LE(4), bytes.readBigUInt64LE(8), bytes.readBigUInt64LE(16)]).toEqual([3, 2n, 1n]);
  expect([bytes.readBigUInt64LE(24), bytes.toString('latin1', 32, 33), bytes.readUInt32LE(37)]).toEqual([1n, 'a', 7]);
  // The inner dimension comes first; the second tensor begins at the next multiple.
  const x = 41;
  expect([bytes.readUInt32LE(x + 9), bytes.readBigUInt64LE(x + 13), bytes.readBigUInt64LE(x + 21)]).toEqual([
    2,
    3n,
    1n,
  ]);
  expect([bytes.readUInt32LE(x + 29), bytes.readBigUInt64LE(x + 33)]).toEqual([1, 0n]);
  const data = bytes.length - 2 * GGUF_ALIGNMENT;
  expect(data % GGUF_ALIGNMENT).toBe(0);
  expect([...new Float16Array(Uint8Array.from(bytes.subarray(data, data + 6)).buffer)]).toEqual([1, 2, 3]);
  expect([bytes.readFloatLE(data + GGUF_ALIGNMENT), bytes.readFloatLE(data + GGUF_ALIGNMENT + 4)]).toEqual([4, 5]);
});

test('rows that are rotated with each other become neighbours, head by head', () => {
  const rows = Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13);
  expect([...pairRotated(rows, { heads: 2, shape: { headSize: 4, hidden: 1 } })]).toEqual([0, 2, 1, 3, 10, 12, 11, 13]);
});

test('a model of another architecture is refused', async () => {
  await makeTinyModel(join(work, 'qwen'), { architecture: 'Qwen2ForCausalLM' });
  await expect(exportGguf(join(work, 'qwen'), join(work, 'qwen.gguf'), 'F32')).rejects.toThrow('Only Llama models');
});

const program = process.env['HEARTH_TEST_PEERS'] === undefined ? null : installedPeer();

test.skipIf(program === null)(
  'llama.cpp gives the same greedy answers to the same token ids (skipped unless HEARTH_TEST_PEERS is set and `hearth bench peers` has installed it)',
  async () => {
    const source = join(work, 'llama');
    await makeTinyModel(source, { context: 512, tied: true, seed: 3 });
    await exportGguf(source, join(work, 'llama.gguf'), 'F32');
    const model = await BenchModel.open(
      { name: 'peers', dataFolder: work, model: source, quick: true },
      { threads: 2 },
    );
    const peer = await LlamaCpp.open(program!, {
      file: join(work, 'llama.gguf'),
      // More would wait for each other in a loop, which takes forever on a busy machine.
      threads: 1,
      contextTokens: 512,
      keysAndValues: 'F32',
      flashAttention: false,
    });
    try {
      const checked = await checkSameAnswers(model, peer, { mustAgree: false, prompts: PEERS.checkedPrompts });
      expect(checked.same).toBe(checked.prompts);
    } finally {
      await peer.close();
      await model.close();
    }
  },
  120_000,
);
