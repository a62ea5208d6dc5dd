// Attention on the rows of a layered prefill: which queries are asked, and their mean.

import type { SegmentedModel } from '../model/segmented.ts';
import type { SegmentedRows } from '../model/segmented-rows.ts';
import { MOST_QUERIES } from '../plan/costs.ts';

/** Rows whose attention stands for that of all. */
const MOST_LOOKING = 2 * MOST_QUERIES;

/** Queries of some rows, as a segment gives them. */
export interface Looking {
  queries: Float32Array;
  positions: Int32Array;
}

/** Evenly spread over all, the last one among them. */
export function lookingAmong(positions: Int32Array): ReadonlySet<number> {
  const count = Math.min(MOST_LOOKING, positions.length);
  const at = (index: number): number => Math.ceil(((index + 1) * positions.length) / count) - 1;
  return new Set(Array.from({ length: count }, (_, index) => positions[at(index)]!));
}

/** Mean attention on each row of a segment, over its layers and heads and those of the queries that see the row.
 * Before rows are dropped, when row = position. */
export async function meanAttention(
  { model, rows }: { model: SegmentedModel; rows: SegmentedRows },
  segment: number,
  looking: readonly Looking[],
): Promise<Float64Array> {
  const attention = new Float64Array(rows.segments[segment]!.count);
  const seenBy = new Int32Array(attention.length);
  for (const of of looking) {
    const sums = await model.attention(rows, segment, of);
    sums.forEach((sum, row) => (attention[row]! += sum));
    for (const position of of.positions) seenBy[position]!++;
  }
  for (let row = attention.length - 1, seeing = 0; row >= 0; row--) {
    seeing += seenBy[row]!;
    attention[row] = seeing === 0 ? 0 : attention[row]! / seeing;
  }
  return attention;
}
