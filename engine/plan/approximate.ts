// From spans that were found to the spans that are worth reusing, and how: the decision rule, span by span, and then
// for the plan as a whole. Pure.

import type { FoundSpan } from '../match/found-span.ts';
import type { AblationOptions } from './ablation.ts';
import { recomputeBudgets } from './budget.ts';
import { figuresOf, spanCost, workCost } from './costs.ts';
import type { Figures, Work } from './costs.ts';
import { forcedRanges } from './forced.ts';
import type { PlanWish } from './policies/policy.ts';
import { lengthOf, merge } from './ranges.ts';
import type { ApproximatePlan, RepairSchedule, Selector } from './reuse-plan.ts';

/** A span must cost less than this share of its prefill: estimates are not better than that. */
const MOST_SPAN_COST = 0.8;
/** An approximate answer must come this much sooner than the exact one; for less nobody wants to wonder. */
const LEAST_SPEEDUP = 1.2;
/** ... and save the prefill of this many rows: the healing afterwards costs more than a handful is worth. */
const LEAST_SAVED_ROWS = 64;

/** Of more moved rows than this the question's attention alone chooses: looking at each of them is what costs most. */
const LOOK_AT_MOST_TOKENS = 1500;

/** Bursts of 7 and the new token fill a run of 8 rows, which costs little more than a run of one. */
export const BURSTS: RepairSchedule = { rows: 7, everySteps: 5 };

export interface Finds {
  /** Ascending, disjoint, behind the prefix, before the last position. */
  spans: readonly FoundSpan[];
  prefixTokens: number;
  promptTokens: number;
}

/** Null where nothing that was found is worth an approximate answer. */
export function planApproximately(
  finds: Finds,
  wish: PlanWish & { quality: 'balanced' | 'fast' },
  ideas: AblationOptions,
): ApproximatePlan | null {
  const figures = figuresOf(wish.costs);
  let spans = finds.spans;
  for (;;) {
    if (spans.length === 0) return null;
    const draft = draftOf({ ...finds, spans }, wish.quality, ideas);
    const paying = spans.filter((span, index) => pays(figures, span, { ...draft, rows: draft.recompute[index] ?? 0 }));
    if (paying.length === spans.length) {
      return worthwhile(figures, draft) ? planOf(draft, wish, ideas) : null;
    }
    // What does not pay becomes fresh text, and its neighbours get seams: look again.
    spans = paying;
  }
}

type Draft = Work & { forced: ReturnType<typeof forcedRanges>; selector: Selector };

function draftOf(finds: Finds, quality: 'balanced' | 'fast', ideas: AblationOptions): Draft {
  const forced = forcedRanges(finds, ideas);
  const recompute = recomputeBudgets(finds.spans, forced, { quality, ideas });
  const choice = sum(recompute) > sum(forced.map(lengthOf)) && sum(recompute) < lengthOf(finds.spans);
  const cheap = lengthOf(finds.spans) > LOOK_AT_MOST_TOKENS && finds.spans.every(({ origin }) => origin === 'moved');
  const looks = ideas.influence === 'always' || (ideas.influence === 'auto' && !cheap);
  // Beside influence the question's attention costs a run of its rows through all layers and changes next to nothing.
  const asks = ideas.relevance === 'always' || (ideas.relevance === 'auto' && !looks);
  const selector = {
    influence: choice && looks,
    relevance: choice && asks,
    keyTerm: ideas.keyTerm,
    grouping: ideas.grouping,
  };
  return { ...finds, forced, recompute, selector };
}

function pays(figures: Figures, span: FoundSpan, work: { selector: Selector; rows: number }): boolean {
  return spanCost(figures, span, work) < MOST_SPAN_COST * figures.prefill(span);
}

function worthwhile(figures: Figures, draft: Draft): boolean {
  const rest = { start: draft.prefixTokens, end: draft.promptTokens };
  const prefix = figures.load(draft.prefixTokens);
  const exact = figures.prefill(rest);
  const approximate = workCost(figures, draft);
  const leastSaved = (exact * LEAST_SAVED_ROWS) / (rest.end - rest.start);
  return prefix + exact >= LEAST_SPEEDUP * (prefix + approximate) && exact - approximate >= leastSaved;
}

function planOf(
  { spans, forced, recompute, selector }: Draft,
  wish: PlanWish,
  ideas: AblationOptions,
): ApproximatePlan {
  const recomputeTokens = sum(recompute);
  const repaired = ideas.bursts && recomputeTokens < lengthOf(spans);
  return {
    spans,
    forced: merge(forced.flat()),
    recomputeTokens,
    selector,
    repair: repaired ? BURSTS : null,
    verify: wish.verify,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
