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
  // Length of the run that ends at each token of `right` and at the token of `left` that is looked at; backwards, so
  // that the value before is still that of the token before.
  const runs = new Uint16Array(right.length + 1);
  for (const token of left) {
    for (let at = right.length; at > 0; at--) {
      const length = right[at - 1] === token ? (runs[at - 1] ?? 0) + 1 : 0;
      if (length === LEAST_RUN_TOKENS) return true;
      runs[at] = length;
    }
  }
  return false;
}
