// What differs between rows that are held and rows that were computed, on numbers that can be checked by eye.

import { expect, test } from 'vitest';
import { SegmentedRows } from './segmented-rows.ts';
import type { ModelShape } from './shape.ts';

const shape = { kvHeads: 2, headSize: 2 } as Partial<ModelShape> as ModelShape;
/** [2 layers, 2 heads, 3 rows, 2 lanes] */
const FLOATS = 2 * 2 * 3 * 2;

/** `by` at one lane of a row in each layer and head. */
function plane(row: number, by: number): Float32Array {
  return Float32Array.from({ length: FLOATS }, (_, at) => (at % 2 === 0 && Math.floor(at / 2) % 3 === row ? by : 0));
}

test('deviation is the length of the change of the keys and that of the values together, over layers and heads', () => {
  const [rows] = new SegmentedRows(shape, [{ start: 0, end: 2 }]).segments;
  const positions = Int32Array.of(0, 1, 2);
  rows!.extend(3);
  const fresh = { k: plane(0, 3), v: plane(1, 5) };
  expect(Array.from(rows!.deviation(positions, fresh))).toEqual([0, 0, 0]);
  rows!.write(positions, positions, { k: new Float32Array(FLOATS), v: new Float32Array(FLOATS) });
  // Four lanes differ by 3 in the first row's keys, and by 5 in the second row's values.
  expect(Array.from(rows!.deviation(positions, fresh))).toEqual([6, 10, 0]);
  expect(Array.from(rows!.deviation(positions, { k: plane(0, 3), v: plane(0, 5) }))).toEqual([16, 0, 0]);
});
