// Rotates cached keys to their positions with the same operator and tables as the model's graph,
// so that a loaded row is bit-equal to a computed one; and turns keys back that are held in no other form.

import type { KvRows, TokenRange } from '../types.ts';
import { ropeFrequencies } from './import/rope-tables.ts';
import type { LiveRows, PlacedRows } from './kv-buffer.ts';
import type { Session } from './sessions.ts';
import type { ModelShape } from './shape.ts';

/**
 * A block as it is held at the positions start.. by sequences that `rotation` was made for. Block by block, as they lie:
 * joining them for fewer runs costs more than it saves.
 */
export async function rotateKeys(
  rotation: Session,
  { count, k, v }: KvRows,
  { start, shape, liveRows }: { start: number; shape: ModelShape; liveRows: LiveRows },
): Promise<PlacedRows> {
  const positions = Int32Array.from({ length: count }, (_, row) => start + row);
  const dims = [shape.layers, shape.kvHeads, count, shape.headSize];
  const inputs = {
    raw: { type: 'float32', data: k, dims },
    pos: { type: 'int32', data: positions, dims: [1, count] },
  } as const;
  if (liveRows === 'fp32') return { rotatedK: (await rotation.run(inputs, ['rotated']))['rotated']!, v };
  const held = await rotation.runMixed({ ...inputs, v: { type: 'float32', data: v, dims } }, ['rotated', 'values']);
  return { rotatedK: held['rotated']!, v: held['values']! };
}

/**
 * Keys [layers, kvHeads, end - start, headSize] that stand at the positions start.., as they were before they were
 * rotated there, but for rounding. In place.
 */
export function turnBack(keys: Float32Array, { start, end }: TokenRange, shape: ModelShape): Float32Array {
  const half = shape.headSize / 2;
  const frequencies = ropeFrequencies(shape);
  const count = end - start;
  const angles = Float32Array.from({ length: count * half }, (_, at) => {
    return (start + Math.floor(at / half)) * frequencies[at % half]!;
  });
  const cosines = angles.map(Math.cos);
  const sines = angles.map(Math.sin);
  for (let row = 0; row * shape.headSize < keys.length; row++) {
    const at = row * shape.headSize;
    const turn = (row % count) * half;
    // Plain assignments: taking pairs apart here took five times as long.
    for (let pair = 0; pair < half; pair++) {
      const cos = cosines[turn + pair]!;
      const sin = sines[turn + pair]!;
      const first = keys[at + pair]!;
      const second = keys[at + half + pair]!;
      keys[at + pair] = first * cos + second * sin;
      keys[at + half + pair] = second * cos - first * sin;
    }
  }
  return keys;
}
