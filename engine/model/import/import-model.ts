// Checks a Hugging Face folder, or turns it into an installed model: graphs, tables and manifest beside the weights,
// which are hard-linked (or copied) and used in place. Nothing is listed until the last step, a rename, is done.

import { randomUUID } from 'node:crypto';
import { copyFile, link, mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ModelCheck } from '../../contract/models.ts';
import { EngineError } from '../../errors.ts';
import { graphFile, isIntact, LAYOUT_VERSION, readManifest, ROPE_FILE, writeManifest } from '../manifest.ts';
import type { GraphName, ModelManifest } from '../manifest.ts';
import { estimateMemoryBytes } from '../shape.ts';
import { readArchitecture } from './architectures.ts';
import { deepGraph, embeddingGraph, rotationGraph, shallowGraph } from './graph.ts';
import { countParameters, fingerprintModel, fingerprintTokenizer, inspectModelFolder, realFolder } from './inspect.ts';
import type { InspectedModel } from './inspect.ts';
import { encodeOnnx } from './onnx-writer.ts';
import type { OnnxGraph } from './onnx-writer.ts';
import { ropeTables } from './rope-tables.ts';
import { readWeightFiles } from './safetensors.ts';
import { attentionGraph, influenceGraph, probeGraph } from './score-graphs.ts';
import { matchWeights } from './weights.ts';

export interface ImportRequest {
  source: string;
  /** The folder that will hold the installed model; an older import there is replaced. */
  target: string;
}

export const PARTIAL_SUFFIX = '.partial';

/** All problems a person can be told before importing. */
export async function checkModelFolder(source: string): Promise<ModelCheck> {
  const name = basename(source);
  const problems: string[] = [];
  const note = (error: unknown): null => {
    if (!(error instanceof EngineError)) throw error;
    problems.push(error.message);
    return null;
  };
  const folder = await realFolder(source).catch(note);
  const architecture = folder === null ? null : await readArchitecture(folder).catch(note);
  const files = folder === null ? null : await readWeightFiles(folder).catch(note);
  const shape = architecture?.shape ?? null;
  let parameters: number | null = null;
  try {
    if (shape && files) parameters = countParameters(matchWeights(shape, files.tensors));
  } catch (error) {
    note(error);
  }
  return {
    ok: problems.length === 0,
    name,
    architecture: architecture?.name ?? null,
    contextTokens: shape?.context ?? null,
    parameters,
    memoryBytes: shape && parameters !== null ? estimateMemoryBytes(shape, parameters) : null,
    problems,
  };
}

/** Checks everything, then installs. Throws an EngineError and leaves nothing behind if it cannot. */
export async function importModel({ source, target }: ImportRequest): Promise<ModelManifest> {
  const model = await inspectModelFolder(source);
  return installModel(model, { target, fingerprint: await fingerprintModel(model) });
}

/** Installs a folder that was inspected and hashed already. */
export async function installModel(
  model: InspectedModel,
  { target, fingerprint }: { target: string; fingerprint: string },
): Promise<ModelManifest> {
  // The random part keeps two programs that import at once out of each other's way.
  const partial = `${target}.${randomUUID().slice(0, 8)}${PARTIAL_SUFFIX}`;
  const manifest: ModelManifest = {
    id: basename(target),
    name: model.name,
    architecture: model.architecture,
    parameters: model.parameters,
    shape: model.shape,
    fingerprint,
    tokenizerFingerprint: await fingerprintTokenizer(model),
    layoutVersion: LAYOUT_VERSION,
    sourceFolder: model.folder,
    sourceFiles: model.files,
    importedAt: new Date().toISOString(),
  };
  try {
    await mkdir(dirname(target), { recursive: true });
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial);
    await writeModelFiles(model, partial);
    await writeManifest(partial, manifest);
    await moveIntoPlace(partial, target, manifest);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw storageError(error, target);
  }
  return manifest;
}

async function writeModelFiles(model: InspectedModel, folder: string): Promise<void> {
  for (const stamp of model.files) {
    const [from, to] = [join(model.folder, stamp.name), join(folder, stamp.name)];
    // A symbolic link would not do: the runtime refuses weights outside the model's folder.
    const linked = model.weightFiles.includes(stamp.name) && (await succeeds(link(from, to)));
    if (linked) continue;
    await copyFile(from, to);
    const seconds = stamp.mtimeMs / 1000;
    await utimes(to, seconds, seconds);
  }
  const tables = ropeTables(model.shape);
  await writeFile(join(folder, ROPE_FILE), new Uint8Array(tables.buffer));
  for (const [name, graph] of Object.entries(graphsOf(model))) {
    await writeFile(join(folder, graphFile(name as GraphName)), encodeOnnx(graph));
  }
}

function graphsOf({ shape, weights }: InspectedModel): Record<GraphName, OnnxGraph> {
  return {
    shallow: shallowGraph(shape, weights),
    deep: deepGraph(shape, weights),
    rotation: rotationGraph(shape),
    embedding: embeddingGraph(shape, weights),
    probe: probeGraph(shape, weights),
    influence: influenceGraph(shape),
    attention: attentionGraph(shape),
  };
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

/** Renames, retiring what is there; if another program was faster with the same model, its import stays. */
async function moveIntoPlace(partial: string, target: string, manifest: ModelManifest): Promise<void> {
  const retired = partial.replace(PARTIAL_SUFFIX, `.retired${PARTIAL_SUFFIX}`);
  for (let attempt = 1; attempt <= 3; attempt++) {
    if (await holdsSameModel(target, manifest)) {
      await writeManifest(target, manifest);
      await rm(partial, { recursive: true, force: true });
      return;
    }
    const retiredOne = await succeeds(rename(target, retired));
    const moved = await succeeds(rename(partial, target));
    if (retiredOne) await rm(retired, { recursive: true, force: true });
    if (moved) return;
  }
  await rename(partial, target);
}

async function holdsSameModel(folder: string, manifest: ModelManifest): Promise<boolean> {
  const present = await readManifest(folder).catch(() => null);
  if (present?.fingerprint !== manifest.fingerprint) return false;
  return present.tokenizerFingerprint === manifest.tokenizerFingerprint && (await isIntact(folder, present));
}

function storageError(error: unknown, target: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new EngineError(
    'storage-full',
    `The disk is full, so the model could not be imported to ${target}. Nothing was kept; free some space and try again.`,
    {
      cause: error,
    },
  );
}
