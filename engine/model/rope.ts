// Rotates cached keys to their positions with the same operator and tables as the model's graph,
// so that a loaded row is bit-equal to a computed one.

import type { Session } from './sessions.ts';
import type { ModelShape } from './shape.ts';

/**
 * @param rawK keys before RoPE, [layers, kvHeads, positions.length, headSize]
 * @returns the keys at `positions`, same layout
 */
export async function rotateKeys(
  rotation: Session,
  rawK: Float32Array,
  positions: { of: Int32Array; shape: ModelShape },
): Promise<Float32Array> {
  const { of, shape } = positions;
  const count = of.length;
  const outputs = await rotation.run(
    {
      raw: { type: 'float32', data: rawK, dims: [shape.layers, shape.kvHeads, count, shape.headSize] },
      pos: { type: 'int32', data: of, dims: [1, count] },
    },
    ['rotated'],
  );
  return outputs['rotated']!;
}
