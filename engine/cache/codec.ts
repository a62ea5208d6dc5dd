// How the rows of a block become bytes and come back. The id stands in every block file, so that files of all codecs
// can lie side by side. Encoding what was decoded gives the same rows again, so it does not matter how often a block
// has been written. Little-endian machines only.

import { planeFloats } from './block.ts';
import type { BlockShape } from './block.ts';
import { decodeHalves, encodeHalves } from './codec-half.ts';
import { decodeIntegers, encodeIntegers } from './codec-integer.ts';
import { decodePlanes, encodePlanes } from './codec-lossless.ts';
import type { KvPrecision } from '../contract/settings.ts';
import type { KvRows } from '../types.ts';

/** The fp32 values as they are: what the first version wrote, and what is written where packing does not help. */
export const RAW_FP32 = 1;
export const PACKED_FP32 = 2;
export const FP16 = 3;
export const INT8 = 4;
export const INT4 = 5;

export interface Coding {
  shape: BlockShape;
  coding: KvPrecision;
  /** Whether the rows are the first of a prompt. */
  isRoot: boolean;
}

export interface EncodedRows {
  codec: number;
  /** To be written one after the other. */
  parts: Uint8Array[];
}

export interface RowsFormat {
  shape: BlockShape;
  count: number;
}

/** The first tokens of a prompt draw attention whatever they say: an error in their rows would spread. */
const FINE_ROOT_ROWS = 16;

export function rawBytes(shape: BlockShape, count: number): number {
  return planeFloats(shape, count) * 2 * Float32Array.BYTES_PER_ELEMENT;
}

export function encodeRows(rows: KvRows, { shape, coding, isRoot }: Coding): EncodedRows {
  if (coding === 'fp16') return { codec: FP16, parts: encodeHalves(rows) };
  if (coding === 'int8' || coding === 'int4') {
    const fineRows = isRoot ? Math.min(FINE_ROOT_ROWS, rows.count) : 0;
    const bits = coding === 'int8' ? 8 : 4;
    return { codec: bits === 8 ? INT8 : INT4, parts: encodeIntegers(rows, { shape, bits, fineRows }) };
  }
  const packed = encodePlanes(rows);
  if (packed) return { codec: PACKED_FP32, parts: packed };
  return { codec: RAW_FP32, parts: [bytesOf(rows.k), bytesOf(rows.v)] };
}

/** Null when `payload` (at a multiple of 4 in its buffer) is not what the codec writes. Views on it where it can be. */
export function decodeRows(codec: number, payload: Uint8Array<ArrayBuffer>, format: RowsFormat): KvRows | null {
  if (codec === RAW_FP32) return decodeRaw(payload, format);
  if (codec === PACKED_FP32) return decodePlanes(payload, format);
  if (codec === FP16) return decodeHalves(payload, format);
  if (codec === INT8 || codec === INT4) return decodeIntegers(payload, { ...format, bits: codec === INT8 ? 8 : 4 });
  return null;
}

/** How a codec of this id codes; null for an unknown one. */
export function codingOf(codec: number): KvPrecision | null {
  if (codec === RAW_FP32 || codec === PACKED_FP32) return 'lossless';
  if (codec === FP16) return 'fp16';
  if (codec === INT8) return 'int8';
  return codec === INT4 ? 'int4' : null;
}

/** The rows that reading gives back after writing: the same ones for a lossless coding. */
export function asStored(rows: KvRows, coding: Coding): KvRows {
  if (coding.coding === 'lossless') return rows;
  const { codec, parts } = encodeRows(rows, coding);
  return decodeRows(codec, joinBytes(parts), { shape: coding.shape, count: rows.count }) ?? rows;
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function decodeRaw(payload: Uint8Array<ArrayBuffer>, { shape, count }: RowsFormat): KvRows | null {
  const floats = planeFloats(shape, count);
  if (payload.length !== floats * 8) return null;
  return {
    count,
    k: new Float32Array(payload.buffer, payload.byteOffset, floats),
    v: new Float32Array(payload.buffer, payload.byteOffset + floats * 4, floats),
  };
}

function bytesOf(floats: Float32Array): Uint8Array {
  return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
}
