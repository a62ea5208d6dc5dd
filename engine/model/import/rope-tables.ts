// The cosine and sine tables of rotary position embedding, shared by all graphs of a model through one file.

import { ROPE_FILE } from '../manifest.ts';
import type { ModelShape, RopeScaling } from '../shape.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** [2, context, headSize / 2] floats: all cosines, then all sines. Computed in float32 steps as the reference does. */
export function ropeTables(shape: ModelShape): Float32Array {
  const half = shape.headSize / 2;
  const tables = new Float32Array(2 * shape.context * half);
  const frequencies = ropeFrequencies(shape);
  for (let position = 0; position < shape.context; position++) {
    for (let pair = 0; pair < half; pair++) {
      const angle = Math.fround(position * frequencies[pair]!);
      const at = position * half + pair;
      tables[at] = Math.cos(angle);
      tables[shape.context * half + at] = Math.sin(angle);
    }
  }
  return tables;
}

/** Radians per position of each pair of dimensions, fastest first. */
export function ropeFrequencies(shape: ModelShape): Float32Array {
  return Float32Array.from({ length: shape.headSize / 2 }, (_, pair) => {
    const plain = Math.fround(1 / Math.fround(shape.ropeTheta ** ((2 * pair) / shape.headSize)));
    return scaleFrequency(plain, shape.ropeScaling);
  });
}

function scaleFrequency(frequency: number, scaling: RopeScaling): number {
  if (scaling.kind === 'none') return frequency;
  if (scaling.kind === 'linear') return frequency / scaling.factor;
  // Llama 3: long waves are slowed down, short ones kept, those between blended.
  const turns = (scaling.originalContext * frequency) / (2 * Math.PI);
  if (turns < scaling.lowFrequencyFactor) return frequency / scaling.factor;
  if (turns > scaling.highFrequencyFactor) return frequency;
  const kept = (turns - scaling.lowFrequencyFactor) / (scaling.highFrequencyFactor - scaling.lowFrequencyFactor);
  return (1 - kept) * (frequency / scaling.factor) + kept * frequency;
}

/** The names of the two tables inside a graph, as external data. */
export function addRopeTables(graph: GraphBuilder, shape: ModelShape): { cos: string; sin: string } {
  const dims = [shape.context, shape.headSize / 2];
  const length = 4 * shape.context * (shape.headSize / 2);
  return {
    cos: graph.external('rope.cos', dims, { file: ROPE_FILE, offset: 0, length }),
    sin: graph.external('rope.sin', dims, { file: ROPE_FILE, offset: length, length }),
  };
}
