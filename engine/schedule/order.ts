// Which waiting request goes first: KVShare's cache-aware order (arXiv 2503.16525), highest hit rate first, and a
// request grows older by waiting, so that nobody starves. Pure; who waits, and where, is for others to know.
//
// The ageing is ours: the paper sorts by hit rate alone, and then a request of new text waits as long as cached ones
// keep coming.

import type { ReusePlan } from '../plan/reuse-plan.ts';

export interface WaitingRequest {
  /** Share of the prompt whose rows are there, 0 to 1. */
  hitRate: number;
  /** Milliseconds since it came. */
  waitedMs: number;
}

/**
 * Waiting this long counts as much as a whole prompt found in the cache: nobody who comes that much later goes first,
 * so a request waits for those before it and for what comes within this time, and no longer.
 */
export const FULL_AGE_MS = 10_000;

/** A copy, first the one that goes next; of equals the one that has waited longest, and then as they stood. */
export function cacheAwareOrder<Request extends WaitingRequest>(waiting: readonly Request[]): Request[] {
  return waiting.toSorted((left, right) => rank(right) - rank(left) || right.waitedMs - left.waitedMs);
}

function rank({ hitRate, waitedMs }: WaitingRequest): number {
  return hitRate + waitedMs / FULL_AGE_MS;
}

/** KVShare's h of a plan: reused tokens, whatever is computed of them again, over all of the prompt's. */
export function hitRateOf({ reusedTokens, promptTokens, approximate }: ReusePlan): number {
  const inSpans = (approximate?.spans ?? []).reduce((sum, { start, end }) => sum + end - start, 0);
  return (reusedTokens + inSpans) / promptTokens;
}
