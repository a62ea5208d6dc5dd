// What the codecs make of a trained model's rows: their size, and how far the model's next words move.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { asStored } from './codec.ts';
import { decodeBlock, encodeBlock } from './format.ts';
import type { BlockKey } from './block.ts';
import type { KvPrecision } from '../contract/settings.ts';
import { Model } from '../model/forward.ts';
import { importModel } from '../model/import/import-model.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import type { KvRows } from '../types.ts';

const STARTER = resolve(import.meta.dirname, '../../resources/models/starter');
const PREFIX_TOKENS = 384;
const FORCED_TOKENS = 64;
const work = temporaryFolder();
let model: Model;
/** A document of many facts that the model was not trained on. */
let ids: number[] = [];
let blocks: KvRows[] = [];

beforeAll(async () => {
  await importModel({ source: STARTER, target: join(work, 'starter') });
  model = await Model.open(join(work, 'starter'), { threads: 2 });
  const golden = JSON.parse(readFileSync(join(STARTER, 'golden.json'), 'utf8')) as {
    cases: { prompt_ids: number[] }[];
  };
  ids = golden.cases.map((found) => found.prompt_ids).find(({ length }) => length > 600) ?? [];
  const kv = model.newKvBuffer();
  await model.forward(kv, ids.slice(0, PREFIX_TOKENS), { logits: 'none' });
  blocks = Array.from({ length: PREFIX_TOKENS / 64 }, (_, at) => kv.exportRows(at * 64, (at + 1) * 64));
}, 60_000);

/** Bytes of the block files per byte of fp32 rows, headers included. */
function ratio(coding: KvPrecision): number {
  const key = 'ab'.repeat(32) as BlockKey;
  const identity = { key, layout: key, count: 64, precision: coding, coding, shape: model.shape };
  const files = blocks.flatMap((rows, at) => encodeBlock({ ...identity, isRoot: at === 0 }, rows));
  const raw = blocks.reduce((bytes, { k, v }) => bytes + k.byteLength + v.byteLength, 0);
  return files.reduce((bytes, part) => bytes + part.length, 0) / raw;
}

describe('rows of the starter model', () => {
  test('take less than 0.9 of their size without loss, 0.3 as int8', () => {
    expect(ratio('lossless')).toBeLessThan(0.9);
    expect(ratio('fp16')).toBeCloseTo(0.5, 2);
    expect(ratio('int8')).toBeLessThan(0.3);
    expect(ratio('int8') / ratio('fp16')).toBeLessThan(0.58);
    expect(ratio('int4')).toBeLessThan(0.16);
  });

  test('are the same bits after lossless storage', () => {
    for (const [at, rows] of blocks.entries()) {
      const key = 'cd'.repeat(32) as BlockKey;
      const identity = { key, layout: key, count: 64, precision: 'lossless', coding: 'lossless' } as const;
      const file = Buffer.concat(encodeBlock({ ...identity, shape: model.shape, isRoot: at === 0 }, rows));
      const back = decodeBlock(identity, new Uint8Array(file).buffer);
      expect(back?.rows).toEqual(rows);
    }
  });

  test.each([
    { coding: 'fp16', most: 1e-5 },
    { coding: 'int8', most: 0.005 },
  ] as const)('kept as $coding leave the next words where they were', async ({ coding, most }) => {
    const exact = await logitsBehind(blocks);
    const stored = blocks.map((rows, at) => asStored(rows, { shape: model.shape, coding, isRoot: at === 0 }));
    const divergence = meanDivergence(exact, await logitsBehind(stored));
    expect(divergence).toBeLessThan(most);
    expect(divergence).toBeGreaterThan(0);
  });
});

async function logitsBehind(prefix: readonly KvRows[]): Promise<Float32Array> {
  const kv = model.newKvBuffer();
  await model.load(kv, prefix);
  const forced = ids.slice(PREFIX_TOKENS, PREFIX_TOKENS + FORCED_TOKENS);
  const { logits } = await model.forward(kv, forced, { logits: 'all' });
  return logits!;
}

/** Mean over positions of the Kullback–Leibler divergence, in nats. */
function meanDivergence(exact: Float32Array, other: Float32Array): number {
  const { vocabulary } = model.shape;
  let sum = 0;
  for (let start = 0; start < exact.length; start += vocabulary) {
    const [p, q] = [exact, other].map((logits) => logProbabilities(logits.subarray(start, start + vocabulary)));
    for (let token = 0; token < vocabulary; token++) sum += Math.exp(p![token]!) * (p![token]! - q![token]!);
  }
  return sum / (exact.length / vocabulary);
}

function logProbabilities(logits: Float32Array): Float64Array {
  const largest = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value - largest), 0)) + largest;
  return Float64Array.from(logits, (value) => value - total);
}
