// Writes the file format of llama.cpp, GGUF version 3: named values, then tensors. Knows no model and reads no weights.

import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

export type GgufType = 'F32' | 'F16';

export type GgufValue =
  | { type: 'uint32' | 'float32'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'string'; value: string }
  | { type: 'strings'; value: readonly string[] }
  | { type: 'int32s'; value: readonly number[] };

export interface GgufTensor {
  name: string;
  /** Outermost dimension first, as in safetensors; the file has them the other way round. */
  shape: readonly number[];
  type: GgufType;
  /** Called once, when it is this tensor's turn: no more than one is in memory. */
  values: () => Promise<Float32Array>;
}

export interface GgufContent {
  metadata: ReadonlyMap<string, GgufValue>;
  tensors: readonly GgufTensor[];
}

const MAGIC = 'GGUF';
const VERSION = 3;
/** The format's default; every tensor begins at a multiple of it. */
export const GGUF_ALIGNMENT = 32;
const VALUE_TYPES = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;
const TENSOR_TYPES: Record<GgufType, { id: number; bytes: number }> = {
  F32: { id: 0, bytes: 4 },
  F16: { id: 1, bytes: 2 },
};

/** Integers and floats are little-endian, as the format wants them and as every machine here has them. */
export async function writeGguf(path: string, { metadata, tensors }: GgufContent): Promise<void> {
  const file = await open(path, 'w');
  try {
    const head = Buffer.concat([
      Buffer.from(MAGIC),
      uint32(VERSION),
      uint64(tensors.length),
      uint64(metadata.size),
      ...[...metadata].flatMap(([name, value]) => [text(name), valueBytes(value)]),
      ...tensorDirectory(tensors),
    ]);
    await file.write(aligned(head));
    for (const tensor of tensors) await writeTensor(file, tensor);
  } finally {
    await file.close();
  }
}

function tensorDirectory(tensors: readonly GgufTensor[]): Buffer[] {
  let offset = 0;
  return tensors.map(({ name, shape, type }) => {
    const { id, bytes } = TENSOR_TYPES[type];
    const dims = shape.toReversed().map((size) => uint64(size));
    const entry = Buffer.concat([text(name), uint32(shape.length), ...dims, uint32(id), uint64(offset)]);
    offset += alignedLength(shape.reduce((product, size) => product * size, bytes));
    return entry;
  });
}

async function writeTensor(file: FileHandle, { name, shape, type, values }: GgufTensor): Promise<void> {
  const floats = await values();
  if (floats.length !== shape.reduce((product, size) => product * size, 1)) {
    throw new RangeError(`${name} has ${floats.length} values for the shape [${shape.join(', ')}]`);
  }
  const { buffer, byteOffset, byteLength } = type === 'F32' ? floats : new Float16Array(floats);
  await file.write(aligned(Buffer.from(buffer, byteOffset, byteLength)));
}

function valueBytes(value: GgufValue): Buffer {
  const { type } = value;
  if (type === 'strings') return array(VALUE_TYPES.string, value.value.map(text));
  if (type === 'int32s') return array(VALUE_TYPES.int32, value.value.map(int32));
  return Buffer.concat([uint32(VALUE_TYPES[type]), scalarBytes(value)]);
}

function scalarBytes(value: Exclude<GgufValue, { type: 'strings' | 'int32s' }>): Buffer {
  if (value.type === 'string') return text(value.value);
  if (value.type === 'bool') return Buffer.of(value.value ? 1 : 0);
  return value.type === 'uint32' ? uint32(value.value) : float32(value.value);
}

function array(type: number, elements: readonly Buffer[]): Buffer {
  return Buffer.concat([uint32(VALUE_TYPES.array), uint32(type), uint64(elements.length), ...elements]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function alignedLength(bytes: number): number {
  return Math.ceil(bytes / GGUF_ALIGNMENT) * GGUF_ALIGNMENT;
}

function aligned(bytes: Buffer): Buffer {
  const missing = alignedLength(bytes.length) - bytes.length;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}
