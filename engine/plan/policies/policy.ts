// What a reuse policy is: from a prompt and what was found for it, a plan. Pure; it reads no cache and runs no model.

import type { PolicyName, Quality } from '../../contract/settings.ts';
import type { Match, SpanFinder } from '../../match/matcher.ts';
import type { Prompt } from '../../text/prompt.ts';
import type { ReusePlan } from '../reuse-plan.ts';

/** What time things take on this machine with this model, in milliseconds; null: not known yet. */
export interface Costs {
  prefillMs(start: number, end: number): number | null;
  loadMs(rows: number): number | null;
  layers: number;
  /** Layers of the shallow segment. */
  boundary: number;
}

export interface PlanWish {
  quality: Quality;
  verify: boolean;
  costs: Costs;
}

export interface Policy {
  name: PolicyName;
  /** Whether the cache is asked at all, and whether what is computed is kept. */
  usesCache: boolean;
  /** Whether rows that are not exactly this prompt's are looked for, and down to which rung at this quality. */
  wants(wish: PlanWish): { spans: boolean; similar: boolean; finder?: SpanFinder };
  /**
   * Name of the space in which the policy keeps all its rows, approximate ones too, one space for each person. Nothing
   * else ever sees them. Left out: it keeps exact rows only, where everybody finds them.
   */
  namespace?: string;
  plan(prompt: Prompt, match: Match | null, wish: PlanWish): ReusePlan;
}
