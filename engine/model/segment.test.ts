// One segment by itself: a row sees the shown rows before its position, and those computed with it, nothing else.

import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { largestDifference, positionsOf } from '../testing/open-tiny-model.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { makeTinyModel } from '../testing/tiny-model.ts';
import { importModel } from './import/import-model.ts';
import { KvBuffer } from './kv-buffer.ts';
import type { FreshRows } from './kv-buffer.ts';
import { graphFile } from './manifest.ts';
import { Segment } from './segment.ts';
import type { ModelShape } from './shape.ts';

const work = temporaryFolder();
const ROWS = 40;
const IDS = Int32Array.from({ length: ROWS + 1 }, (_, i) => 5 + ((i * 37) % 300));
let shape: ModelShape;
let segment: Segment;

beforeAll(async () => {
  await makeTinyModel(join(work, 'source'), { layers: 7, seed: 11 });
  ({ shape } = await importModel({ source: join(work, 'source'), target: join(work, 'model') }));
  const file = join(work, 'model', graphFile('shallow'));
  segment = await Segment.open('shallow', { file, shape }, { threads: 1, spin: false });
  return () => segment.close();
});

async function run(kv: KvBuffer, positions: Int32Array): Promise<{ y: Float32Array; rows: FreshRows }> {
  const ids = Int32Array.from(positions, (position) => IDS[position]!);
  const inputs = { ids: { type: 'int32', data: ids, dims: [1, ids.length] } } as const;
  const { outputs, rows } = await segment.run({ inputs, positions, kv, fetch: ['y'], rows: true });
  return { y: outputs['y']!, rows: rows! };
}

/** A sequence of ROWS rows, all but `missing` written. */
async function filled(missing: number[] = []): Promise<{ kv: KvBuffer; y: Float32Array; rows: FreshRows }> {
  const kv = new KvBuffer(shape);
  kv.reserve(ROWS + 1);
  const all = positionsOf(0, ROWS);
  const first = await run(kv, all);
  kv.extend(ROWS);
  kv.write('shallow', all, first.rows);
  for (const row of missing) kv.hide(row, row + 1);
  return { kv, ...first };
}

function rowsOf(y: Float32Array, rows: Int32Array): Float32Array {
  const { hidden } = shape;
  const picked = new Float32Array(rows.length * hidden);
  for (const [to, row] of rows.entries()) picked.set(y.subarray(row * hidden, (row + 1) * hidden), to * hidden);
  return picked;
}

test('hidden rows do not count, whatever is in them', async () => {
  const next = Int32Array.of(ROWS);
  const { kv } = await filled([3, 20]);
  const expected = await run(kv, next);
  for (const row of [3, 20]) {
    kv.layer('rotatedK', 0).fill(7, row * shape.headSize, (row + 1) * shape.headSize);
    kv.layer('v', 0).fill(-7, row * shape.headSize, (row + 1) * shape.headSize);
  }
  expect((await run(kv, next)).y).toEqual(expected.y);
  const everything = await run((await filled()).kv, next);
  expect(largestDifference(everything.y, expected.y)).toBeGreaterThan(1e-4);
});

test('rows computed again in the middle see only what is before them', async () => {
  const { kv, y, rows } = await filled();
  for (const again of [[10, 25], [0], [0, 1, 2, 39], [5, 17, 18, 19]].map((list) => Int32Array.from(list))) {
    const second = await run(kv, again);
    expect(largestDifference(second.y, rowsOf(y, again))).toBeLessThan(1e-5);
    kv.write('shallow', again, second.rows);
  }
  const whole = await run(kv, positionsOf(0, ROWS));
  expect(largestDifference(whole.rows.v, rows.v)).toBeLessThan(1e-5);
});

test('what lies in the rows that are computed again does not matter', async () => {
  const again = Int32Array.of(4, 11, 12);
  const { kv, y, rows } = await filled();
  const broken = await run(kv, again);
  kv.write('shallow', again, { ...broken.rows, v: broken.rows.v.map(() => 50) });
  expect(largestDifference((await run(kv, again)).y, rowsOf(y, again))).toBeLessThan(1e-5);
  expect(largestDifference((await run(kv, Int32Array.of(30))).y, rowsOf(y, Int32Array.of(30)))).toBeGreaterThan(1e-3);
  kv.write('shallow', positionsOf(0, ROWS), rows);
  expect(largestDifference((await run(kv, Int32Array.of(30))).y, rowsOf(y, Int32Array.of(30)))).toBeLessThan(1e-5);
});
