// Rows in 16-bit floats: k, then v. Values beyond the range of the format become its largest.

import { planeFloats } from './block.ts';
import type { RowsFormat } from './codec.ts';
import type { KvRows } from '../types.ts';

const LARGEST_HALF = 65_504;

export function encodeHalves(rows: KvRows): Uint8Array[] {
  return [rows.k, rows.v].map((values) => new Uint8Array(toHalves(values).buffer));
}

/** Null when `payload` (at a multiple of 2 in its buffer) has another length than such rows. */
export function decodeHalves(payload: Uint8Array<ArrayBuffer>, { shape, count }: RowsFormat): KvRows | null {
  const floats = planeFloats(shape, count);
  if (payload.length !== floats * 4) return null;
  const halves = new Float16Array(payload.buffer, payload.byteOffset, 2 * floats);
  return { count, k: new Float32Array(halves.subarray(0, floats)), v: new Float32Array(halves.subarray(floats)) };
}

export function toHalves(values: Float32Array): Float16Array<ArrayBuffer> {
  const halves = new Float16Array(values.length);
  for (let at = 0; at < values.length; at++) {
    halves[at] = Math.max(-LARGEST_HALF, Math.min(LARGEST_HALF, values[at]!));
  }
  return halves;
}
