// Chooses among overlapping candidates: which donor's rows stand for which prompt positions. Pure.

import { WINDOW_TOKENS } from './span-hash.ts';
import type { Candidate } from './span-search.ts';
import { narrowness } from '../types.ts';

/** What is known of a candidate's donor. */
export interface Traits {
  isCanonical: boolean;
  sharesPrefix: boolean;
}

export type RatedCandidate = Candidate & Traits;

/**
 * `context`: of nearly equal runs the one whose rows saw the better left context, and none that is not worth its seams.
 * `length`: the longest run, whatever stood before it, down to a single window.
 */
export type CoverRule = 'context' | 'length';

/** Shorter runs are not worth their seams. */
export const LEAST_SPAN_TOKENS = 32;
/** The same where the donor's rows saw another text before them. */
export const LEAST_FOREIGN_SPAN_TOKENS = 64;
/** A better donor is taken if it has all but so many of the tokens of the longest. */
const EDGE_TOKENS = 16;

/** Length below which nothing is found at all. */
export function leastTokens(rule: CoverRule = 'context'): number {
  return rule === 'length' ? WINDOW_TOKENS : LEAST_SPAN_TOKENS;
}

/** Disjoint parts of the candidates, ascending: the longest first, of nearly equal ones the better donor. */
export function cover(candidates: readonly RatedCandidate[], rule: CoverRule = 'context'): RatedCandidate[] {
  const support = supportOf(candidates);
  const isLongEnough = (candidate: RatedCandidate): boolean => lengthOf(candidate) >= least(candidate, rule);
  const order = (left: RatedCandidate, right: RatedCandidate): number =>
    (rule === 'context' ? byDonor(left, right) : 0) ||
    (support.get(right.last.text) ?? 0) - (support.get(left.last.text) ?? 0) ||
    lengthOf(right) - lengthOf(left) ||
    right.last.createdAt - left.last.createdAt ||
    right.last.id - left.last.id;
  const chosen: RatedCandidate[] = [];
  let rest = candidates.filter(isLongEnough);
  while (rest.length > 0) {
    const longest = rest.reduce((best, next) => (lengthOf(next) > lengthOf(best) ? next : best));
    const need = lengthOf(longest) - (rule === 'context' ? EDGE_TOKENS : 0);
    const [best] = rest.filter((other) => overlap(other, longest) >= need).sort(order);
    const taken = best ?? longest;
    chosen.push(taken);
    rest = rest.flatMap((other) => without(other, taken)).filter(isLongEnough);
  }
  return chosen.sort((left, right) => left.start - right.start);
}

/** The same left context first, then the app's neutral one, then the reader's own rows before shared ones. */
function byDonor(left: RatedCandidate, right: RatedCandidate): number {
  return (
    Number(right.sharesPrefix) - Number(left.sharesPrefix) ||
    Number(right.isCanonical) - Number(left.isCanonical) ||
    narrowness(right.last.scope) - narrowness(left.last.scope)
  );
}

/** How much each copy of a text offers in all: of equal copies, one serves all places. */
function supportOf(candidates: readonly RatedCandidate[]): Map<string, number> {
  const support = new Map<string, number>();
  for (const candidate of candidates) {
    support.set(candidate.last.text, (support.get(candidate.last.text) ?? 0) + lengthOf(candidate));
  }
  return support;
}

function least(candidate: RatedCandidate, rule: CoverRule): number {
  const isNear = candidate.sharesPrefix || candidate.isCanonical;
  return isNear || rule === 'length' ? leastTokens(rule) : LEAST_FOREIGN_SPAN_TOKENS;
}

function lengthOf({ start, end }: Candidate): number {
  return end - start;
}

function overlap(left: Candidate, right: Candidate): number {
  return Math.min(left.end, right.end) - Math.max(left.start, right.start);
}

/** What is left of a candidate when the positions of another are taken. */
function without(candidate: RatedCandidate, taken: Candidate): RatedCandidate[] {
  if (overlap(candidate, taken) <= 0) return [candidate];
  return [
    { ...candidate, end: Math.min(candidate.end, taken.start) },
    { ...candidate, start: Math.max(candidate.start, taken.end) },
  ].filter((part) => part.end > part.start);
}
