// The block file: a header of 128 bytes, then the payload. Says what the rows are and proves that they are whole.
// Does no I/O. All numbers little-endian.
//   0 magic 8 | 8 version u16 | 10 codec u16 | 12 layers u32 | 16 kvHeads u32 | 20 headSize u32 | 24 count u32
//   28 payload crc32 u32 | 32 layout hash 32 bytes | 64 key 32 bytes | 96 payload bytes u32 | 100 precision u16
//   102 zero | 124 crc32 of bytes 0..123
// Files of the first version have codec 1 and zeros from 96 on.

import { crc32 } from 'node:zlib';
import type { BlockKey, BlockShape } from './block.ts';
import { codingOf, decodeRows, encodeRows, rawBytes } from './codec.ts';
import { precisionOf, rankOf } from './precision.ts';
import type { KvPrecision } from '../contract/settings.ts';
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
  count: number;
  /** The lowest that the file may have: it may have been written anew since. */
  precision: KvPrecision;
}

export interface BlockToEncode extends BlockIdentity {
  shape: BlockShape;
  coding: KvPrecision;
  isRoot: boolean;
}

/** A file that was read. */
export interface DecodedBlock {
  shape: BlockShape;
  precision: KvPrecision;
  coding: KvPrecision;
  rows: KvRows;
}

interface Header {
  codec: number;
  shape: BlockShape;
  checksum: number;
  payloadBytes: number;
  precision: KvPrecision;
}

/** Size of a block's file without compression: none is larger. */
export function fileBytes(shape: BlockShape, count: number): number {
  return HEADER_BYTES + rawBytes(shape, count);
}

/** Header and payload, to be written one after the other. */
export function encodeBlock(block: BlockToEncode, rows: KvRows): Uint8Array[] {
  const { codec, parts } = encodeRows(rows, block);
  const { shape, precision } = block;
  const checksum = parts.reduce((crc, part) => crc32(part, crc), 0);
  const payloadBytes = parts.reduce((bytes, part) => bytes + part.length, 0);
  return [encodeHeader(block, { codec, shape, checksum, payloadBytes, precision }), ...parts];
}

/** What is in `file`, or null if it is not exactly this block, whole. */
export function decodeBlock(identity: BlockIdentity, file: ArrayBuffer): DecodedBlock | null {
  if (file.byteLength < HEADER_BYTES) return null;
  const header = headerOf(file);
  const coding = codingOf(header.codec);
  if (coding === null || rankOf(header.precision) > rankOf(identity.precision)) return null;
  if (!Buffer.from(file, 0, HEADER_BYTES).equals(encodeHeader(identity, header))) return null;
  const { shape, precision } = header;
  const length = header.payloadBytes === 0 ? rawBytes(shape, identity.count) : header.payloadBytes;
  if (file.byteLength !== HEADER_BYTES + length) return null;
  const payload = new Uint8Array(file, HEADER_BYTES);
  if (crc32(payload) !== header.checksum) return null;
  const rows = decodeRows(header.codec, payload, { shape, count: identity.count });
  return rows && { shape, precision, coding, rows };
}

/** What a file claims, to be proved by its checksum. */
function headerOf(file: ArrayBuffer): Header {
  const view = new DataView(file);
  const at = (offset: number): number => view.getUint32(offset, true);
  return {
    codec: view.getUint16(10, true),
    shape: { layers: at(12), kvHeads: at(16), headSize: at(20) },
    checksum: at(28),
    payloadBytes: at(96),
    precision: precisionOf(view.getUint16(100, true)),
  };
}

function encodeHeader(identity: BlockIdentity, { codec, shape, checksum, payloadBytes, precision }: Header): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 0, 'latin1');
  header.writeUInt16LE(VERSION, 8);
  header.writeUInt16LE(codec, 10);
  header.writeUInt32LE(shape.layers, 12);
  header.writeUInt32LE(shape.kvHeads, 16);
  header.writeUInt32LE(shape.headSize, 20);
  header.writeUInt32LE(identity.count, 24);
  header.writeUInt32LE(checksum, 28);
  header.write(identity.layout, 32, 'hex');
  header.write(identity.key, 64, 'hex');
  header.writeUInt32LE(payloadBytes, 96);
  header.writeUInt16LE(rankOf(precision), 100);
  header.writeUInt32LE(crc32(header.subarray(0, CRC_AT)), CRC_AT);
  return header;
}
