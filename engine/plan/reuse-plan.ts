// What a policy decided for one prompt: which positions come from the cache and which are computed.

import type { BlockRef } from '../cache/block.ts';
import type { PolicyName, Quality } from '../contract/settings.ts';
import type { FoundSpan } from '../match/found-span.ts';
import type { TokenRange } from '../types.ts';

export interface ReusePlan {
  policy: PolicyName;
  quality: Quality;
  promptTokens: number;
  /** Cover the positions 0..reusedTokens-1 in order, exactly. */
  reuse: readonly BlockRef[];
  reusedTokens: number;
  missReason: string | null;
  /** Null: everything behind the prefix is computed, and the turn is exact. */
  approximate: ApproximatePlan | null;
}

export interface ApproximatePlan {
  /** Ascending, disjoint, behind the prefix, and never the last position of the prompt. */
  spans: readonly FoundSpan[];
  /** Positions inside spans that the deep layers compute in any case: seams, chunk starts, windows after edits. */
  forced: readonly TokenRange[];
  /** Span positions that the deep layers compute in all, forced ones included. */
  recomputeTokens: number;
  selector: Selector;
  /** Rows computed again while the answer is written; null: none. */
  repair: RepairSchedule | null;
  /** Whether the answer is checked against exact rows before it is final. */
  verify: boolean;
  /** Policy `semsharekv`: which rows are computed, and which are kept at all, differs by layer. Left out: it does not. */
  layered?: LayeredPlan | undefined;
}

/** Shares that fall with depth; see `policies/semsharekv.ts`. */
export interface LayeredPlan {
  /** Of the rows with a cached one, those that deviate most in the first layer and are computed again first. */
  highDeviation: number;
  /** The rows that together get this share of all attention come next. */
  recovery: number;
  /** Of the rows with a cached one, how many are computed again, from the second layer to the last. */
  recompute: Decay;
  /**
   * Of all rows of the prompt, how many the first layer keeps; the last one keeps as many as let the rows held at once
   * stay within a share of all rows of all layers.
   */
  retain: { first: number; peak: number };
}

export interface Decay {
  first: number;
  last: number;
}

/** How the rows beyond the forced ones are chosen, and what it costs: see `selection.ts`. */
export interface Selector {
  /** Whether the shallow layers run over all span positions, so that deviations can be seen. */
  influence: boolean;
  /** Whether the question's attention in the middle layers counts. */
  relevance: boolean;
  /** Whether influence counts the change of a key beside that of a value. */
  keyTerm: boolean;
  /** Rows are chosen in windows of neighbours instead of one by one. */
  grouping: boolean;
  /** KVShare's score in the place of influence: attention of all fresh rows times the change of the values. */
  measure?: 'dhd' | undefined;
}

export interface RepairSchedule {
  /** Rows in one burst, every `everySteps` decode steps. */
  rows: number;
  everySteps: number;
  /** As KVShare does it: each step is followed by the rows that its own attention puts first. See `step-repair.ts`. */
  newest?: true | undefined;
}
