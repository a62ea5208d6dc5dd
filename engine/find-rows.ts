// What the cache holds for a prompt, and what the policy makes of it.

import type { BlockRef } from './cache/block.ts';
import type { ProfileId } from './contract/profiles.ts';
import type { LoadedModel } from './loaded-model.ts';
import { matchPrompt } from './match/matcher.ts';
import { policyNamed } from './plan/planner.ts';
import type { ReusePlan } from './plan/reuse-plan.ts';
import { readablePrecisions } from './profiles/reuse-choice.ts';
import { readableScopes } from './profiles/scopes.ts';
import type { EffectiveChoice } from './profiles/reuse-choice.ts';
import type { Prompt } from './text/prompt.ts';
import type { Scope } from './types.ts';

export interface FoundRows {
  plan: ReusePlan;
  /** Everything that the plan reuses, to be pinned. */
  refs: BlockRef[];
  /** Where was looked. */
  scopes: readonly Scope[];
  /** Whether what is computed is kept as well. */
  usesCache: boolean;
}

export async function findRows(
  { prompt, profileId, choice }: { prompt: Prompt; profileId: ProfileId; choice: EffectiveChoice },
  loaded: LoadedModel,
): Promise<FoundRows> {
  const policy = policyNamed(choice.policy);
  const wish = { quality: choice.quality, verify: choice.verify, costs: loaded.costs };
  const wants = policy.wants(wish);
  const want = {
    spans: wants.spans,
    similar: wants.similar && choice.similar,
    precisions: readablePrecisions(choice.precision),
  };
  const match = policy.usesCache ? await matchPrompt(loaded, { prompt, profileId }, want) : null;
  const plan = policy.plan(prompt, match, wish);
  const spans = plan.approximate?.spans ?? [];
  const refs = [...plan.reuse, ...spans.flatMap((span) => span.rows)];
  return { plan, refs, scopes: readableScopes(profileId), usesCache: policy.usesCache };
}
