// Rotates cached keys to their positions: with the same operator and tables as the model's graph, so that a loaded row is
// bit-equal to a computed one, or by plain arithmetic where it need not be; and turns keys back that are held in no
// other form.

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

/** Cosines and sines of the angles by which keys are turned, for as many positions as were asked for so far. */
export class Turns {
  readonly #frequencies: Float32Array;
  /** [positions, headSize / 2] each. */
  #cosines = new Float32Array();
  #sines = new Float32Array();

  constructor(shape: ModelShape) {
    this.#frequencies = ropeFrequencies(shape);
  }

  /**
   * Writes keys [count, headSize], as they are before RoPE, from index `from` of `keys` to index `to` of `target`, turned to
   * the positions start... Equal to the rotation by a graph but for rounding, in half the time: nothing is copied twice.
   */
  write(
    target: Float32Array,
    to: number,
    { keys, from, start, count }: { keys: Float32Array; from: number; start: number; count: number },
  ): void {
    this.#reach(start + count);
    const half = this.#frequencies.length;
    const [cosines, sines] = [this.#cosines, this.#sines];
    for (let row = 0; row < count; row++) {
      const turn = (start + row) * half;
      const at = from + 2 * row * half;
      const out = to + 2 * row * half;
      for (let pair = 0; pair < half; pair++) {
        const cos = cosines[turn + pair]!;
        const sin = sines[turn + pair]!;
        const first = keys[at + pair]!;
        const second = keys[at + half + pair]!;
        target[out + pair] = first * cos - second * sin;
        target[out + half + pair] = second * cos + first * sin;
      }
    }
  }

  #reach(positions: number): void {
    const half = this.#frequencies.length;
    const known = this.#cosines.length / half;
    if (positions <= known) return;
    const reached = Math.max(positions, 2 * known);
    const cosines = new Float32Array(reached * half);
    const sines = new Float32Array(reached * half);
    cosines.set(this.#cosines);
    sines.set(this.#sines);
    for (let at = known * half; at < cosines.length; at++) {
      const angle = Math.fround(Math.floor(at / half) * this.#frequencies[at % half]!);
      cosines[at] = Math.cos(angle);
      sines[at] = Math.sin(angle);
    }
    [this.#cosines, this.#sines] = [cosines, sines];
  }
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
