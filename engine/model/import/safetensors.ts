// Reads and checks the headers of safetensors files, single or sharded. Never reads the tensors themselves:
// the graph refers to their bytes in place.

import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EngineError } from '../../errors.ts';

export interface TensorLocation {
  /** Bare file name inside the model folder. */
  file: string;
  dtype: string;
  shape: number[];
  /** First byte in the file. */
  offset: number;
  length: number;
}

export interface WeightFiles {
  files: string[];
  tensors: Map<string, TensorLocation>;
}

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const MAX_HEADER_BYTES = 100_000_000;
const BYTES_PER_ELEMENT: Record<string, number> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
};

const count = z.number().int().nonnegative();
const tensorEntry = z.object({ dtype: z.string(), shape: z.array(count), data_offsets: z.tuple([count, count]) });
const indexFile = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Every tensor of the folder with its place. Throws `model-missing` or `model-damaged`. */
export async function readWeightFiles(folder: string): Promise<WeightFiles> {
  if (await exists(join(folder, SINGLE))) {
    return { files: [SINGLE], tensors: await readSafetensorsHeader(folder, SINGLE) };
  }
  if (await exists(join(folder, INDEX))) return readShards(folder);
  throw new EngineError(
    'model-missing',
    `No weights found: ${folder} has neither ${SINGLE} nor ${INDEX}. Choose the folder of a model in safetensors form.`,
  );
}

async function readShards(folder: string): Promise<WeightFiles> {
  const parsed = indexFile.safeParse(parseJson(await readFile(join(folder, INDEX), 'utf8')));
  if (!parsed.success) throw damaged(INDEX, 'it does not list which file holds which weight');
  const files = [...new Set(Object.values(parsed.data.weight_map))].toSorted();
  const tensors = new Map<string, TensorLocation>();
  for (const file of files) {
    if (file !== file.replaceAll(/[/\\]/g, '') || file === '..')
      throw damaged(INDEX, `it points outside the folder: ${file}`);
    if (!(await exists(join(folder, file))))
      throw new EngineError('model-missing', `The weight file ${file} is missing in ${folder}. Download it again.`);
    for (const [name, location] of await readSafetensorsHeader(folder, file)) tensors.set(name, location);
  }
  for (const [name, file] of Object.entries(parsed.data.weight_map)) {
    if (tensors.get(name)?.file !== file) throw damaged(file, `the weight ${name} is not in it`);
  }
  return { files, tensors };
}

/** The header of one file, checked: types, shapes against byte ranges, ranges against the file's size. */
export async function readSafetensorsHeader(folder: string, file: string): Promise<Map<string, TensorLocation>> {
  const handle = await open(join(folder, file));
  try {
    const { size } = await handle.stat();
    const lead = Buffer.alloc(8);
    if ((await handle.read(lead, 0, 8, 0)).bytesRead < 8) throw damaged(file, 'it is cut off');
    const headerBytes = Number(lead.readBigUInt64LE());
    if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES) throw damaged(file, 'it is not a safetensors file');
    if (8 + headerBytes > size) throw damaged(file, 'it is cut off');
    const header = Buffer.alloc(headerBytes);
    await handle.read(header, 0, headerBytes, 8);
    return locateTensors(file, parseJson(header.toString('utf8')), { start: 8 + headerBytes, end: size });
  } finally {
    await handle.close();
  }
}

function locateTensors(
  file: string,
  header: unknown,
  data: { start: number; end: number },
): Map<string, TensorLocation> {
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw damaged(file, 'its header is not readable');
  const tensors = new Map<string, TensorLocation>();
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const entry = tensorEntry.safeParse(value);
    if (!entry.success) throw damaged(file, `the entry of ${name} is not readable`);
    const {
      dtype,
      shape,
      data_offsets: [start, end],
    } = entry.data;
    const elementBytes = BYTES_PER_ELEMENT[dtype];
    const length = end - start;
    if (elementBytes !== undefined && shape.reduce((product, size) => product * size, elementBytes) !== length) {
      throw damaged(file, `${name} has ${length} bytes, which does not fit its shape [${shape.join(', ')}]`);
    }
    if (length < 0 || data.start + end > data.end) throw damaged(file, `it is cut off before the end of ${name}`);
    tensors.set(name, { file, dtype, shape, offset: data.start + start, length });
  }
  return tensors;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function damaged(file: string, what: string): EngineError {
  return new EngineError('model-damaged', `The weight file ${file} is damaged: ${what}. Download it again.`);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
