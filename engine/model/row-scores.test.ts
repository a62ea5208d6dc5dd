// Scores of rows against plain sums in JavaScript, and what they are for: the row that is wrong stands out.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { largestDifference, openTinyModel, positionsOf, someTokens } from '../testing/open-tiny-model.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import type { Model } from './forward.ts';
import type { KvBuffer } from './kv-buffer.ts';
import { boundaryOf, relevanceLayers } from './shape.ts';
import type { ModelShape } from './shape.ts';

const work = temporaryFolder();
const ROWS = 90;
const IDS = Int32Array.from(someTokens(ROWS));
const QUERIES = 40;
/** Two layers: the first deep layer is also the one whose queries `forward` gives. */
let model: Model;
let taller: Model;

beforeAll(async () => {
  model = await openTinyModel(join(work, 'two'), {
    seed: 5,
    layers: 2,
    context: 128,
    architecture: 'Qwen2ForCausalLM',
  });
  taller = await openTinyModel(join(work, 'tall'), { seed: 6, layers: 10, context: 128 });
});
afterAll(async () => {
  await model.close();
  await taller.close();
});

async function prefill(of: Model, ids = IDS): Promise<{ kv: KvBuffer; queries: Float32Array }> {
  const kv = of.newKvBuffer();
  return { kv, queries: (await of.forward(kv, ids, { logits: 'none', queries: true })).queries! };
}

function vector(kv: KvBuffer, plane: 'rotatedK' | 'v', at: { layer: number; head: number; row: number }): Float32Array {
  const { headSize } = model.shape;
  const from = (at.head * kv.capacity + at.row) * headSize;
  return new Float32Array(kv.layer(plane, at.layer).subarray(from, from + headSize));
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const minus = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, i) => value - b[i]!);
const length = (a: Float32Array): number => Math.sqrt(dot(a, a));

/** Softmax over the rows that are neither hidden nor later, 0 elsewhere. */
function naiveAttention(
  kv: KvBuffer,
  q: Float32Array,
  at: { layer: number; head: number; position: number },
): number[] {
  const exps = Array.from({ length: kv.rows }, (_, row) => {
    if (row > at.position || kv.isHidden(row)) return 0;
    return Math.exp(dot(q, vector(kv, 'rotatedK', { ...at, row })) / Math.sqrt(q.length));
  });
  const total = exps.reduce((sum, value) => sum + value, 0);
  return exps.map((value) => value / total);
}

/** Query `index` of a head in the output of `forward`, [layers, heads, rows, headSize]. */
function queryOf(
  queries: Float32Array,
  { heads, headSize }: ModelShape,
  at: { layer: number; head: number; row: number; rows: number },
): Float32Array {
  const from = ((at.layer * heads + at.head) * at.rows + at.row) * headSize;
  return queries.subarray(from, from + headSize);
}

describe('attention', () => {
  test('sums to one over the visible rows and matches a plain computation', async () => {
    const { shape } = taller;
    const { kv, queries } = await prefill(taller);
    kv.hide(10, 20);
    const positions = positionsOf(0, ROWS);
    const mean = await taller.attention(kv, queries, positions);
    expect(mean).toHaveLength(ROWS);
    expect(mean.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    expect([...mean.subarray(10, 20)]).toEqual(Array(10).fill(0));
    const layers = relevanceLayers(shape);
    const expected = new Float64Array(ROWS);
    for (const [index, layer] of layers.entries()) {
      for (let head = 0; head < shape.heads; head++) {
        for (let row = 0; row < ROWS; row++) {
          const q = queryOf(queries, shape, { layer: index, head, row, rows: ROWS });
          const kvHead = Math.floor((head * shape.kvHeads) / shape.heads);
          const attention = naiveAttention(kv, q, { layer, head: kvHead, position: positions[row]! });
          for (const [key, value] of attention.entries())
            expected[key]! += value / (ROWS * layers.length * shape.heads);
        }
      }
    }
    expect(largestDifference(mean, expected)).toBeLessThan(1e-5);
  });

  test('of a later query does not change with rows behind it, and needs a row to look at', async () => {
    const { kv } = await prefill(taller);
    const positions = Int32Array.of(30, 31);
    const ids = Int32Array.of(IDS[30]!, IDS[31]!);
    const { queries } = await taller.forward(kv, ids, { logits: 'none', positions, queries: true });
    const mean = await taller.attention(kv, queries!, positions);
    expect([...mean.subarray(32)]).toEqual(Array(ROWS - 32).fill(0));
    expect(mean[31]).toBeGreaterThan(0);
    kv.hide(0, 32);
    await expect(taller.attention(kv, queries!, positions)).rejects.toThrow('sees no row');
    await expect(taller.attention(kv, queries!, Int32Array.of(5))).rejects.toThrow(RangeError);
  });
});

const positions = positionsOf(0, ROWS);

/** A sequence in which some rows stand for another token, and the stream of the right tokens. */
async function spoilt(rows: number[]): Promise<{ kv: KvBuffer; y: Float32Array }> {
  const { kv } = await prefill(model);
  const y = await model.shallow(kv, IDS, positions);
  const wrong = await prefill(model, Int32Array.from(someTokens(ROWS, 77)));
  for (const row of rows) await model.place(kv, row, [wrong.kv.exportRows(row, row + 1)]);
  return { kv, y };
}

describe('influence', () => {
  test('is zero where the cached rows are what would be computed', async () => {
    const { kv, y } = await spoilt([]);
    const scores = await model.influence(kv, { y, positions }, { queries: QUERIES });
    expect(scores).toHaveLength(ROWS - QUERIES);
    expect(Math.max(...scores)).toBeLessThan(1e-4);
  });

  test('stands out for the rows that are wrong', async () => {
    const { kv, y } = await spoilt([11, 33]);
    for (const keyTerm of [true, false]) {
      const scores = await model.influence(kv, { y, positions }, { queries: QUERIES, keyTerm });
      const ranked = positionsOf(0, scores.length).toSorted((a, b) => scores[b]! - scores[a]!);
      expect([...ranked.subarray(0, 2)].toSorted((a, b) => a - b)).toEqual([11, 33]);
      expect(scores[ranked[1]!]).toBeGreaterThan(10 * scores[ranked[2]!]!);
    }
  });

  test('is zero for hidden rows, which are computed anyway', async () => {
    const { kv, y } = await spoilt([11, 33]);
    kv.hide(33, 34);
    const scores = await model.influence(kv, { y, positions }, { queries: QUERIES });
    expect(scores[33]).toBe(0);
    expect(scores[11]).toBeGreaterThan(0);
  });

  test('matches a plain computation, also over part of the rows', async () => {
    const { shape } = model;
    const exact = await prefill(model);
    const { kv, y } = await spoilt(Array.from({ length: 30 }, (_, i) => 10 + i));
    const layer = shape.boundary;
    const candidates = Int32Array.of(12, 13, 20, 38, 39);
    const queryPositions = positionsOf(ROWS - QUERIES, ROWS);
    const rows = Int32Array.of(...candidates, ...queryPositions);
    const picked = new Float32Array(rows.length * shape.hidden);
    for (const [to, row] of rows.entries())
      picked.set(y.subarray(row * shape.hidden, (row + 1) * shape.hidden), to * shape.hidden);
    const fresh = new Set(rows);
    const expected = { value: new Float64Array(candidates.length), key: new Float64Array(candidates.length) };
    for (let head = 0; head < shape.heads; head++) {
      const kvHead = Math.floor((head * shape.kvHeads) / shape.heads);
      const at = (plane: 'rotatedK' | 'v', row: number) =>
        vector(fresh.has(row) ? exact.kv : kv, plane, { layer, head: kvHead, row });
      for (const position of queryPositions) {
        const q = queryOf(exact.queries, shape, { layer: 0, head, row: position, rows: ROWS });
        const exps = Array.from({ length: position + 1 }, (_, row) =>
          Math.exp(dot(q, at('rotatedK', row)) / Math.sqrt(shape.headSize)),
        );
        const total = exps.reduce((sum, value) => sum + value, 0);
        const output = new Float32Array(shape.headSize);
        for (const [row, value] of exps.entries())
          at('v', row).forEach((float, i) => (output[i]! += (value / total) * float));
        for (const [index, row] of candidates.entries()) {
          const p = exps[row]! / total;
          const changed = (plane: 'rotatedK' | 'v') =>
            minus(at(plane, row), vector(kv, plane, { layer, head: kvHead, row }));
          expected.value[index]! += (p * length(changed('v'))) / QUERIES;
          const shift = Math.abs(dot(q, changed('rotatedK'))) / Math.sqrt(shape.headSize);
          expected.key[index]! += (p * length(minus(at('v', row), output)) * shift) / QUERIES;
        }
      }
    }
    const rowsGiven = { y: picked, positions: rows };
    const byValue = await model.influence(kv, rowsGiven, { queries: QUERIES, keyTerm: false });
    const both = await model.influence(kv, rowsGiven, { queries: QUERIES });
    expect(largestDifference(byValue, expected.value)).toBeLessThan(1e-4);
    expect(
      largestDifference(
        both,
        expected.value.map((value, i) => value + expected.key[i]!),
      ),
    ).toBeLessThan(1e-4);
    expect(Math.min(...expected.key)).toBeGreaterThan(1e-3);
  });

  test('needs queries, and rows that are in use', async () => {
    const { kv, y } = await spoilt([]);
    await expect(model.influence(kv, { y, positions }, { queries: 0 })).rejects.toThrow(RangeError);
    kv.truncate(ROWS - 1);
    await expect(model.influence(kv, { y, positions }, { queries: 1 })).rejects.toThrow(RangeError);
  });
});

describe('deviation', () => {
  test('matches a plain computation: attention of all queries and heads, and the change of all values', async () => {
    const { shape } = model;
    const exact = await prefill(model);
    const { kv, y } = await spoilt([12, 20, 38, 60]);
    const layer = shape.boundary;
    // Queries stand before, between and behind the candidates.
    const candidates = Int32Array.of(12, 20, 21, 38, 60);
    const queryPositions = Int32Array.of(5, 30, 31, ...positionsOf(ROWS - QUERIES, ROWS).filter((row) => row !== 60));
    const given = Int32Array.of(...candidates, ...queryPositions);
    const picked = new Float32Array(given.length * shape.hidden);
    for (const [to, row] of given.entries())
      picked.set(y.subarray(row * shape.hidden, (row + 1) * shape.hidden), to * shape.hidden);
    const attention = new Float64Array(candidates.length);
    for (let head = 0; head < shape.heads; head++) {
      const kvHead = Math.floor((head * shape.kvHeads) / shape.heads);
      for (const position of queryPositions) {
        const q = queryOf(exact.queries, shape, { layer: 0, head, row: position, rows: ROWS });
        const fresh = naiveAttention(withFresh(kv, exact.kv, given), q, { layer, head: kvHead, position });
        for (const [index, row] of candidates.entries()) attention[index]! += fresh[row]!;
      }
    }
    const change = Array.from(candidates, (row) =>
      positionsOf(0, shape.kvHeads).reduce((sum, head) => {
        const [right, wrong] = [exact.kv, kv].map((of) => vector(of, 'v', { layer, head, row }));
        return sum + minus(right!, wrong!).reduce((norm, value) => norm + Math.abs(value), 0);
      }, 0),
    );
    const scores = await model.deviation(kv, { y: picked, positions: given }, queryPositions.length);
    expect(largestDifference(scores.attention, attention)).toBeLessThan(1e-4);
    expect(largestDifference(scores.change, change)).toBeLessThan(1e-4);
    expect(scores.change[2]).toBeLessThan(1e-4);
    expect(Math.min(scores.change[0]!, scores.change[1]!, scores.change[3]!, scores.change[4]!)).toBeGreaterThan(0.1);
  });

  test('is none for hidden rows, and needs queries', async () => {
    const { kv, y } = await spoilt([11]);
    const before = await model.deviation(kv, { y, positions }, QUERIES);
    kv.hide(11, 12);
    const hidden = await model.deviation(kv, { y, positions }, QUERIES);
    expect(before.change[11]).toBeGreaterThan(0.1);
    expect(hidden.change[11]).toBe(0);
    await expect(model.deviation(kv, { y, positions }, 0)).rejects.toThrow(RangeError);
  });
});

/** A copy of the boundary layer's keys, in which some rows are those of another sequence. */
function withFresh(kv: KvBuffer, fresh: KvBuffer, rows: Int32Array): KvBuffer {
  const { kvHeads, headSize, boundary } = model.shape;
  const keys = kv.layer('rotatedK', boundary).slice();
  for (let head = 0; head < kvHeads; head++) {
    for (const row of rows) {
      keys.set(vector(fresh, 'rotatedK', { layer: boundary, head, row }), (head * kv.capacity + row) * headSize);
    }
  }
  const seen = { rows: kv.rows, capacity: kv.capacity, isHidden: () => false, layer: () => keys };
  return seen as Partial<KvBuffer> as KvBuffer;
}

describe('layers', () => {
  const layersOf = (layers: number) => {
    const boundary = boundaryOf(layers);
    return { boundary, relevance: relevanceLayers({ layers, boundary } as ModelShape) };
  };

  test('few are shallow, and relevance is judged in the middle of the others', () => {
    expect(layersOf(30)).toEqual({ boundary: 2, relevance: [11, 14, 17, 20] });
    expect(layersOf(6)).toEqual({ boundary: 1, relevance: [2, 3, 4] });
    expect(layersOf(2)).toEqual({ boundary: 1, relevance: [1] });
    for (let layers = 2; layers < 100; layers++) {
      const { boundary, relevance } = layersOf(layers);
      expect(relevance.length).toBeLessThanOrEqual(4);
      expect(new Set(relevance).size).toBe(relevance.length);
      expect(relevance.every((layer) => layer >= boundary && layer < layers)).toBe(true);
    }
  });
});
