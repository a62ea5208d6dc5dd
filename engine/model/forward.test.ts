// An open model through its public door: one result however a prompt is cut, and cached rows equal computed ones.

import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { continueGreedily, greedyToken } from '../testing/greedy-answer.ts';
import { referenceLogits } from '../testing/reference-forward.ts';
import { largestDifference, openTinyModel, planeRows, someTokens } from '../testing/open-tiny-model.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { makeTinyModel } from '../testing/tiny-model.ts';
import type { TinyModelOptions } from '../testing/tiny-model.ts';
import { Model } from './forward.ts';
import { importModel } from './import/import-model.ts';
import type { KvBuffer } from './kv-buffer.ts';

const work = temporaryFolder();
const CONTEXT = 384;
let model: Model;

beforeAll(async () => {
  model = await openTinyModel(join(work, 'plain'), { seed: 3, context: CONTEXT });
});
afterAll(() => model.close());

async function prefill(ids: number[], chunk: number): Promise<{ kv: KvBuffer; logits: Float32Array }> {
  const kv = model.newKvBuffer();
  let logits: Float32Array | null = null;
  for (let at = 0; at < ids.length; at += chunk) {
    const last = at + chunk >= ids.length;
    ({ logits } = await model.forward(kv, ids.slice(at, at + chunk), { logits: last ? 'last' : 'none' }));
  }
  return { kv, logits: logits! };
}

const rotatedKeys = (kv: KvBuffer): Float32Array => planeRows(kv, 'rotatedK', { model });

describe('computing', () => {
  test('gives what a plain implementation gives, for every variant of the architecture', async () => {
    const ids = someTokens(24);
    const variants: TinyModelOptions[] = [
      { seed: 3 },
      { seed: 4, tied: true, layers: 2 },
      { seed: 5, architecture: 'Qwen2ForCausalLM', layers: 7, heads: 8, kvHeads: 1 },
      { seed: 6, architecture: 'MistralForCausalLM', kvHeads: 4, intermediate: 96 },
      { seed: 7, dtype: 'BF16', shards: 3 },
      { seed: 8, dtype: 'F16', tied: true },
    ];
    for (const [index, options] of variants.entries()) {
      const variant = await openTinyModel(join(work, `variant-${index}`), options);
      const expected = await referenceLogits(join(work, `variant-${index}/source`), variant.shape, ids);
      const { logits } = await variant.forward(variant.newKvBuffer(), ids, { logits: 'last' });
      expect(largestDifference(logits!, expected.at(-1)!)).toBeLessThan(1e-4);
      await variant.close();
    }
  });

  test('gives what a plain implementation gives, for every rope scaling', async () => {
    const ids = someTokens(100);
    const llama3 = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4 };
    const scalings = [
      { type: 'linear', factor: 4 },
      { ...llama3, original_max_position_embeddings: 64 },
    ];
    for (const [index, scaling] of scalings.entries()) {
      const source = join(work, `scaled-${index}-source`);
      await makeTinyModel(source, { seed: 9, layers: 2 });
      const config: object = JSON.parse(await readFile(join(source, 'config.json'), 'utf8'));
      await writeFile(join(source, 'config.json'), JSON.stringify({ ...config, rope_scaling: scaling }));
      await importModel({ source, target: join(work, `scaled-${index}`) });
      const scaled = await Model.open(join(work, `scaled-${index}`), { threads: 2 });
      expect(scaled.shape.ropeScaling.kind).toBe(scaling.type ?? scaling.rope_type);
      const expected = await referenceLogits(source, scaled.shape, ids);
      const { logits } = await scaled.forward(scaled.newKvBuffer(), ids, { logits: 'last' });
      expect(largestDifference(logits!, expected.at(-1)!)).toBeLessThan(1e-3);
      await scaled.close();
    }
  });

  test('gives what a plain implementation gives for the model that ships with Hearth', async () => {
    const source = resolve(import.meta.dirname, '../../resources/models/starter');
    await importModel({ source, target: join(work, 'starter') });
    const starter = await Model.open(join(work, 'starter'), { threads: 2 });
    const ids = [1, ...someTokens(30), 4, 2, ...someTokens(10, 2), 4, 3];
    const expected = await referenceLogits(source, starter.shape, ids);
    const { logits } = await starter.forward(starter.newKvBuffer(), ids, { logits: 'last' });
    expect(largestDifference(logits!, expected.at(-1)!)).toBeLessThan(1e-3);
    await starter.close();
  });

  test('a prompt in chunks gives the same as in one piece, across growth of the buffer', async () => {
    const ids = someTokens(300);
    const whole = await prefill(ids, 300);
    for (const chunk of [1, 37, 128, 256]) {
      const pieces = await prefill(ids, chunk);
      expect(pieces.kv.rows).toBe(300);
      expect(largestDifference(pieces.logits, whole.logits)).toBeLessThan(1e-5);
      expect(greedyToken(pieces.logits)).toBe(greedyToken(whole.logits));
    }
  });

  test('without logits it still appends the same rows', async () => {
    const ids = someTokens(20);
    const [asked, silent] = [model.newKvBuffer(), model.newKvBuffer()];
    await model.forward(asked, ids, { logits: 'last' });
    expect(await model.forward(silent, ids, { logits: 'none' })).toEqual({ logits: null, queries: null });
    expect(silent.exportRows(0, 20)).toEqual(asked.exportRows(0, 20));
  });

  test('a sequence that was cut back goes on as if the rest had never been', async () => {
    const ids = someTokens(60);
    const { kv, logits } = await prefill(ids, 60);
    const answer = await continueGreedily(model, { kv, logits }, 12);
    kv.truncate(40);
    const again = await model.forward(kv, ids.slice(40), { logits: 'last' });
    expect(await continueGreedily(model, { kv, logits: again.logits! }, 12)).toEqual(answer);
  });

  test('the answer depends on the start of a long context', async () => {
    const ids = someTokens(200);
    const [first, second] = [await prefill(ids, 200), await prefill([5 + ((ids[0]! + 1) % 300), ...ids.slice(1)], 200)];
    expect(largestDifference(first.logits, second.logits)).toBeGreaterThan(1e-3);
  });
});

describe('loading cached rows', () => {
  test('gives bit-equal keys and values and the same answer as computing them', async () => {
    const ids = someTokens(192);
    const full = await prefill(ids, 64);
    const answer = await continueGreedily(model, full, 16);
    full.kv.truncate(192);
    const kv = model.newKvBuffer();
    await model.load(kv, [full.kv.exportRows(0, 64), full.kv.exportRows(64, 128)]);
    expect(kv.rows).toBe(128);
    const { logits } = await model.forward(kv, ids.slice(128), { logits: 'last' });
    expect(rotatedKeys(kv)).toEqual(rotatedKeys(full.kv));
    expect(kv.exportRows(0, 192)).toEqual(full.kv.exportRows(0, 192));
    expect(logits).toEqual(full.logits);
    expect(await continueGreedily(model, { kv, logits: logits! }, 16)).toEqual(answer);
  });

  test('at another place rotates the keys to that place', async () => {
    const ids = someTokens(64);
    const { kv } = await prefill(ids, 64);
    const moved = model.newKvBuffer();
    await model.load(moved, [kv.exportRows(0, 10), kv.exportRows(0, 64)]);
    expect(moved.exportRows(10, 74)).toEqual(kv.exportRows(0, 64));
    // Relative rotation: the scores of a moved pair of rows are those of the pair where it came from.
    const { headSize } = model.shape;
    const dot = (buffer: KvBuffer, a: number, b: number): number => {
      const keys = buffer.layer('rotatedK', 0);
      let sum = 0;
      for (let i = 0; i < headSize; i++) sum += keys[a * headSize + i]! * keys[b * headSize + i]!;
      return sum;
    };
    expect(dot(moved, 13, 60)).toBeCloseTo(dot(kv, 3, 50), 4);
    expect(rotatedKeys(moved)).not.toContain(rotatedKeys(kv)[63 * headSize]);
  });

  test('gives the same in blocks of any size', async () => {
    const { kv } = await prefill(someTokens(330), 110);
    for (const size of [1, 64, 330]) {
      const starts = Array.from({ length: Math.ceil(330 / size) }, (_, i) => i * size);
      const loaded = model.newKvBuffer();
      await model.load(
        loaded,
        starts.map((start) => kv.exportRows(start, Math.min(330, start + size))),
      );
      expect(loaded.exportRows(0, 330)).toEqual(kv.exportRows(0, 330));
      expect(rotatedKeys(loaded)).toEqual(rotatedKeys(kv));
    }
  });

  test('refuses rows of another model', async () => {
    const kv = model.newKvBuffer();
    await expect(model.load(kv, [{ count: 2, k: new Float32Array(8), v: new Float32Array(8) }])).rejects.toThrow(
      'another model',
    );
    expect(kv.rows).toBe(0);
  });
});

describe('limits', () => {
  test('a text beyond the context is refused, and the sequence stays as it was', async () => {
    const ids = someTokens(CONTEXT);
    const { kv } = await prefill(ids, 128);
    expect(kv.rows).toBe(CONTEXT);
    await expect(model.forward(kv, [7], { logits: 'last' })).rejects.toMatchObject({ code: 'context-exceeded' });
    await expect(model.load(kv, [kv.exportRows(0, 1)])).rejects.toMatchObject({ code: 'context-exceeded' });
    expect(kv.rows).toBe(CONTEXT);
    kv.truncate(CONTEXT - 1);
    expect((await model.forward(kv, ids.slice(-1), { logits: 'last' })).logits).toBeInstanceOf(Float32Array);
  });

  test('tokens outside the vocabulary are a mistake of the caller', async () => {
    const kv = model.newKvBuffer();
    await expect(model.forward(kv, [model.shape.vocabulary], { logits: 'last' })).rejects.toThrow(
      'not in the vocabulary',
    );
    await expect(model.forward(kv, [], { logits: 'last' })).rejects.toThrow('no tokens');
  });

  test('a folder without a finished import cannot be opened', async () => {
    await expect(Model.open(join(work, 'plain/source'), { threads: 1 })).rejects.toMatchObject({
      code: 'model-missing',
    });
  });
});
