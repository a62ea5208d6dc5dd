// Which reused rows are computed again: the forced ones, then, as far as the budget goes, those where a deviation
// would do most harm. Rows are taken in windows of neighbours, because single rows repair no meaning. Pure.

import type { ApproximatePlan } from './reuse-plan.ts';
import { lengthOf } from './ranges.ts';

const WINDOW_TOKENS = 8;
/** A window with this many of the highest scores is as good as any; with fewer it must wait. */
const TOP_TOKENS_OF_A_WINDOW = 5;

export interface Candidates {
  plan: Pick<ApproximatePlan, 'spans' | 'forced' | 'recomputeTokens' | 'selector'>;
  /** Positions inside the plan's spans whose rows are there, ascending. */
  candidates: Int32Array;
  /** Score of each candidate, [candidates]; null: this score is not asked. */
  influence: Float32Array | null;
  relevance: Float32Array | null;
}

/**
 * Candidates to compute again, ascending. All forced ones, and others until the budget is used up exactly; the budget
 * shrinks with the rows that are missing. Without any score nothing but the forced ones.
 */
export function selectRows({ plan, candidates, influence, relevance }: Candidates): Int32Array {
  const chosen = forcedOf(plan, candidates);
  const there = candidates.length / Math.max(1, lengthOf(plan.spans));
  const budget = Math.floor(plan.recomputeTokens * Math.min(1, there));
  const room = budget - chosen.reduce((sum, flag) => sum + flag, 0);
  if (room > 0 && (influence !== null || relevance !== null)) {
    const free = Array.from(candidates.keys()).filter((index) => chosen[index] === 0);
    const scores = combine(free, candidates.length, [influence, relevance]);
    const top = best(free, scores).slice(0, room);
    const picked = plan.selector.grouping ? pickWindows({ candidates, chosen, scores }, top) : top;
    for (const index of picked) chosen[index] = 1;
  }
  return candidates.filter((_, index) => chosen[index] === 1);
}

/** 1 for each candidate inside a forced range. */
function forcedOf({ forced }: Candidates['plan'], candidates: Int32Array): Uint8Array {
  let next = 0;
  return Uint8Array.from(candidates, (position) => {
    while (next < forced.length && forced[next]!.end <= position) next++;
    return next < forced.length && forced[next]!.start <= position ? 1 : 0;
  });
}

/**
 * Sum of the scores in units of their own spread. Only the spread among `free` candidates
 * counts: beside what is forced, an edit above all, the differences between the others would vanish.
 */
function combine(
  free: readonly number[],
  length: number,
  scores: readonly (Float32Array | null)[],
): Float64Array<ArrayBuffer> {
  const given = scores.filter((score) => score !== null);
  const total = new Float64Array(length);
  for (const score of given) {
    const mean = free.reduce((sum, at) => sum + score[at]!, 0) / free.length;
    const spread = Math.sqrt(free.reduce((sum, at) => sum + (score[at]! - mean) ** 2, 0) / free.length);
    if (spread > 0) for (const at of free) total[at]! += (score[at]! - mean) / spread;
  }
  return total;
}

function best(indices: readonly number[], scores: Float64Array): number[] {
  return indices.toSorted((a, b) => scores[b]! - scores[a]! || a - b);
}

interface Window {
  /** Candidates that are not chosen yet. */
  free: number[];
  /** Best scores and chosen rows in it, counted up to what is enough. */
  level: number;
  score: number;
}

/** As many candidates as `top` has, in windows that hold many of them; the last window may be taken in part. */
function pickWindows(
  rows: { candidates: Int32Array; chosen: Uint8Array; scores: Float64Array },
  top: number[],
): number[] {
  const { chosen, scores } = rows;
  const isTop = new Uint8Array(chosen.length);
  for (const index of top) isTop[index] = 1;
  const windows = windowsOf(rows.candidates).map((indices): Window => {
    const free = indices.filter((index) => chosen[index] === 0);
    const held = indices.filter((index) => chosen[index] === 1 || isTop[index] === 1).length;
    // A window of which nothing is at the top does not become better by what is computed beside it.
    const wanted = free.some((index) => isTop[index] === 1);
    const score = free.reduce((sum, index) => sum + scores[index]!, 0) / Math.max(1, free.length);
    return { free, level: wanted ? Math.min(held, TOP_TOKENS_OF_A_WINDOW) : 0, score };
  });
  const picked: number[] = [];
  for (const { free } of windows.toSorted((a, b) => b.level - a.level || b.score - a.score)) {
    const room = top.length - picked.length;
    if (room === 0) break;
    picked.push(...(free.length <= room ? free : best(free, scores).slice(0, room)));
  }
  return picked;
}

/** Candidates by index, in runs of up to 8 neighbouring positions. */
function windowsOf(candidates: Int32Array): number[][] {
  const windows: number[][] = [];
  for (const [index, position] of candidates.entries()) {
    const last = windows.at(-1);
    if (last === undefined || last.length === WINDOW_TOKENS || candidates[index - 1] !== position - 1) {
      windows.push([index]);
    } else last.push(index);
  }
  return windows;
}
