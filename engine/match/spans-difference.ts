// What two versions of a short piece of text have in common.

import { diffArrays } from 'diff';

/** Fewer equal tokens than these are chance, and not worth fetching. */
export const LEAST_RUN_TOKENS = 8;
/** Pieces that differ in more are not compared to the end: some milliseconds at most. */
const MOST_DIFFERENCES = 160;

export interface EqualRun {
  oldStart: number;
  freshStart: number;
  count: number;
}

/** Runs that are in both, in order (Myers' difference); none when the two have little in common. */
export function equalRuns(old: number[], fresh: number[]): EqualRun[] {
  const changes = diffArrays(old, fresh, { maxEditLength: MOST_DIFFERENCES });
  const runs: EqualRun[] = [];
  let oldStart = 0;
  let freshStart = 0;
  for (const { added, removed, value } of changes ?? []) {
    const count = value.length;
    if (!added && !removed && count >= LEAST_RUN_TOKENS) runs.push({ oldStart, freshStart, count });
    if (!added) oldStart += count;
    if (!removed) freshStart += count;
  }
  return runs;
}

/** Whether some run of tokens stands in both, anywhere. */
export function sharesRun(left: readonly number[], right: Int32Array): boolean {
  const runs = new Set<string>();
  for (let end = LEAST_RUN_TOKENS; end <= left.length; end++) runs.add(left.slice(end - LEAST_RUN_TOKENS, end).join());
  for (let end = LEAST_RUN_TOKENS; end <= right.length; end++) {
    if (runs.has(right.subarray(end - LEAST_RUN_TOKENS, end).join())) return true;
  }
  return false;
}
