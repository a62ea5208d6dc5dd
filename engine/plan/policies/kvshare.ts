// Policy `kvshare`: what KVShare (arXiv 2503.16525) does, for comparison. Nothing in it is ours but the engine below,
// and the rule that its blends are donors for nobody else.
//
// Second version (the default): equal text of any length from anywhere; of the reused tokens the share r with the
// highest DHD score, (attention of all queries and heads on the token) · ‖Δv‖₁, is computed again, one by one, with
// nothing forced and no windows; while the answer is written three more follow with each step. The blended rows are
// kept as donors. First version: differential editing of the most similar earlier request; nothing is computed again.
//
// Guesses, where the paper is silent:
// - r by quality: 0.4, 0.2, 0.1, over the range in which the paper's kind of method is compared (10 to 40 %). The
//   published speed needs the low end, so none of them computes everything: even `exact` is approximate here.
// - "reused tokens" are those behind the exact prefix: before it nothing deviates, so nothing would be chosen.
// - Scores are taken once, at the first deep layer, and hold for all layers; queries are all tokens that are not reused.
// - Whatever was found is reused, however little it saves; the end of the prompt is computed as its last token alone.
// - An answer is labelled, checked and healed as any approximate one: what a person is promised about approximate
//   answers does not depend on who made them, and healed rows replace what KVShare would have blended further.

import { kvshareEdits } from '../../match/kvshare-request.ts';
import { kvshareSpans } from '../../match/kvshare-spans.ts';
import { BURSTS } from '../approximate.ts';
import { lengthOf } from '../ranges.ts';
import type { ApproximatePlan, RepairSchedule, ReusePlan } from '../reuse-plan.ts';
import { exact } from './exact.ts';
import type { Policy, PlanWish } from './policy.ts';

export interface KvshareOptions {
  version: 1 | 2;
  /** Share of the reused tokens that the prefill computes again; null: by quality. The first version has none. */
  recomputeShare: number | null;
  /** Rows computed again while the answer is written: three with each step, our bursts, or none. */
  repair: 'every-step' | 'bursts' | 'none';
}

const SHARES = { exact: 0.4, balanced: 0.2, fast: 0.1 } as const;

const SCHEDULES: Record<KvshareOptions['repair'], RepairSchedule | null> = {
  'every-step': { rows: 3, everySteps: 1, newest: true },
  bursts: BURSTS,
  none: null,
};

export const kvshare: Policy = kvshareWith({});

/** The policy in its first version, or with another share or repair, for benchmarks. */
export function kvshareWith(changes: Partial<KvshareOptions>): Policy {
  const options: KvshareOptions = { version: 2, recomputeShare: null, repair: 'every-step', ...changes };
  const isFirst = options.version === 1;
  return {
    name: 'kvshare',
    usesCache: true,
    ...(isFirst ? {} : { namespace: 'kvshare' }),
    wants: () => ({ spans: !isFirst, similar: isFirst, finder: isFirst ? kvshareEdits : kvshareSpans }),
    plan: (prompt, match, wish) => {
      const plan: ReusePlan = { ...exact.plan(prompt, match, wish), policy: 'kvshare' };
      if (match === null || match.spans.length === 0) return plan;
      return { ...plan, approximate: approximate(match.spans, wish, options) };
    },
  };
}

function approximate(spans: ApproximatePlan['spans'], wish: PlanWish, options: KvshareOptions): ApproximatePlan {
  const isFirst = options.version === 1;
  const share = isFirst ? 0 : (options.recomputeShare ?? SHARES[wish.quality]);
  const recomputeTokens = Math.floor(share * lengthOf(spans));
  return {
    spans,
    forced: [],
    recomputeTokens,
    selector: { influence: recomputeTokens > 0, relevance: false, keyTerm: false, grouping: false, measure: 'dhd' },
    repair: isFirst ? null : SCHEDULES[options.repair],
    verify: wish.verify,
  };
}
