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
}

export interface RepairSchedule {
  /** Rows in one burst, every `everySteps` decode steps. */
  rows: number;
  everySteps: number;
}
