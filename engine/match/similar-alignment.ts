// Which tokens of an earlier text stand for which of the prompt: one to one, in runs. Pure; it knows no cache.

import { DonorTokens } from './similar-tokens.ts';
import type { AlignedText, Free, Pair } from './similar-tokens.ts';

/** Shortest run of aligned matches that is worth anything. */
export const LEAST_RUN_TOKENS = 8;
/** Orders in which the parts of two texts may follow one another. */
const MOST_SHIFTS = 4;
/** So far words may be added or left out within one part. */
const NEAR_TOKENS = 24;

/** Prompt tokens start..end-1 and donor tokens from `donorStart` on, one by one. Places are indices into the two texts. */
export interface Run {
  start: number;
  end: number;
  donorStart: number;
}

/**
 * Runs in prompt order; no token of either text is used twice. The same at every call. Parts that were put in another
 * order lie at another shift each, and are aligned one after the other.
 */
export function align(prompt: AlignedText, donor: AlignedText): Run[] {
  const free = {
    prompt: new Uint8Array(prompt.guarded.tokens.length).fill(1),
    donor: new Uint8Array(donor.guarded.tokens.length).fill(1),
  };
  const tokens = new DonorTokens(donor);
  const kept: Run[] = [];
  for (let round = 0; round < MOST_SHIFTS; round++) {
    const shift = tokens.likelyShift(prompt.guarded, free);
    if (shift === null) break;
    const near = runs(tokens.pairs(prompt, shift, free)).filter((run) => isNear(run, shift));
    const found = oneToOne(near, free);
    if (found.length === 0) break;
    kept.push(...found);
  }
  return kept.sort((a, b) => a.start - b.start);
}

function isNear(run: Run, shift: number): boolean {
  return Math.abs(run.donorStart - run.start - shift) <= NEAR_TOKENS;
}

/** Pairs that follow one another in both texts, as long as they go. */
function runs(pairs: readonly Pair[]): Run[] {
  const found: Run[] = [];
  const byShift = [...pairs].sort((a, b) => a.donorAt - a.at - (b.donorAt - b.at) || a.at - b.at);
  for (const { at, donorAt } of byShift) {
    const last = found.at(-1);
    if (last?.end === at && donorAt - at === last.donorStart - last.start) last.end++;
    else found.push({ start: at, end: at + 1, donorStart: donorAt });
  }
  return found.filter(isLongEnough);
}

/** The longest first; of a shorter one what is still free in both texts, where that is long enough. Takes it. */
function oneToOne(found: readonly Run[], free: Free): Run[] {
  const kept: Run[] = [];
  for (const run of [...found].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start)) {
    const shift = run.donorStart - run.start;
    for (let start = run.start; start < run.end; start++) {
      let end = start;
      while (end < run.end && free.prompt[end] === 1 && free.donor[end + shift] === 1) end++;
      const part = { start, end, donorStart: start + shift };
      start = end;
      if (!isLongEnough(part)) continue;
      kept.push(part);
      free.prompt.fill(0, part.start, part.end);
      free.donor.fill(0, part.donorStart, part.end + shift);
    }
  }
  return kept;
}

function isLongEnough(run: Run): boolean {
  return run.end - run.start >= LEAST_RUN_TOKENS;
}
