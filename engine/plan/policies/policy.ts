// What a reuse policy is: from a prompt and what was found for it, a plan. Pure; it reads no cache and runs no model.

import type { PolicyName } from '../../contract/settings.ts';
import type { Match } from '../../match/matcher.ts';
import type { Prompt } from '../../text/prompt.ts';
import type { ReusePlan } from '../reuse-plan.ts';

export interface Policy {
  name: PolicyName;
  /** Whether the cache is asked at all, and whether what is computed is kept. */
  usesCache: boolean;
  plan(prompt: Prompt, match: Match | null): ReusePlan;
}
