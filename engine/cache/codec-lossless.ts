// Bit-exact rows in about 84 % of their size: only the exponents of trained keys and values repeat, the mantissas are
// noise. So each value is cut into 16 low bits, 8 middle bits (sign and upper mantissa) and 8 exponent bits, and only
// the exponents are compressed: that is most of what can be gained, and reading stays as fast as the disk.
//   middle bits of k, then v, u8 | low bits of k, then v, u16 | exponents of k, then v, one zstd frame

import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { planeFloats } from './block.ts';
import type { RowsFormat } from './codec.ts';
import type { KvRows } from '../types.ts';

const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Null when packing does not make the rows smaller. */
export function encodePlanes(rows: KvRows): Uint8Array[] | null {
  const floats = rows.k.length;
  const low = new Uint16Array(2 * floats);
  const middle = new Uint8Array(2 * floats);
  const exponents = new Uint8Array(2 * floats);
  for (const [plane, values] of [rows.k, rows.v].entries()) {
    const words = new Uint32Array(values.buffer, values.byteOffset, floats);
    const start = plane * floats;
    for (let at = 0; at < floats; at++) {
      const word = words[at]!;
      low[start + at] = word;
      middle[start + at] = ((word >>> 16) & 0x7f) | ((word >>> 24) & 0x80);
      exponents[start + at] = word >>> 23;
    }
  }
  const packed = zstdCompressSync(exponents, FAST);
  if (packed.length >= exponents.length) return null;
  return [middle, new Uint8Array(low.buffer), packed];
}

export function decodePlanes(payload: Uint8Array<ArrayBuffer>, { shape, count }: RowsFormat): KvRows | null {
  const floats = planeFloats(shape, count);
  const packedStart = 6 * floats;
  if (payload.length <= packedStart) return null;
  const exponents = unpack(payload.subarray(packedStart), 2 * floats);
  if (!exponents) return null;
  const low = new Uint16Array(payload.buffer, payload.byteOffset + 2 * floats, 2 * floats);
  const rows = { count, k: new Float32Array(floats), v: new Float32Array(floats) };
  for (const [plane, values] of [rows.k, rows.v].entries()) {
    const words = new Uint32Array(values.buffer);
    const start = plane * floats;
    for (let at = 0; at < floats; at++) {
      const middle = payload[start + at]!;
      const high = ((middle & 0x80) << 24) | (exponents[start + at]! << 23) | ((middle & 0x7f) << 16);
      words[at] = high | low[start + at]!;
    }
  }
  return rows;
}

function unpack(packed: Uint8Array, length: number): Uint8Array | null {
  try {
    const bytes = zstdDecompressSync(packed, { maxOutputLength: length });
    return bytes.length === length ? bytes : null;
  } catch {
    return null;
  }
}
