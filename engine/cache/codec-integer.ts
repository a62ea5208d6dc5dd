// Rows as 8- or 4-bit integers with scales: keys have a scale for each channel of a head (before RoPE a channel keeps
// its size along a text), values one for each token of a head. Symmetric around zero. The first `fineRows` are 16-bit
// floats.
//   0 fineRows u32 | scales of k [lanes, headSize] u16 | scales of v [lanes, count - fineRows] u16
//   | fine k, v [lanes, fineRows, headSize] fp16 | integers of k, then v [lanes, count - fineRows, headSize]
// A scale is the upper 16 of a positive float's 31 bits, rounded up: then (largest integer × scale) is exact, the largest
// value of a group always gets the largest integer, and encoding decoded rows gives the same bytes.

import type { BlockShape } from './block.ts';
import { toHalves } from './codec-half.ts';
import type { RowsFormat } from './codec.ts';
import type { KvRows } from '../types.ts';

type Bits = 8 | 4;

/** Groups with smaller values than this are all zero. */
const LEAST = 1e-30;
const HEAD_BYTES = 4;

interface Sizes {
  lanes: number;
  headSize: number;
  /** 16-bit rows. */
  fine: number;
  /** Integer rows. */
  coarse: number;
}

export interface IntegerCoding {
  shape: BlockShape;
  bits: Bits;
  fineRows: number;
}

export function encodeIntegers(rows: KvRows, { shape, bits, fineRows }: IntegerCoding): Uint8Array[] {
  const sizes = sizesOf(shape, rows.count, fineRows);
  const largest = largestOf(bits);
  const scales = new Uint16Array(scaleCount(sizes));
  const keyScales = scales.subarray(0, sizes.lanes * sizes.headSize);
  const valueScales = scales.subarray(keyScales.length);
  const fine = [rows.k, rows.v].map((plane) => new Uint8Array(toHalves(fineOf(plane, sizes)).buffer));
  const key = { sizes, largest, scales: keyScales, isByToken: false };
  const value = { sizes, largest, scales: valueScales, isByToken: true };
  const integers = [quantise(rows.k, key), quantise(rows.v, value)];
  return [
    new Uint8Array(Uint32Array.of(fineRows).buffer),
    new Uint8Array(scales.buffer),
    ...fine,
    ...integers.map((plane) => (bits === 8 ? new Uint8Array(plane.buffer) : packNibbles(plane))),
  ];
}

/** Null when `payload` (at a multiple of 4 in its buffer) cannot be such rows. */
export function decodeIntegers(
  payload: Uint8Array<ArrayBuffer>,
  { shape, count, bits }: RowsFormat & { bits: Bits },
): KvRows | null {
  if (payload.length < HEAD_BYTES) return null;
  const fineRows = new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);
  if (fineRows > count) return null;
  const sizes = sizesOf(shape, count, fineRows);
  const { lanes, headSize, fine, coarse } = sizes;
  const fineFloats = lanes * fine * headSize;
  const planeBytes = Math.ceil((lanes * coarse * headSize * bits) / 8);
  const scalesEnd = HEAD_BYTES + 2 * scaleCount(sizes);
  const fineEnd = scalesEnd + 4 * fineFloats;
  if (payload.length !== fineEnd + 2 * planeBytes) return null;
  const scales = new Uint16Array(payload.buffer, payload.byteOffset + HEAD_BYTES, scaleCount(sizes));
  const halves = new Float16Array(payload.buffer, payload.byteOffset + scalesEnd, 2 * fineFloats);
  const integers = [0, 1].map((plane) => {
    const bytes = payload.subarray(fineEnd + plane * planeBytes, fineEnd + (plane + 1) * planeBytes);
    if (bits === 4) return unpackNibbles(bytes, lanes * coarse * headSize);
    return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  });
  const keyScales = scales.subarray(0, lanes * headSize);
  const valueScales = scales.subarray(lanes * headSize);
  const keys = { sizes, scales: keyScales, isByToken: false, fine: halves.subarray(0, fineFloats) };
  const values = { sizes, scales: valueScales, isByToken: true, fine: halves.subarray(fineFloats) };
  return { count, k: restore(integers[0]!, keys), v: restore(integers[1]!, values) };
}

interface Quantised {
  sizes: Sizes;
  /** One per lane and channel, or per lane and token. */
  scales: Uint16Array;
  isByToken: boolean;
}

/** Fills the scales and gives [lanes, coarse, headSize]. */
function quantise(
  plane: Float32Array,
  { sizes, scales, isByToken, largest }: Quantised & { largest: number },
): Int8Array<ArrayBuffer> {
  const { lanes, headSize, fine, coarse } = sizes;
  const integers = new Int8Array(lanes * coarse * headSize);
  const groups = isByToken ? coarse : headSize;
  const limits = new Float64Array(groups);
  for (let lane = 0; lane < lanes; lane++) {
    const from = (lane * (fine + coarse) + fine) * headSize;
    limits.fill(0);
    for (let row = 0, at = from; row < coarse; row++) {
      for (let channel = 0; channel < headSize; channel++, at++) {
        const group = isByToken ? row : channel;
        const size = Math.abs(plane[at]!);
        if (size > limits[group]!) limits[group] = size;
      }
    }
    for (let group = 0; group < groups; group++) {
      const scale = toScale(limits[group]! / largest);
      scales[lane * groups + group] = scale;
      limits[group] = scale === 0 ? 0 : 1 / fromScale(scale);
    }
    let to = lane * coarse * headSize;
    for (let row = 0, at = from; row < coarse; row++) {
      for (let channel = 0; channel < headSize; channel++, at++, to++) {
        const value = plane[at]! * limits[isByToken ? row : channel]!;
        integers[to] = value < 0 ? value - 0.5 : value + 0.5;
      }
    }
  }
  return integers;
}

function restore(
  integers: Int8Array,
  { sizes, scales, isByToken, fine: halves }: Quantised & { fine: Float16Array },
): Float32Array {
  const { lanes, headSize, fine, coarse } = sizes;
  const plane = new Float32Array(lanes * (fine + coarse) * headSize);
  const groups = isByToken ? coarse : headSize;
  const steps = new Float32Array(groups);
  const fineFloats = fine * headSize;
  for (let lane = 0; lane < lanes; lane++) {
    let to = lane * (fine + coarse) * headSize;
    plane.set(halves.subarray(lane * fineFloats, (lane + 1) * fineFloats), to);
    to += fineFloats;
    for (let group = 0; group < groups; group++) steps[group] = fromScale(scales[lane * groups + group]!);
    let at = lane * coarse * headSize;
    for (let row = 0; row < coarse; row++) {
      for (let channel = 0; channel < headSize; channel++, at++, to++) {
        plane[to] = integers[at]! * steps[isByToken ? row : channel]!;
      }
    }
  }
  return plane;
}

function fineOf(plane: Float32Array, { lanes, headSize, fine, coarse }: Sizes): Float32Array {
  const picked = new Float32Array(lanes * fine * headSize);
  for (let lane = 0; lane < lanes; lane++) {
    const from = lane * (fine + coarse) * headSize;
    picked.set(plane.subarray(from, from + fine * headSize), lane * fine * headSize);
  }
  return picked;
}

function sizesOf({ layers, kvHeads, headSize }: BlockShape, count: number, fine: number): Sizes {
  return { lanes: layers * kvHeads, headSize, fine, coarse: count - fine };
}

function scaleCount({ lanes, headSize, coarse }: Sizes): number {
  return lanes * (headSize + coarse);
}

function largestOf(bits: Bits): number {
  return bits === 8 ? 127 : 7;
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

function toScale(size: number): number {
  if (size < LEAST) return 0;
  float[0] = size;
  return (word[0]! + 0x7fff) >>> 15;
}

function fromScale(scale: number): number {
  word[0] = scale << 15;
  return float[0]!;
}

/** Two to a byte, the first in the low half. */
function packNibbles(integers: Int8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(integers.length / 2));
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = (integers[2 * at]! & 15) | ((integers[2 * at + 1] ?? 0) << 4);
  }
  return bytes;
}

function unpackNibbles(bytes: Uint8Array, length: number): Int8Array {
  const integers = new Int8Array(length);
  for (let at = 0; at < length; at++) {
    const nibble = at % 2 === 0 ? bytes[at >> 1]! : bytes[at >> 1]! >> 4;
    integers[at] = ((nibble & 15) << 28) >> 28;
  }
  return integers;
}
