// How rows become bytes. One codec so far: lossless, the fp32 values as they are in memory (little-endian machines).
// The id stands in every block file, so that others can be added without reading old files wrongly.

import { planeFloats } from './block.ts';
import type { BlockShape } from './block.ts';
import type { KvRows } from '../types.ts';

export const LOSSLESS_FP32 = 1;

export function payloadBytes(shape: BlockShape, count: number): number {
  return planeFloats(shape, count) * 2 * Float32Array.BYTES_PER_ELEMENT;
}

/** Views on the rows, not copies: k, then v. */
export function encodeRows(rows: KvRows): [Uint8Array, Uint8Array] {
  return [bytesOf(rows.k), bytesOf(rows.v)];
}

/** Rows as views on `file` from `offset` (a multiple of 4) on. */
export function decodeRows(file: ArrayBuffer, offset: number, block: { shape: BlockShape; count: number }): KvRows {
  const floats = planeFloats(block.shape, block.count);
  return {
    count: block.count,
    k: new Float32Array(file, offset, floats),
    v: new Float32Array(file, offset + floats * Float32Array.BYTES_PER_ELEMENT, floats),
  };
}

function bytesOf(floats: Float32Array): Uint8Array {
  return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
}
