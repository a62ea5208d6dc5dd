// The layers in segments against the model in one piece: the same rows give the same logits, rows that are dropped are
// as if they were hidden, and their memory comes back.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { largestDifference, openTinyModel, positionsOf, someTokens } from '../testing/open-tiny-model.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import type { Model } from './forward.ts';
import { segmentRanges } from './segmented.ts';
import type { SegmentedModel } from './segmented.ts';
import type { SegmentedRows } from './segmented-rows.ts';

const ids = Int32Array.from(someTokens(90));
const END = ids.length;
let model: Model;
let segmented: SegmentedModel;
let logits: Float32Array;

beforeAll(async () => {
  model = await openTinyModel(temporaryFolder(), { seed: 3, layers: 8, context: 384 });
  segmented = await model.segmented();
  logits = (await model.forward(model.newKvBuffer(), ids, { logits: 'last' })).logits!;
});
afterAll(() => model.close());

/** Segment by segment, each in chunks. */
async function compute(rows: SegmentedRows, chunk: number, positions = positionsOf(0, END)): Promise<Float32Array> {
  const { hidden } = model.shape;
  let y = new Float32Array();
  let last: Float32Array | null = null;
  for (const [segment, held] of rows.segments.entries()) {
    if (held.count === 0) held.extend(END);
    const next = new Float32Array(positions.length * hidden);
    for (let start = 0; start < positions.length; start += chunk) {
      const part = positions.slice(start, start + chunk);
      const end = start + part.length;
      const input = segment === 0 ? part.map((at) => ids[at]!) : y.slice(start * hidden, end * hidden);
      const step = { rows: part, positions: part, input, logits: end === positions.length };
      const ran = await segmented.run(rows, segment, step);
      next.set(ran.y, start * hidden);
      last = ran.logits ?? last;
    }
    y = next;
  }
  return last!;
}

/** What the cache holds of the prompt's rows, in one segment. */
function cachedRows(kv: ReturnType<Model['newKvBuffer']>, segment: number, positions: Int32Array) {
  const { kvHeads, headSize } = model.shape;
  const { start, end } = segmented.segments[segment]!;
  const plane = (from: Float32Array): Float32Array => {
    const rows = new Float32Array((end - start) * kvHeads * positions.length * headSize);
    for (let lane = 0; lane < (end - start) * kvHeads; lane++) {
      positions.forEach((position, index) => {
        const at = ((start * kvHeads + lane) * END + position) * headSize;
        rows.set(from.subarray(at, at + headSize), (lane * positions.length + index) * headSize);
      });
    }
    return rows;
  };
  const { k, v } = kv.exportRows(0, END);
  return { positions, k: plane(k), v: plane(v) };
}

test('the first layer is a segment by itself, the others up to six of nearly one size', () => {
  expect(segmentRanges(1)).toEqual([{ start: 0, end: 1 }]);
  expect(segmentRanges(4).map(({ end }) => end)).toEqual([1, 2, 3, 4]);
  expect(segmentRanges(30).map(({ start, end }) => end - start)).toEqual([1, 5, 5, 5, 5, 5, 4]);
});

describe('all rows in every segment', () => {
  test('give the logits of the model in one piece, however they are cut', async () => {
    for (const chunk of [END, 32, 7]) {
      expect(largestDifference(await compute(segmented.newRows(), chunk), logits)).toBeLessThan(1e-4);
    }
  });

  test('go on token by token as the model in one piece does', async () => {
    const kv = model.newKvBuffer();
    await model.forward(kv, ids, { logits: 'none' });
    const rows = segmented.newRows();
    await compute(rows, END);
    for (const [index, id] of [40, 41, 42].entries()) {
      const expected = await model.forward(kv, [id], { logits: 'last' });
      expect(largestDifference(await segmented.next(rows, id, END + index), expected.logits!)).toBeLessThan(1e-4);
    }
  });

  test('may come from the cache as well, and then a few scattered ones are enough to compute', async () => {
    const kv = model.newKvBuffer();
    await model.forward(kv, ids, { logits: 'none' });
    const rows = segmented.newRows();
    for (const [segment, held] of rows.segments.entries()) {
      held.extend(END);
      await segmented.place(rows, segment, cachedRows(kv, segment, positionsOf(0, END)));
    }
    const scattered = Int32Array.of(3, 4, 20, 41, 42, 43, 70, END - 1);
    expect(largestDifference(await compute(rows, 3, scattered), logits)).toBeLessThan(1e-4);
  });
});

describe('rows that are dropped', () => {
  test('are as if they were hidden', async () => {
    const kv = model.newKvBuffer();
    await model.forward(kv, ids, { logits: 'none' });
    kv.hide(10, 25);
    const expected = await model.forward(kv, [40], { logits: 'last' });
    const rows = segmented.newRows();
    await compute(rows, END);
    const kept = positionsOf(0, END).filter((position) => position < 10 || position >= 25);
    for (const held of rows.segments) held.keep(kept);
    expect(largestDifference(await segmented.next(rows, 40, END), expected.logits!)).toBeLessThan(1e-4);
  });

  test('may be others in each segment, and their memory comes back', async () => {
    const rows = segmented.newRows();
    await compute(rows, END);
    const [full, whole] = [rows.bytes, await segmented.next(rows, 40, END)];
    for (const [index, held] of rows.segments.entries()) held.keep(positionsOf(5 * index, END));
    expect(rows.segments.map(({ count }) => count)).toEqual(segmented.segments.map((_, index) => END - 5 * index));
    expect(rows.bytes).toBeLessThan(0.9 * full);
    expect(largestDifference(await segmented.next(rows, 40, END), whole)).toBeGreaterThan(1e-3);
  });
});

test('attention is that of each query and head, on the rows that it sees', async () => {
  const rows = segmented.newRows();
  rows.segments[0]!.extend(END);
  const positions = positionsOf(0, END);
  const asked = Int32Array.of(0, 30, END - 1);
  const { queries } = await segmented.run(rows, 0, { rows: positions, positions, input: ids, asked });
  const at30 = queries!.slice();
  const all = await segmented.attention(rows, 0, { queries: at30, positions: asked });
  expect(all.reduce((sum, value) => sum + value, 0)).toBeCloseTo(asked.length * model.shape.heads, 3);
  expect(all[0]).toBeGreaterThan(model.shape.heads);
});

test('deviation tells rows that were there from those that are computed now', async () => {
  const rows = segmented.newRows();
  const [positions, held] = [positionsOf(0, END), rows.segments[0]!];
  held.extend(END);
  await segmented.run(rows, 0, { rows: positions, positions, input: ids });
  const other = ids.map((id, at) => (at === 12 ? id + 1 : id));
  const { deviation } = await segmented.run(rows, 0, { rows: positions, positions, input: other, deviation: true });
  expect(Array.from(deviation!.entries()).filter(([, value]) => value > 1e-5)).toEqual([[12, deviation![12]]]);
  expect(deviation![12]).toBeGreaterThan(0.1);
});
