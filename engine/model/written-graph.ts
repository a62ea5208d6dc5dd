// Graphs that are made when they are first needed, from the weights that lie there already: an import stays small and
// quick. Which graphs those are is the caller's affair.

import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import { encodeOnnx } from './import/onnx-writer.ts';
import type { OnnxGraph } from './import/onnx-writer.ts';

/**
 * Path of a graph in the model's folder, where the runtime finds the weights; written unless it lies there already.
 * Throws `storage-full`.
 */
export async function writtenGraph(folder: string, name: string, graph: OnnxGraph): Promise<string> {
  const path = join(folder, `${name}.onnx`);
  const bytes = encodeOnnx(graph);
  const present = await readFile(path).catch(() => null);
  if (present !== null && Buffer.compare(present, bytes) === 0) return path;
  const draft = `${path}.${randomUUID().slice(0, 8)}.draft`;
  try {
    await writeFile(draft, bytes);
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new EngineError(
      'storage-full',
      'This way of answering needs a few more files of the model, and they could not be written. Your messages are ' +
        'kept. Free some space and try again, or choose as before in the settings.',
      { cause },
    );
  }
  return path;
}
