// Parts of cached blocks.

import { expect, test } from 'vitest';
import type { KvRows } from '../types.ts';
import { sliceRows } from './kv-rows.ts';
import type { ModelShape } from './shape.ts';

const shape = { layers: 2, kvHeads: 1, headSize: 2 } as ModelShape;

/** Every float tells its layer and row; V is K turned negative. */
function markedBlock(count: number): KvRows {
  const k = Float32Array.from([0, 100].flatMap((layer) => Array.from({ length: count * 2 }, (_, i) => layer + i)));
  return { count, k, v: k.map((value) => -value) };
}

test('a slice has the rows asked for, of every layer', () => {
  expect(sliceRows(markedBlock(5), { start: 2, end: 4 }, shape)).toEqual({
    count: 2,
    k: Float32Array.of(4, 5, 6, 7, 104, 105, 106, 107),
    v: Float32Array.of(-4, -5, -6, -7, -104, -105, -106, -107),
  });
  expect(sliceRows(markedBlock(5), { start: 0, end: 1 }, shape).k).toEqual(Float32Array.of(0, 1, 100, 101));
});

test('all rows of a block are the block itself', () => {
  const block = markedBlock(5);
  expect(sliceRows(block, { start: 0, end: 5 }, shape)).toBe(block);
  expect(sliceRows(block, { start: 0, end: 5 }, shape)).toBe(block);
});

test('rows a block does not have are a mistake of the caller', () => {
  expect(() => sliceRows(markedBlock(5), { start: 2, end: 6 }, shape)).toThrow(RangeError);
});
