// What each codec keeps of rows, bit by bit and within its error, whatever the rows are.

import { describe, expect, test } from 'vitest';
import { asStored, codingOf, decodeRows, encodeRows, INT4, INT8, PACKED_FP32, RAW_FP32, rawBytes } from './codec.ts';
import type { KvPrecision } from '../contract/settings.ts';
import { KV_PRECISIONS } from '../contract/settings.ts';
import { seededRandom } from '../sample/random.ts';
import type { KvRows } from '../types.ts';

const shape = { layers: 2, kvHeads: 3, headSize: 10 };
const LANES = shape.layers * shape.kvHeads;

/** Sizes differ between channels by powers of ten, as those of keys do. */
function rowsOf(count: number, seed = 1): KvRows {
  const random = seededRandom(seed);
  const floats = LANES * count * shape.headSize;
  const plane = (): Float32Array =>
    Float32Array.from({ length: floats }, (_, at) => (random() - 0.5) * 10 ** ((at % shape.headSize) - 5));
  return { count, k: plane(), v: plane() };
}

function bytesOf(
  rows: KvRows,
  coding: KvPrecision,
  isRoot = false,
): { codec: number; payload: Uint8Array<ArrayBuffer> } {
  const { codec, parts } = encodeRows(rows, { shape, coding, isRoot });
  return { codec, payload: new Uint8Array(Buffer.concat(parts)) };
}

const bits = (plane: Float32Array): Uint32Array => new Uint32Array(plane.buffer, plane.byteOffset, plane.length);

describe.each(KV_PRECISIONS)('%s', (coding) => {
  test.each([1, 2, 16, 17, 63, 64])('gives %i rows the same values however often they are written', (count) => {
    for (const isRoot of [false, true]) {
      const format = { shape, coding, isRoot };
      const once = asStored(rowsOf(count), format);
      const twice = asStored(once, format);
      expect(once.count).toBe(count);
      expect(bits(twice.k)).toEqual(bits(once.k));
      expect(bits(twice.v)).toEqual(bits(once.v));
    }
  });

  test('takes no payload that is cut, longer, or of another number of rows', () => {
    const { codec, payload } = bytesOf(rowsOf(64), coding);
    expect(codingOf(codec)).toBe(coding);
    expect(decodeRows(codec, payload, { shape, count: 64 })).not.toBeNull();
    expect(decodeRows(codec, payload.slice(0, -1), { shape, count: 64 })).toBeNull();
    expect(decodeRows(codec, payload.slice(0, 3), { shape, count: 64 })).toBeNull();
    expect(decodeRows(codec, payload, { shape, count: 63 })).toBeNull();
    expect(decodeRows(codec, payload, { shape, count: 65 })).toBeNull();
    const longer = new Uint8Array(payload.length + 400);
    longer.set(payload);
    if (codec !== PACKED_FP32) expect(decodeRows(codec, longer, { shape, count: 64 })).toBeNull();
    expect(decodeRows(99, payload, { shape, count: 64 })).toBeNull();
  });

  test('keeps rows of nothing but zeros', () => {
    const zeros = { count: 64, k: new Float32Array(LANES * 640), v: new Float32Array(LANES * 640) };
    expect(asStored(zeros, { shape, coding, isRoot: false })).toEqual(zeros);
  });
});

test('lossless rows come back bit by bit: signs of zero, the smallest, the largest, infinities and NaN', () => {
  const rows = rowsOf(64);
  const special = [-0, 0, 1e-45, -1e-45, 3.4e38, -3.4e38, Infinity, -Infinity, NaN];
  for (const plane of [rows.k, rows.v]) special.forEach((value, at) => (plane[at * 7] = value));
  bits(rows.k)[500] = 0xffc12345;
  const { codec, payload } = bytesOf(rows, 'lossless');
  expect(codec).toBe(PACKED_FP32);
  expect(payload.length).toBeLessThan(rawBytes(shape, 64));
  const back = decodeRows(codec, payload, { shape, count: 64 });
  expect(bits(back!.k)).toEqual(bits(rows.k));
  expect(bits(back!.v)).toEqual(bits(rows.v));
});

test('rows that do not get smaller are kept as they are', () => {
  const random = seededRandom(3);
  const rows = rowsOf(64);
  for (const plane of [rows.k, rows.v]) bits(plane).forEach((_, at) => (bits(plane)[at] = random() * 2 ** 32));
  const { codec, payload } = bytesOf(rows, 'lossless');
  expect(codec).toBe(RAW_FP32);
  expect(payload.length).toBe(rawBytes(shape, 64));
  expect(bits(decodeRows(codec, payload, { shape, count: 64 })!.v)).toEqual(bits(rows.v));
});

test('fp16 is within half a step of 16-bit floats, and never infinite', () => {
  const rows = rowsOf(8);
  rows.k[3] = 1e6;
  rows.k[4] = -1e6;
  const back = asStored(rows, { shape, coding: 'fp16', isRoot: false });
  expect([back.k[3], back.k[4]]).toEqual([65_504, -65_504]);
  for (const [at, value] of rows.v.entries()) {
    expect(Math.abs(back.v[at]! - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11 + 2 ** -25);
  }
});

describe.each([
  { coding: 'int8', codec: INT8, steps: 127 },
  { coding: 'int4', codec: INT4, steps: 7 },
] as const)('$coding', ({ coding, codec, steps }) => {
  const rows = rowsOf(64);
  const { headSize } = shape;
  const back = asStored(rows, { shape, coding, isRoot: false });
  /** Half a step, and a little because scales are rounded up. */
  const allowed = (largest: number): number => ((largest / steps) * 1.005) / 2;

  test('has a scale for each channel of a key: small channels stay precise beside large ones', () => {
    for (let lane = 0; lane < LANES; lane++) {
      for (let channel = 0; channel < headSize; channel++) {
        const at = Array.from({ length: 64 }, (_, row) => (lane * 64 + row) * headSize + channel);
        const largest = Math.max(...at.map((index) => Math.abs(rows.k[index]!)));
        for (const index of at) expect(Math.abs(back.k[index]! - rows.k[index]!)).toBeLessThanOrEqual(allowed(largest));
      }
    }
  });

  test('has a scale for each token of a value: a large token leaves the others precise', () => {
    for (let start = 0; start < rows.v.length; start += headSize) {
      const own = rows.v.subarray(start, start + headSize);
      const largest = Math.max(...own.map(Math.abs));
      own.forEach((value, at) => expect(Math.abs(back.v[start + at]! - value)).toBeLessThanOrEqual(allowed(largest)));
    }
  });

  test('keeps the first 16 rows of a prompt in 16-bit floats', () => {
    const root = asStored(rows, { shape, coding, isRoot: true });
    const half = asStored(rows, { shape, coding: 'fp16', isRoot: false });
    for (let lane = 0; lane < LANES; lane++) {
      const from = lane * 64 * headSize;
      expect(root.k.slice(from, from + 16 * headSize)).toEqual(half.k.slice(from, from + 16 * headSize));
      expect(root.v.slice(from, from + 16 * headSize)).toEqual(half.v.slice(from, from + 16 * headSize));
      expect(root.v.slice(from + 16 * headSize, from + 64 * headSize)).toEqual(
        back.v.slice(from + 16 * headSize, from + 64 * headSize),
      );
    }
    expect(bytesOf(rows, coding, true).codec).toBe(codec);
  });
});
