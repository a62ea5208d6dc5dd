// The manifest of an installed model (hearth.json) and the names of the files beside it.
// Its presence means that the import finished. Does not judge whether the files still fit.

import { randomUUID } from 'node:crypto';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EngineError } from '../errors.ts';
import type { ModelShape } from './shape.ts';

export const MANIFEST_FILE = 'hearth.json';
export const ROPE_FILE = 'rope.bin';

const GRAPHS = ['shallow', 'deep', 'rotation', 'embedding', 'probe', 'influence', 'attention'] as const;
export type GraphName = (typeof GRAPHS)[number];

export function graphFile(name: GraphName): string {
  return `${name}.onnx`;
}

/** Raise it when the graphs change: installed models are then imported again, and cached rows of old graphs miss. */
export const LAYOUT_VERSION = 3;

const count = z.number().int().nonnegative();
const ropeScaling = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('linear'), factor: z.number() }),
  z.object({
    kind: z.literal('llama3'),
    factor: z.number(),
    lowFrequencyFactor: z.number(),
    highFrequencyFactor: z.number(),
    originalContext: z.number(),
  }),
]);
const shapeSchema: z.ZodType<ModelShape> = z.object({
  layers: count,
  boundary: count,
  hidden: count,
  heads: count,
  kvHeads: count,
  headSize: count,
  intermediate: count,
  vocabulary: count,
  context: count,
  ropeTheta: z.number(),
  ropeScaling,
  normEpsilon: z.number(),
  tied: z.boolean(),
  attentionBias: z.enum(['none', 'qkv', 'all']),
  mlpBias: z.boolean(),
  bosTokenId: count.nullable(),
  eosTokenIds: z.array(count),
});
const stampSchema = z.object({ name: z.string(), bytes: count, mtimeMs: z.number() });
const manifestSchema = z.object({
  id: z.string(),
  name: z.string(),
  architecture: z.string(),
  parameters: count,
  shape: shapeSchema,
  /** sha256 over layout version, config.json and the weights; cached rows belong to one fingerprint. */
  fingerprint: z.string(),
  /** sha256 over the tokenizer's files and the chat template. */
  tokenizerFingerprint: z.string(),
  layoutVersion: count,
  /** Where it was imported from, and how the files looked then: spares hashing them at each start. */
  sourceFolder: z.string(),
  sourceFiles: z.array(stampSchema),
  importedAt: z.string(),
});

export type ModelManifest = z.infer<typeof manifestSchema>;
export type FileStamp = z.infer<typeof stampSchema>;

/** Throws `model-missing` if there is no finished import, `model-damaged` if the manifest is not readable. */
export async function readManifest(folder: string): Promise<ModelManifest> {
  const text = await readFile(join(folder, MANIFEST_FILE), 'utf8').catch((cause: unknown) => {
    throw new EngineError('model-missing', `There is no imported model in ${folder}. Import it again.`, { cause });
  });
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new EngineError(
      'model-damaged',
      `The file ${MANIFEST_FILE} in ${folder} is not readable. Import the model again.`,
      { cause },
    );
  }
}

/** Replaces the manifest in one step. */
export async function writeManifest(folder: string, manifest: ModelManifest): Promise<void> {
  const draft = join(folder, `${MANIFEST_FILE}.${randomUUID().slice(0, 8)}.draft`);
  await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(draft, join(folder, MANIFEST_FILE));
}

/** Two seconds: the coarsest clock of a file system. */
const CLOCK_MS = 2000;

/**
 * Whether every file of an installed model is there and, by size and time, still the one that was hashed
 * (linked weights could be overwritten at their source). Reads no contents. Of an older layout only what was imported
 * counts: its graphs were others, and are made again.
 */
export async function isIntact(folder: string, manifest: ModelManifest): Promise<boolean> {
  for (const stamp of manifest.sourceFiles) {
    const found = await stat(join(folder, stamp.name)).catch(() => null);
    if (found?.size !== stamp.bytes || Math.abs(found.mtimeMs - stamp.mtimeMs) > CLOCK_MS) return false;
  }
  if (manifest.layoutVersion !== LAYOUT_VERSION) return true;
  for (const file of [ROPE_FILE, ...GRAPHS.map(graphFile)]) {
    if (!(await stat(join(folder, file)).catch(() => null))?.size) return false;
  }
  return true;
}
