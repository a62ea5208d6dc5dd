// What a policy decided for one prompt: which positions come from the cache and which are computed.

import type { ReusePlanReport, TokenOrigins, TurnReport } from '../contract/chat.ts';
import type { PolicyName } from '../contract/settings.ts';
import type { BlockRef } from '../cache/block.ts';
import { scopeKind } from '../types.ts';

export interface ReusePlan {
  policy: PolicyName;
  promptTokens: number;
  /** Cover the positions 0..reusedTokens-1 in order. */
  reuse: readonly BlockRef[];
  reusedTokens: number;
  missReason: string | null;
}

const NO_ORIGINS: TokenOrigins = { exactPrefix: 0, ownAnswer: 0, moved: 0, edited: 0, similar: 0, fresh: 0 };

/** Tokens by origin when the first `reusedTokens` of the plan's positions really came from the cache. */
export function countOrigins(plan: ReusePlan, reusedTokens = plan.reusedTokens): TokenOrigins {
  const origins = { ...NO_ORIGINS, fresh: plan.promptTokens - reusedTokens };
  for (const block of plan.reuse) {
    const end = Math.min(block.start + block.count, reusedTokens);
    if (end <= block.start) continue;
    const answer = Math.max(0, Math.min(end, block.decoded.end) - Math.max(block.start, block.decoded.start));
    origins.ownAnswer += answer;
    origins.exactPrefix += end - block.start - answer;
  }
  return origins;
}

/** Reused tokens by the scope of the block they came from. */
export function countScopes(plan: ReusePlan, reusedTokens = plan.reusedTokens): TurnReport['sharedFrom'] {
  const counts = { private: 0, library: 0, app: 0 };
  for (const block of plan.reuse) {
    counts[scopeKind(block.scope)] += Math.max(0, Math.min(block.start + block.count, reusedTokens) - block.start);
  }
  return counts;
}

export function reportPlan(plan: ReusePlan, contextTokens: number): ReusePlanReport {
  return {
    policy: plan.policy,
    promptTokens: plan.promptTokens,
    contextTokens,
    tokens: countOrigins(plan),
    sharedFrom: countScopes(plan),
    missReason: plan.missReason,
  };
}
