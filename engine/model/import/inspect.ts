// Looks at a Hugging Face folder: its shape, its weights, its files and their fingerprints. Writes nothing.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EngineError } from '../../errors.ts';
import { LAYOUT_VERSION } from '../manifest.ts';
import type { FileStamp } from '../manifest.ts';
import type { ModelShape } from '../shape.ts';
import { readArchitecture } from './architectures.ts';
import { readWeightFiles } from './safetensors.ts';
import type { TensorLocation } from './safetensors.ts';
import { matchWeights } from './weights.ts';

const CONFIG = 'config.json';
const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja'];
const GENERATION_CONFIG = 'generation_config.json';

export interface InspectedModel {
  folder: string;
  name: string;
  architecture: string;
  shape: ModelShape;
  weights: Map<string, TensorLocation>;
  parameters: number;
  weightFiles: string[];
  /** Every file the model needs, weights included. */
  files: FileStamp[];
}

/** Everything that can be checked without computing. Throws an EngineError for the first problem. */
export async function inspectModelFolder(source: string): Promise<InspectedModel> {
  const folder = await realFolder(source);
  const architecture = await readArchitecture(folder);
  const { files, tensors } = await readWeightFiles(folder);
  const weights = matchWeights(architecture.shape, tensors);
  return {
    folder,
    name: basename(folder),
    architecture: architecture.name,
    shape: architecture.shape,
    weights,
    parameters: countParameters(weights),
    weightFiles: files,
    files: await stampFiles(folder, files),
  };
}

/** sha256 over layout version, config.json and the content of every weight file. Reads all of them. */
export async function fingerprintModel(model: InspectedModel): Promise<string> {
  const hash = createHash('sha256').update(`layout ${LAYOUT_VERSION}\n`);
  for (const file of [CONFIG, ...model.weightFiles]) {
    const content = createHash('sha256');
    await pipeline(createReadStream(join(model.folder, file), { highWaterMark: 1 << 20 }), content);
    hash.update(`${content.digest('hex')}\n`);
  }
  return hash.digest('hex');
}

/** sha256 over everything that decides how text becomes tokens. */
export async function fingerprintTokenizer(model: InspectedModel): Promise<string> {
  const hash = createHash('sha256');
  for (const file of TOKENIZER_FILES.filter((name) => model.files.some((stamp) => stamp.name === name))) {
    const content = await readFile(join(model.folder, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

/** Name, size and time of the model's files, those that are optional only if present. */
async function stampFiles(folder: string, weightFiles: string[]): Promise<FileStamp[]> {
  const stamps: FileStamp[] = [];
  for (const name of [CONFIG, ...TOKENIZER_FILES, GENERATION_CONFIG, ...weightFiles]) {
    const found = await stat(join(folder, name)).catch(() => null);
    if (found?.isFile()) stamps.push({ name, bytes: found.size, mtimeMs: found.mtimeMs });
  }
  return stamps;
}

export function countParameters(weights: ReadonlyMap<string, TensorLocation>): number {
  let total = 0;
  for (const { shape } of weights.values()) total += shape.reduce((product, size) => product * size, 1);
  return total;
}

export async function realFolder(source: string): Promise<string> {
  const folder = await realpath(source).catch(() => null);
  if (folder === null || !(await stat(folder)).isDirectory()) {
    throw new EngineError('model-missing', `There is no folder ${source}. Choose the folder of a Hugging Face model.`);
  }
  return folder;
}
