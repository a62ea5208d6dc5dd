// Policy `hearth`: the exact prefix, and behind it rows of moved, edited or similar text, where they save enough.
// What is wrong with those rows is repaired by computing some of them again; they are healed when nobody waits.

import type { FoundSpan } from '../../match/found-span.ts';
import type { TokenRange } from '../../types.ts';
import { ALL_IDEAS } from '../ablation.ts';
import type { AblationOptions } from '../ablation.ts';
import { planApproximately } from '../approximate.ts';
import { questionLines } from '../question-lines.ts';
import { clip, clipRefs, lengthOf } from '../ranges.ts';
import type { ReusePlan } from '../reuse-plan.ts';
import { exact } from './exact.ts';
import type { Costs, Policy } from './policy.ts';

/** The end of the prompt is always computed: the answer begins there, and its attention says what matters. */
const FRESH_END_TOKENS = 16;
/** What a cut leaves of moved text below this is not worth its seams. */
const LEAST_MOVED_TOKENS = 32;
/** Text that is only similar is for long prompts of which little else is known. */
const SIMILAR = { aboveTokens: 700, belowCoverage: 0.5 };
/** Looking for it takes so long, by measurement, whatever the model; in vain it must cost no more than this share. */
const SIMILAR_SEARCH = { msPerToken: 0.05, mostShare: 0.03 };

export const hearth: Policy = hearthWith(ALL_IDEAS);

/** The policy with some ideas taken away or changed, for benchmarks. */
export function hearthWith(changes: Partial<AblationOptions>): Policy {
  const ideas = { ...ALL_IDEAS, ...changes };
  return {
    name: 'hearth',
    usesCache: true,
    wants: ({ quality, costs }) => ({
      spans: quality !== 'exact',
      similar: quality === 'fast' && isSearchCheap(costs),
    }),
    plan: (prompt, match, wish) => {
      const plan: ReusePlan = { ...exact.plan(prompt, match, wish), policy: 'hearth' };
      const { quality } = wish;
      if (match === null || quality === 'exact') return plan;
      const { reusedTokens: prefixTokens, promptTokens } = plan;
      const spans = usable(match.spans, { start: prefixTokens, end: promptTokens - FRESH_END_TOKENS });
      const found = allowed(spans, plan, quality);
      // They lower the divergence by a quarter, but changed no answer of 700 (bench/LOG.md) for a third of the speed.
      const lines = quality === 'fast' ? [] : questionLines(prompt, found);
      const finds = { prefixTokens, promptTokens, spans: found, lines };
      const approximate = planApproximately(finds, { ...wish, quality }, ideas);
      return { ...plan, approximate, missReason: missReason({ ...plan, approximate }, spans) };
    },
  };
}

/** A small model computes a text sooner than a similar one is found. */
function isSearchCheap(costs: Costs): boolean {
  const prefillMs = costs.prefillMs(0, SIMILAR.aboveTokens);
  return prefillMs === null || SIMILAR_SEARCH.msPerToken * SIMILAR.aboveTokens <= SIMILAR_SEARCH.mostShare * prefillMs;
}

function usable(spans: readonly FoundSpan[], within: TokenRange): FoundSpan[] {
  return spans
    .flatMap((span) => clip([span], within).map((range) => ({ ...span, ...range, rows: clipRefs(span.rows, range) })))
    .filter(({ origin, start, end }) => origin !== 'moved' || end - start >= LEAST_MOVED_TOKENS);
}

function allowed(spans: readonly FoundSpan[], plan: ReusePlan, quality: 'balanced' | 'fast'): FoundSpan[] {
  const same = spans.filter(({ origin }) => origin !== 'similar');
  const covered = plan.reusedTokens + lengthOf(same);
  const { aboveTokens, belowCoverage } = SIMILAR;
  const wanted = plan.promptTokens > aboveTokens && covered < belowCoverage * plan.promptTokens;
  return quality === 'fast' && wanted ? [...spans] : same;
}

/** `too-short` where most of what is computed was found, and nothing was wrong with it but its price. */
function missReason(plan: ReusePlan, found: readonly FoundSpan[]): string | null {
  const used = lengthOf(plan.approximate?.spans ?? []);
  const computed = plan.promptTokens - plan.reusedTokens - used;
  const other = plan.missReason !== null && plan.missReason !== 'new';
  return !other && (lengthOf(found) - used) * 2 > computed ? 'too-short' : plan.missReason;
}
