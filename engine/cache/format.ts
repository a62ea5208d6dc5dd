// The block file: a header of 128 bytes, then the payload. Says what the rows are and proves that they are whole.
// Does no I/O. All numbers little-endian.
//   0 magic 8 | 8 version u16 | 10 codec u16 | 12 layers u32 | 16 kvHeads u32 | 20 headSize u32 | 24 count u32
//   28 payload crc32 u32 | 32 layout hash 32 bytes | 64 key 32 bytes | 96 zero | 124 crc32 of bytes 0..123

import { crc32 } from 'node:zlib';
import type { BlockKey, BlockShape } from './block.ts';
import { decodeRows, encodeRows, LOSSLESS_FP32, payloadBytes } from './codec.ts';
import type { KvRows } from '../types.ts';

export const HEADER_BYTES = 128;
const MAGIC = 'HEARTHKV';
const VERSION = 1;
const CRC_AT = 124;

/** What a file must be to be believed. */
export interface BlockIdentity {
  key: BlockKey;
  /** Hex sha256 of the layout. */
  layout: string;
  shape: BlockShape;
  count: number;
}

export function fileBytes(shape: BlockShape, count: number): number {
  return HEADER_BYTES + payloadBytes(shape, count);
}

/** Header and payload, to be written one after the other. */
export function encodeBlock(identity: BlockIdentity, rows: KvRows): Uint8Array[] {
  const payload = encodeRows(rows);
  const checksum = payload.reduce((crc, part) => crc32(part, crc), 0);
  return [encodeHeader(identity, checksum), ...payload];
}

/** The rows in `file`, or null if it is not exactly this block, whole. */
export function decodeBlock(identity: BlockIdentity, file: ArrayBuffer): KvRows | null {
  if (file.byteLength !== fileBytes(identity.shape, identity.count)) return null;
  const bytes = Buffer.from(file);
  const checksum = bytes.readUInt32LE(28);
  if (!bytes.subarray(0, HEADER_BYTES).equals(encodeHeader(identity, checksum))) return null;
  if (crc32(bytes.subarray(HEADER_BYTES)) !== checksum) return null;
  return decodeRows(file, HEADER_BYTES, identity);
}

/** The shape that a file claims, to be proved by `decodeBlock`; null when there is no header. */
export function shapeOf(file: ArrayBuffer): BlockShape | null {
  if (file.byteLength < HEADER_BYTES) return null;
  const view = new DataView(file);
  const at = (offset: number): number => view.getUint32(offset, true);
  return { layers: at(12), kvHeads: at(16), headSize: at(20) };
}

function encodeHeader(identity: BlockIdentity, checksum: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 0, 'latin1');
  header.writeUInt16LE(VERSION, 8);
  header.writeUInt16LE(LOSSLESS_FP32, 10);
  header.writeUInt32LE(identity.shape.layers, 12);
  header.writeUInt32LE(identity.shape.kvHeads, 16);
  header.writeUInt32LE(identity.shape.headSize, 20);
  header.writeUInt32LE(identity.count, 24);
  header.writeUInt32LE(checksum, 28);
  header.write(identity.layout, 32, 'hex');
  header.write(identity.key, 64, 'hex');
  header.writeUInt32LE(crc32(header.subarray(0, CRC_AT)), CRC_AT);
  return header;
}
