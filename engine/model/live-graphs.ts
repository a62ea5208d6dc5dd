// The graphs that read the rows of a sequence or make them, by how it holds them. Those for 16-bit rows are made when a model is first
// opened for them; the weights are on the disk once.

import { join } from 'node:path';
import { deepGraph, rotationGraph, shallowGraph } from './import/graph.ts';
import { readWeightFiles } from './import/safetensors.ts';
import { attentionGraph, influenceGraph } from './import/score-graphs.ts';
import { matchWeights } from './import/weights.ts';
import type { LiveRows } from './kv-buffer.ts';
import { graphFile } from './manifest.ts';
import type { ModelShape } from './shape.ts';
import { writtenGraph } from './written-graph.ts';

const NAMES = ['shallow', 'deep', 'rotation', 'influence', 'attention'] as const;
export type LiveGraphFiles = Record<(typeof NAMES)[number], string>;

/** Their paths, for the installed model in `folder`. Throws `storage-full`. */
export async function liveGraphFiles(folder: string, shape: ModelShape, liveRows: LiveRows): Promise<LiveGraphFiles> {
  if (liveRows === 'fp32') {
    const file = (name: (typeof NAMES)[number]) => join(folder, graphFile(name));
    return {
      shallow: file('shallow'),
      deep: file('deep'),
      rotation: file('rotation'),
      influence: file('influence'),
      attention: file('attention'),
    };
  }
  const weights = matchWeights(shape, (await readWeightFiles(folder)).tensors);
  return {
    shallow: await writtenGraph(folder, 'shallow-fp16', shallowGraph(shape, weights, 'float16')),
    deep: await writtenGraph(folder, 'deep-fp16', deepGraph(shape, weights, 'float16')),
    rotation: await writtenGraph(folder, 'rotation-fp16', rotationGraph(shape, 'float16')),
    influence: await writtenGraph(folder, 'influence-fp16', influenceGraph(shape, 'float16')),
    attention: await writtenGraph(folder, 'attention-fp16', attentionGraph(shape, 'float16')),
  };
}
