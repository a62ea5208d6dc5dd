// Arithmetic of token ranges: merging, cutting, counting; and the same cut for the block references that cover one.

import type { BlockRef } from '../cache/block.ts';
import type { TokenRange } from '../types.ts';

export function lengthOf(ranges: readonly TokenRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** The same positions as ascending, disjoint ranges that do not touch; empty ones are dropped. */
export function merge(ranges: readonly TokenRange[]): TokenRange[] {
  const merged: TokenRange[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (end <= start) continue;
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/** What of the ranges lies inside `within`, in their order. */
export function clip(ranges: readonly TokenRange[], within: TokenRange): TokenRange[] {
  return ranges
    .map(({ start, end }) => ({ start: Math.max(start, within.start), end: Math.min(end, within.end) }))
    .filter(({ start, end }) => end > start);
}

/** What of `within` none of the ranges covers; they ascend and are disjoint. */
export function gaps(ranges: readonly TokenRange[], within: TokenRange): TokenRange[] {
  const free: TokenRange[] = [];
  let at = within.start;
  for (const { start, end } of clip(ranges, within)) {
    if (start > at) free.push({ start: at, end: start });
    at = end;
  }
  if (within.end > at) free.push({ start: at, end: within.end });
  return free;
}

/** References to the same rows, for the positions inside `within` alone. */
export function clipRefs(refs: readonly BlockRef[], within: TokenRange): BlockRef[] {
  return refs.flatMap((ref) => {
    const start = Math.max(ref.start, within.start);
    const end = Math.min(ref.start + ref.count, within.end);
    if (end <= start) return [];
    if (end - start === ref.count) return [ref];
    const decodedStart = Math.min(Math.max(ref.decoded.start, start), end);
    const decodedEnd = Math.min(Math.max(ref.decoded.end, decodedStart), end);
    const offset = ref.offset + start - ref.start;
    return [{ ...ref, start, offset, count: end - start, decoded: { start: decodedStart, end: decodedEnd } }];
  });
}
