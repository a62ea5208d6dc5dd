// Parts of cached blocks.

import type { KvRows } from '../types.ts';
import type { ModelShape } from './shape.ts';

/** The rows start..end-1 of a block, a copy; the block itself where that is all of it. */
export function sliceRows(
  block: KvRows,
  { start, end }: { start: number; end: number },
  { layers, kvHeads, headSize }: ModelShape,
): KvRows {
  if (start < 0 || end > block.count || start > end) throw new RangeError(`rows ${start}..${end} of ${block.count}`);
  const count = end - start;
  if (count === block.count) return block;
  const slice = (plane: Float32Array) => {
    const cut = new Float32Array(layers * kvHeads * count * headSize);
    for (let lane = 0; lane < layers * kvHeads; lane++) {
      const from = (lane * block.count + start) * headSize;
      cut.set(plane.subarray(from, from + count * headSize), lane * count * headSize);
    }
    return cut;
  };
  return { count, k: slice(block.k), v: slice(block.v) };
}
