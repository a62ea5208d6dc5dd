// The buffer of one sequence: what goes in comes out, through growth and cuts.

import { expect, test } from 'vitest';
import { HIDDEN_POSITION, KvBuffer } from './kv-buffer.ts';
import type { KvRows } from '../types.ts';
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

const SHALLOW = { start: 0, end: 1 };
const DEEP = { start: 1, end: 3 };
const ALL = { start: 0, end: 3 };

/** Rows whose every float tells plane, layer, head, position and dimension. */
function markedRows(layers: { start: number; end: number }, start: number, count: number) {
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

const range = (start: number, end: number) => Int32Array.from({ length: end - start }, (_, i) => start + i);

function append(kv: KvBuffer, count: number): void {
  const start = kv.rows;
  kv.extend(start + count);
  kv.write('shallow', range(start, start + count), markedRows(SHALLOW, start, count));
  kv.write('deep', range(start, start + count), markedRows(DEEP, start, count));
}

/** A cached block with the marks of the rows start.. in its keys and values. */
function markedBlock(start: number, count: number): KvRows {
  const { rawK, v } = markedRows(ALL, start, count);
  return { count, k: rawK, v };
}

test('rows written segment by segment come out in one piece, also after the buffer grew', () => {
  const kv = new KvBuffer(shape);
  for (const count of [1, 63, 100, 1, 500]) append(kv, count);
  expect(kv.rows).toBe(665);
  const all = markedRows(ALL, 0, 665);
  expect(kv.exportRows(0, 665)).toEqual({ count: 665, k: all.rawK, v: all.v });
  const some = markedRows(ALL, 64, 64);
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

test('there is some room for more rows, up to the context', () => {
  const kv = new KvBuffer(shape);
  for (let row = 0; row < 1000; row++) {
    append(kv, 1);
    expect(kv.capacity - kv.rows).toBeLessThanOrEqual(64 + kv.rows / 8);
  }
  expect(kv.capacity).toBe(1000);
  expect(() => kv.reserve(1)).toThrow('context');
});

test('room that is far too large is taken back, and made again, without another copy of the rows', () => {
  const kv = new KvBuffer(shape);
  append(kv, 900);
  const { bytes } = kv;
  kv.truncate(70);
  kv.fit(100);
  expect(kv.capacity).toBe(128);
  const all = markedRows(ALL, 0, 70);
  expect(kv.exportRows(0, 70)).toEqual({ count: 70, k: all.rawK, v: all.v });
  kv.extend(128);
  expect(
    kv
      .seenBy('deep', 128)
      .subarray(70)
      .every((position) => position === HIDDEN_POSITION),
  ).toBe(true);
  kv.fit(800);
  expect(kv.capacity).toBeGreaterThanOrEqual(800);
  expect(kv.exportRows(0, 70)).toEqual({ count: 70, k: all.rawK, v: all.v });
  expect(kv.layer('rotatedK', 2).subarray(0, 280)).toEqual(
    markedRows({ start: 2, end: 3 }, 0, 70).rotatedK.subarray(0, 280),
  );
  expect(kv.bytes).toBeLessThanOrEqual(bytes);
});

test('new rows are hidden until both segments have written them', () => {
  const kv = new KvBuffer(shape);
  append(kv, 5);
  kv.extend(10);
  expect(kv.rows).toBe(10);
  kv.write('shallow', range(5, 10), markedRows(SHALLOW, 5, 5));
  expect(range(0, 10).map((row) => Number(kv.isHidden(row)))).toEqual(Int32Array.of(0, 0, 0, 0, 0, 1, 1, 1, 1, 1));
  expect(kv.seenBy('shallow', 10)).toEqual(range(0, 10));
  expect(() => kv.exportRows(0, 6)).toThrow('hidden');
  kv.write('deep', Int32Array.of(5, 7), markedRows(DEEP, 5, 2));
  const H = HIDDEN_POSITION;
  expect(kv.seenBy('deep', 10)).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5, H, 7, H, H));
});

test('scattered rows land at their positions and leave the others alone', () => {
  const kv = new KvBuffer(shape);
  append(kv, 12);
  const before = kv.exportRows(0, 12);
  const positions = Int32Array.of(2, 3, 7, 11);
  kv.write('deep', positions, markedRows(DEEP, 500, 4));
  for (let row = 0; row < 12; row++) {
    const at = positions.indexOf(row);
    const shallow = markedRows(SHALLOW, row, 1).v;
    const deep = markedRows(DEEP, at < 0 ? row : 500 + at, 1).v;
    expect(kv.exportRows(row, row + 1).v).toEqual(Float32Array.of(...shallow, ...deep));
  }
  kv.write('deep', range(0, 12), markedRows(DEEP, 0, 12));
  expect(kv.exportRows(0, 12)).toEqual(before);
});

test('a placed block gives back its raw keys, also in part, after growth and around rows written since', () => {
  const kv = new KvBuffer(shape);
  append(kv, 4);
  kv.extend(14);
  const block = markedBlock(4, 10);
  kv.place(4, block, markedRows(ALL, 4, 10));
  append(kv, 300);
  const all = markedBlock(0, 314);
  expect(kv.exportRows(0, 314)).toEqual(all);
  expect(kv.exportRows(6, 9)).toEqual(markedBlock(6, 3));
  kv.write('shallow', Int32Array.of(8, 9), markedRows(SHALLOW, 700, 2));
  kv.write('deep', Int32Array.of(8, 9), markedRows(DEEP, 700, 2));
  expect(kv.exportRows(8, 10)).toEqual(markedBlock(700, 2));
  expect(kv.exportRows(4, 8)).toEqual(markedBlock(4, 4));
  expect(kv.exportRows(10, 20)).toEqual(markedBlock(10, 10));
  kv.place(6, markedBlock(900, 5), markedRows(ALL, 900, 5));
  expect(kv.exportRows(6, 11)).toEqual(markedBlock(900, 5));
  expect(kv.exportRows(11, 14)).toEqual(markedBlock(11, 3));
});

test('rows that were cut off and came again are hidden, whatever they were', () => {
  const kv = new KvBuffer(shape);
  append(kv, 6);
  kv.hide(1, 3);
  kv.truncate(2);
  kv.extend(6);
  expect(range(0, 6).map((row) => Number(kv.isHidden(row)))).toEqual(Int32Array.of(0, 1, 1, 1, 1, 1));
  expect(() => kv.extend(5)).toThrow(RangeError);
  expect(() => kv.hide(0, 7)).toThrow(RangeError);
  expect(() => kv.isHidden(6)).toThrow(RangeError);
});

test('a cut forgets the rows behind it and only those', () => {
  const kv = new KvBuffer(shape);
  append(kv, 10);
  const kept = kv.exportRows(0, 4);
  kv.truncate(4);
  append(kv, 2);
  expect(kv.exportRows(0, 4)).toEqual(kept);
  expect(kv.rows).toBe(6);
  expect(kv.seenBy('deep', 6)).toEqual(range(0, 6));
  expect(() => kv.truncate(7)).toThrow(RangeError);
});
