// Policy `semsharekv`: what SemShareKV does (arXiv 2509.24832), for comparison. An earlier prompt that means the same
// lends its rows token by token; the first layer runs in full and tells which of them deviate; deeper layers compute
// fewer and fewer of them again, and keep fewer and fewer rows at all.

import { semsharekvSpans } from '../../match/semsharekv.ts';
import { clip, clipRefs, lengthOf } from '../ranges.ts';
import type { LayeredPlan, ReusePlan } from '../reuse-plan.ts';
import { exact } from './exact.ts';
import type { Policy } from './policy.ts';

/**
 * From the paper: the first layer in full, 40 % high-deviation tokens, hot tokens by 55 % attention recovery, shares
 * that are products of factors below 1 and so fall exponentially with depth, and 80 % of the first layer's rows kept.
 * Guessed, because the paper's factors are not known here: half of the matched rows in the second layer and 8 % in the
 * last, which gives about its published speed, and as many rows kept in the last layers as give its published memory
 * (0.58 of all, taken as the most that is ever held at once). Layers are taken in segments that share their rows. Beyond the paper: the exact prefix of the prompt
 * is reused as it is, and only what stands behind it is looked for. The question stands at the end of the prompt like
 * anything else: nothing protects numbers, names or negations.
 */
export const SEMSHAREKV: LayeredPlan = {
  highDeviation: 0.4,
  recovery: 0.55,
  recompute: { first: 0.5, last: 0.08 },
  retain: { first: 0.8, peak: 0.57 },
};

/** Fewer matched rows are not worth an approximate answer. The paper sees little gain in prompts of below 700. */
const LEAST_MATCHED_TOKENS = 64;

export const semsharekv: Policy = semsharekvWith({});

/** The policy with other shares, for benchmarks at equal cost. */
export function semsharekvWith(changes: Partial<LayeredPlan>): Policy {
  const layered = { ...SEMSHAREKV, ...changes };
  return {
    name: 'semsharekv',
    usesCache: true,
    wants: () => ({ spans: false, similar: true, finder: semsharekvSpans }),
    plan: (prompt, match, wish) => {
      const plan: ReusePlan = { ...exact.plan(prompt, match, wish), policy: 'semsharekv' };
      const behind = { start: plan.reusedTokens, end: plan.promptTokens - 1 };
      const spans = (match?.spans ?? []).flatMap((span) =>
        clip([span], behind).map((range) => ({ ...span, ...range, rows: clipRefs(span.rows, range) })),
      );
      const matched = lengthOf(spans);
      if (matched < LEAST_MATCHED_TOKENS) return plan;
      const approximate = {
        spans,
        forced: [],
        recomputeTokens: Math.round(layered.recompute.first * matched),
        selector: { influence: false, relevance: false, keyTerm: false, grouping: false },
        repair: null,
        verify: wish.verify,
        layered,
      };
      return { ...plan, approximate };
    },
  };
}
