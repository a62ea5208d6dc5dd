// What tells a segment's graph which rows are computed and which rows of the buffer they see. Computes nothing.

import { HIDDEN_POSITION } from './kv-buffer.ts';
import type { Input } from './sessions.ts';

/**
 * Up to so many rows a run attends by products of its own, which read the past where it lies. The fused operator copies
 * the past first, which pays only for many rows: on two cores, 2,000 rows back, one row takes 1.6 times as long with it,
 * 32 rows 1.2 times, and 256 rows 0.9 times. Without a copy nothing can be cut off, so most of the buffer must count.
 */
const IN_PLACE = { mostRows: 64, leastShare: 0.7 };

export interface AttentionRows {
  /** Where the computed rows stand in the buffer, ascending. */
  rows: Int32Array;
  /** Position of each of them. */
  positions: Int32Array;
  capacity: number;
  /** Whether the rows must come out the same, bit by bit, however many of them are computed in one run. */
  sameBits: boolean;
  /** Position of each of the first `count` rows of the buffer, as a copy; HIDDEN_POSITION where nobody looks. */
  seen: (count: number) => Int32Array;
}

/**
 * pos [1,S], kpos [1,T], seqlens [1], total [1]. T is past + S, where the past ends before the last unbroken run of rows
 * (those are new ones, or stand behind all others), or at the buffer's capacity: then the graph leaves it where it is.
 * Rows of the buffer that are computed now are not seen there.
 */
export function attentionInputs({ rows, positions, capacity, sameBits, seen }: AttentionRows): Record<string, Input> {
  const count = rows.length;
  const start = lastRunStart(rows);
  const isInPlace = !sameBits && count <= IN_PLACE.mostRows && start >= IN_PLACE.leastShare * capacity;
  const past = isInPlace ? capacity : start;
  const kpos = new Int32Array(past + count);
  const known = Math.min(past, rows[count - 1]!);
  kpos.set(seen(known));
  kpos.fill(HIDDEN_POSITION, known, past);
  for (const row of rows) if (row < past) kpos[row] = HIDDEN_POSITION;
  kpos.set(positions, past);
  return {
    pos: { type: 'int32', data: positions, dims: [1, count] },
    kpos: { type: 'int32', data: kpos, dims: [1, kpos.length] },
    seqlens: { type: 'int32', data: Int32Array.of(kpos.length - 1), dims: [1] },
    total: { type: 'int32', data: Int32Array.of(kpos.length), dims: [1] },
  };
}

function lastRunStart(rows: Int32Array): number {
  let last = rows.length - 1;
  while (last > 0 && rows[last - 1] === rows[last]! - 1) last--;
  return rows[last]!;
}
