// One segment by itself: what a row sees is decided by positions, not by where rows lie in the buffer.

import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { makeTinyModel } from '../testing/tiny-model.ts';
import { importModel } from './import/import-model.ts';
import { KvBuffer } from './kv-buffer.ts';
import type { FreshRows } from './kv-buffer.ts';
import { SHALLOW_FILE } from './manifest.ts';
import { Segment } from './segment.ts';
import type { SegmentResult } from './segment.ts';
import { shallowLayers } from './shape.ts';
import type { ModelShape } from './shape.ts';

const work = temporaryFolder();
const HIDDEN_ROW = 2 ** 31 - 1;
const ROWS = 40;
const IDS = Int32Array.from({ length: ROWS + 1 }, (_, i) => 5 + ((i * 37) % 300));
let shape: ModelShape;
let segment: Segment;

beforeAll(async () => {
  await makeTinyModel(join(work, 'source'), { layers: 7, seed: 11 });
  ({ shape } = await importModel({ source: join(work, 'source'), target: join(work, 'model') }));
  const options = { threads: 1, spin: false };
  segment = await Segment.open(join(work, 'model', SHALLOW_FILE), { shape, layers: shallowLayers(shape) }, options);
  return () => segment.close();
});

function run(
  kv: KvBuffer,
  { ids, positions, past }: { ids: Int32Array; positions: number[]; past: number[] },
): Promise<SegmentResult> {
  return segment.run({
    inputs: { ids: { type: 'int32', data: ids, dims: [1, ids.length] } },
    positions: Int32Array.from(positions),
    rowPositions: Int32Array.from([...past, ...positions]),
    kv,
    fetch: 'y',
  });
}

/** The same rows in another order: row i of the result is row order[i] of `rows`. */
function reorder(rows: FreshRows, order: number[]): FreshRows {
  const { headSize } = shape;
  const move = (plane: Float32Array): Float32Array => {
    const lanes = plane.length / (rows.count * headSize);
    const moved = new Float32Array(lanes * order.length * headSize);
    for (let lane = 0; lane < lanes; lane++) {
      for (const [to, from] of order.entries()) {
        const start = (lane * rows.count + from) * headSize;
        moved.set(plane.subarray(start, start + headSize), (lane * order.length + to) * headSize);
      }
    }
    return moved;
  };
  return { count: order.length, rotatedK: move(rows.rotatedK), rawK: move(rows.rawK), v: move(rows.v) };
}

function bufferOf(rows: FreshRows): KvBuffer {
  const kv = new KvBuffer(shape);
  kv.reserve(rows.count);
  kv.write(0, rows);
  kv.commit(rows.count);
  return kv;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), Math.abs(a.length - b.length));
}

const inOrder = Array.from({ length: ROWS }, (_, i) => i);

test('rows may lie in any order, and hidden rows do not count', async () => {
  const empty = new KvBuffer(shape);
  empty.reserve(1);
  const first = await run(empty, { ids: IDS.subarray(0, ROWS), positions: inOrder, past: [] });
  const next = { ids: IDS.subarray(ROWS), positions: [ROWS] };
  const expected = await run(bufferOf(first.rows), { ...next, past: inOrder });

  const shuffled = inOrder.map((i) => (i * 7) % ROWS);
  const withStale = [...shuffled, 3, 4];
  const kv = bufferOf(reorder(first.rows, withStale));
  const hidden = await run(kv, { ...next, past: [...shuffled, HIDDEN_ROW, HIDDEN_ROW] });
  expect(largestDifference(hidden.output, expected.output)).toBeLessThan(1e-5);
  expect(largestDifference(hidden.rows.rawK, expected.rows.rawK)).toBeLessThan(1e-5);
  const counted = await run(kv, { ...next, past: withStale });
  expect(largestDifference(counted.output, expected.output)).toBeGreaterThan(1e-4);
});

test('a row computed again in the middle sees only what is before it', async () => {
  const empty = new KvBuffer(shape);
  empty.reserve(1);
  const first = await run(empty, { ids: IDS.subarray(0, ROWS), positions: inOrder, past: [] });
  const again = [10, 25];
  const past = inOrder.map((i) => (again.includes(i) ? HIDDEN_ROW : i));
  const second = await run(bufferOf(first.rows), { ids: Int32Array.of(IDS[10]!, IDS[25]!), positions: again, past });
  const { hidden } = shape;
  const expected = new Float32Array(again.length * hidden);
  for (const [to, row] of again.entries())
    expected.set(first.output.subarray(row * hidden, (row + 1) * hidden), to * hidden);
  expect(largestDifference(second.output, expected)).toBeLessThan(1e-5);
  expect(largestDifference(second.rows.v, reorder(first.rows, again).v)).toBeLessThan(1e-5);
});
