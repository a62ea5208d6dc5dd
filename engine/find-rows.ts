// What the cache holds for a prompt, and what the policy makes of it.

import type { BlockRef } from './cache/block.ts';
import type { Space } from './cache/space.ts';
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
  /** Where the policy keeps all rows for itself, approximate ones too; some of what was found may be there. */
  own?: Space | null;
}

export async function findRows(
  { prompt, profileId, choice }: { prompt: Prompt; profileId: ProfileId; choice: EffectiveChoice },
  loaded: LoadedModel,
): Promise<FoundRows> {
  const policy = policyNamed(choice.policy);
  const wish = { quality: choice.quality, verify: choice.verify, costs: loaded.costs };
  const wants = policy.wants(wish);
  const want = {
    ...wants,
    similar: wants.similar && choice.similar,
    precisions: readablePrecisions(choice.precision),
  };
  const own = policy.namespace === undefined ? null : loaded.disposable(`${policy.namespace}:${profileId}`);
  const match = policy.usesCache ? await matchPrompt(loaded, { prompt, profileId, own }, want) : null;
  const plan = policy.plan(prompt, match, wish);
  const spans = plan.approximate?.spans ?? [];
  const refs = [...plan.reuse, ...spans.flatMap((span) => span.rows)];
  return { plan, refs, scopes: readableScopes(profileId), usesCache: policy.usesCache, own };
}
