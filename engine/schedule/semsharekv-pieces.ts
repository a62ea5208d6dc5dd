// Cached rows for a layered prefill: loaded once and referred to, of which each segment takes the layers it needs.

import type { RowPlanes } from '../model/segmented-rows.ts';
import type { LayerRange, ModelShape } from '../model/shape.ts';
import type { KvRows } from '../types.ts';
import type { SpanSource } from './approximate-prefill.ts';
import type { RowSource } from './exact-rows.ts';

/** Rows of a block for the positions from `start` on. The block belongs to the cache; it is not copied. */
export interface Piece {
  start: number;
  count: number;
  block: KvRows;
  /** Row of the block that stands at `start`. */
  offset: number;
}

/** Rows of a span, or rows without a place of their own, which follow the ones before them. */
export type Cached = SpanSource | { start: null; rows: RowSource };

/** Null: the rows are gone. `next` is the position behind the ones before. */
export function loadPiece(cached: Cached, next: number): Piece | null {
  if (cached.start === null) {
    const block = cached.rows();
    return block === null ? null : { start: next, count: block.count, block, offset: 0 };
  }
  const { rows, offset } = cached.whole ?? { rows: cached.rows, offset: 0 };
  const block = rows();
  return block === null ? null : { start: cached.start, count: cached.end - cached.start, block, offset };
}

/** The given layers of all pieces, joined: keys before RoPE and values, [layers, kvHeads, rows, headSize]. */
export function pieceLayers(
  pieces: readonly Piece[],
  layers: LayerRange,
  { kvHeads, headSize }: ModelShape,
): RowPlanes & { positions: Int32Array } {
  const ordered = pieces.toSorted((a, b) => a.start - b.start);
  const total = ordered.reduce((sum, { count }) => sum + count, 0);
  const lanes = (layers.end - layers.start) * kvHeads;
  const joined = { k: new Float32Array(lanes * total * headSize), v: new Float32Array(lanes * total * headSize) };
  const positions = new Int32Array(total);
  let at = 0;
  for (const { start, count, block, offset } of ordered) {
    for (let row = 0; row < count; row++) positions[at + row] = start + row;
    for (let lane = 0; lane < lanes; lane++) {
      const from = ((layers.start * kvHeads + lane) * block.count + offset) * headSize;
      const to = (lane * total + at) * headSize;
      joined.k.set(block.k.subarray(from, from + count * headSize), to);
      joined.v.set(block.v.subarray(from, from + count * headSize), to);
    }
    at += count;
  }
  return { ...joined, positions };
}
