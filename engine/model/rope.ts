// Rotates cached keys to their positions with the same operator and tables as the model's graph,
// so that a loaded row is bit-equal to a computed one.

import type { KvRows } from '../types.ts';
import type { Session } from './sessions.ts';
import type { ModelShape } from './shape.ts';

/**
 * The keys of a block at the positions start.., [layers, kvHeads, count, headSize]. Block by block, as they lie:
 * joining them for fewer runs costs more than it saves.
 */
export async function rotateKeys(
  rotation: Session,
  { count, k }: KvRows,
  { start, shape }: { start: number; shape: ModelShape },
): Promise<Float32Array> {
  const positions = Int32Array.from({ length: count }, (_, row) => start + row);
  const outputs = await rotation.run(
    {
      raw: { type: 'float32', data: k, dims: [shape.layers, shape.kvHeads, count, shape.headSize] },
      pos: { type: 'int32', data: positions, dims: [1, count] },
    },
    ['rotated'],
  );
  return outputs['rotated']!;
}
