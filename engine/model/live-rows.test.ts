// Live rows in 16 bits: how far they are from those in 32, what they take, and what holds among themselves.

import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { klDivergence, likeliest } from '../metrics/divergence.ts';
import { largestDifference, openTinyModel, planeRows, positionsOf, someTokens } from '../testing/open-tiny-model.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { Model } from './forward.ts';
import { importModel } from './import/import-model.ts';
import type { KvBuffer } from './kv-buffer.ts';

const work = temporaryFolder();
const STARTER = resolve(import.meta.dirname, '../../resources/models/starter');
const ROWS = 330;
const ids = someTokens(ROWS);
const threads = 2;

let full: Model;
let half: Model;
beforeAll(async () => {
  full = await openTinyModel(work, { seed: 3, context: 512, layers: 6 });
  half = await Model.open(join(work, 'model'), { threads, liveRows: 'fp16' });
});
afterAll(async () => {
  await full.close();
  await half.close();
});

async function prefill(model: Model, { chunk = ROWS, tokens = ids, sameBits = false } = {}) {
  const kv = model.newKvBuffer();
  kv.fit(tokens.length);
  const { vocabulary } = model.shape;
  const logits = new Float32Array(tokens.length * vocabulary);
  for (let at = 0; at < tokens.length; at += chunk) {
    const part = await model.forward(kv, tokens.slice(at, at + chunk), { logits: 'all', sameBits });
    logits.set(part.logits!, at * vocabulary);
  }
  return { kv, logits };
}

function distances(expected: Float32Array, actual: Float32Array, vocabulary: number): { kl: number; same: number } {
  const rows = expected.length / vocabulary;
  let [kl, same] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const [one, other] = [expected, actual].map((all) => all.subarray(row * vocabulary, (row + 1) * vocabulary));
    kl += klDivergence(one!, other!) / rows;
    same += likeliest(one!) === likeliest(other!) ? 1 / rows : 0;
  }
  return { kl, same };
}

describe('beside 32 bits', () => {
  test('the next token is nearly always the same one, for a model of seeded weights and for the starter', async () => {
    await importModel({ source: STARTER, target: join(work, 'starter') });
    const starter = await Model.open(join(work, 'starter'), { threads });
    const compact = await Model.open(join(work, 'starter'), { threads, liveRows: 'fp16' });
    for (const [of, by] of [
      [full, half],
      [starter, compact],
    ] as const) {
      const chunk = 30;
      const [one, other] = [await prefill(of, { chunk }), await prefill(by, { chunk })];
      const { kl, same } = distances(one.logits, other.logits, of.shape.vocabulary);
      expect(kl).toBeGreaterThan(0);
      expect(kl).toBeLessThan(1e-4);
      expect(same).toBeGreaterThan(0.95);
    }
    await starter.close();
    await compact.close();
  });

  test('rows take a third of the bytes, which is half of keys and values alone', async () => {
    const [one, other] = [await prefill(full), await prefill(half)];
    const { layers, kvHeads, headSize } = full.shape;
    const plain = 4 * 2 * layers * kvHeads * headSize * one.kv.capacity;
    const seen = 2 * 4 * one.kv.capacity;
    expect(one.kv.bytes - seen).toBe(1.5 * plain);
    expect(other.kv.capacity).toBe(one.kv.capacity);
    expect(other.kv.bytes - seen).toBe(0.5 * plain);
  });

  test('what scores rows gives nearly the same', async () => {
    const [all, last] = [positionsOf(0, ROWS), positionsOf(ROWS - 4, ROWS)];
    const [one, other] = await Promise.all(
      [full, half].map(async (model) => {
        const { kv } = await prefill(model);
        const { queries } = await model.forward(kv, ids.slice(-4), { logits: 'none', queries: true, positions: last });
        const attention = await model.attention(kv, queries!, last);
        // Rows of another text stand where those of this one belong.
        const wrong = await prefill(model, { tokens: someTokens(ROWS, 2) });
        await model.place(kv, 40, [wrong.kv.exportRows(40, 80)]);
        const rows = { y: await model.shallow(kv, ids, all), positions: all };
        const { attention: looks, change } = await model.deviation(kv, rows, 8);
        return { attention, influence: await model.influence(kv, rows, { queries: 8 }), looks, change };
      }),
    );
    const pairs = [
      [one!.attention, other!.attention],
      [one!.influence, other!.influence],
      [one!.looks, other!.looks],
      [one!.change, other!.change],
    ] as const;
    for (const [expected, actual] of pairs) {
      const most = Math.max(...expected);
      expect(most).toBeGreaterThan(0);
      expect(largestDifference(actual, expected) / most).toBeLessThan(0.01);
    }
  });
});

describe('among themselves', () => {
  test('rows are the same however the text is cut: a row is rounded before anybody looks at it', async () => {
    const whole = await prefill(half);
    for (const chunk of [100, 7]) {
      const cut = await prefill(half, { chunk });
      expect(distances(whole.logits, cut.logits, half.shape.vocabulary).kl).toBeLessThan(1e-9);
    }
    const [one, other] = [await prefill(half, { sameBits: true }), await prefill(half, { chunk: 100, sameBits: true })];
    expect(differing(one.kv, other.kv)).toBe(0);
  });

  test('rows that left come back, and the text goes on behind them as behind those that were computed', async () => {
    const whole = await prefill(half);
    const kv = half.newKvBuffer();
    await half.load(kv, [whole.kv.exportRows(0, 64), whole.kv.exportRows(64, 128), whole.kv.exportRows(128, 200)]);
    expect(differing(kv, whole.kv, 200)).toBeLessThan(0.001);
    const { logits } = await half.forward(kv, ids.slice(200), { logits: 'all' });
    const expected = whole.logits.subarray(200 * half.shape.vocabulary);
    expect(distances(expected, logits!, half.shape.vocabulary).kl).toBeLessThan(1e-6);
  });

  test('keys that leave are those before their rotation, whatever position they stood at', async () => {
    const [one, other] = [await prefill(full), await prefill(half)];
    const [expected, actual] = [one.kv.exportRows(100, 164), other.kv.exportRows(100, 164)];
    expect(largestDifference(actual.k, expected.k)).toBeLessThan(0.01);
    expect(largestDifference(actual.v, expected.v)).toBeLessThan(0.01);
    const moved = half.newKvBuffer();
    await half.load(moved, [other.kv.exportRows(0, 10), actual]);
    expect(largestDifference(moved.exportRows(10, 74).k, expected.k)).toBeLessThan(0.01);
  });
});

/** The share of values that are not bit by bit the same in the first rows of two sequences. */
function differing(one: KvBuffer, other: KvBuffer, end = ROWS): number {
  const planes = (['rotatedK', 'v'] as const).map((plane) => {
    const [a, b] = [one, other].map((kv) => planeRows(kv, plane, { model: half, end }));
    return a!.filter((value, at) => value !== b![at]).length / a!.length;
  });
  return Math.max(...planes);
}
