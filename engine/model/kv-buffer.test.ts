// The buffer of one sequence: what goes in comes out, through growth and cuts.

import { expect, test } from 'vitest';
import { KvBuffer } from './kv-buffer.ts';
import type { FreshRows } from './kv-buffer.ts';
import type { ModelShape } from './shape.ts';

const shape: ModelShape = {
  layers: 3,
  boundary: 1,
  hidden: 8,
  heads: 2,
  kvHeads: 2,
  headSize: 4,
  intermediate: 8,
  vocabulary: 16,
  context: 1000,
  ropeTheta: 10_000,
  ropeScaling: { kind: 'none' },
  normEpsilon: 1e-5,
  tied: true,
  attentionBias: 'none',
  mlpBias: false,
  bosTokenId: null,
  eosTokenIds: [],
};

/** Rows whose every float tells plane, layer, head, position and dimension. */
function markedRows(layers: { start: number; end: number }, start: number, count: number): FreshRows {
  const plane = (mark: number): Float32Array => {
    const values: number[] = [];
    for (let layer = layers.start; layer < layers.end; layer++) {
      for (let head = 0; head < 2; head++) {
        for (let row = start; row < start + count; row++) {
          for (let i = 0; i < 4; i++) values.push(mark * 1e6 + layer * 1e5 + head * 5e4 + row * 4 + i);
        }
      }
    }
    return Float32Array.from(values);
  };
  return { count, rotatedK: plane(1), rawK: plane(2), v: plane(3) };
}

function append(kv: KvBuffer, count: number): void {
  kv.reserve(count);
  kv.write(0, markedRows({ start: 0, end: 1 }, kv.rows, count));
  kv.write(1, markedRows({ start: 1, end: 3 }, kv.rows, count));
  kv.commit(count);
}

test('rows written segment by segment come out in one piece, also after the buffer grew', () => {
  const kv = new KvBuffer(shape);
  for (const count of [1, 63, 100, 1, 500]) append(kv, count);
  expect(kv.rows).toBe(665);
  const all = markedRows({ start: 0, end: 3 }, 0, 665);
  expect(kv.exportRows(0, 665)).toEqual({ count: 665, k: all.rawK, v: all.v });
  const some = markedRows({ start: 0, end: 3 }, 64, 64);
  expect(kv.exportRows(64, 128)).toEqual({ count: 64, k: some.rawK, v: some.v });
});

test('the graph sees one layer as [kvHeads, capacity, headSize]', () => {
  const kv = new KvBuffer(shape);
  append(kv, 3);
  const rows = markedRows({ start: 2, end: 3 }, 0, 3);
  const layer = kv.layer('rotatedK', 2);
  expect(layer).toHaveLength(2 * kv.capacity * 4);
  expect(layer.subarray(0, 12)).toEqual(rows.rotatedK.subarray(0, 12));
  expect(layer.subarray(kv.capacity * 4, kv.capacity * 4 + 12)).toEqual(rows.rotatedK.subarray(12));
});

test('capacity doubles and stops at the context', () => {
  const kv = new KvBuffer(shape);
  const seen = new Set<number>();
  while (kv.rows < 1000) {
    append(kv, 50);
    seen.add(kv.capacity);
  }
  expect([...seen]).toEqual([128, 256, 512, 1000]);
  expect(kv.bytes).toBe(1000 * (3 * 24 * 4 + 4));
  expect(() => kv.reserve(1)).toThrow('context');
});

test('rows that were written but not committed do not count', () => {
  const kv = new KvBuffer(shape);
  append(kv, 5);
  kv.reserve(5);
  kv.write(0, markedRows({ start: 0, end: 1 }, 5, 5));
  expect(kv.rows).toBe(5);
  expect(() => kv.exportRows(0, 6)).toThrow(RangeError);
});

test('a cut forgets the rows behind it and only those', () => {
  const kv = new KvBuffer(shape);
  append(kv, 10);
  const kept = kv.exportRows(0, 4);
  kv.truncate(4);
  append(kv, 2);
  expect(kv.exportRows(0, 4)).toEqual(kept);
  expect(kv.rows).toBe(6);
  expect(kv.positions.subarray(0, 6)).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5));
  expect(() => kv.truncate(7)).toThrow(RangeError);
});
