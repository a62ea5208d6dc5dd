// From spans that were found to the spans that are worth reusing, and how: the decision rule, span by span, and then
// for the plan as a whole. Pure.

import type { FoundSpan } from '../match/found-span.ts';
import type { TokenRange } from '../types.ts';
import type { AblationOptions } from './ablation.ts';
import { recomputeBudgets } from './budget.ts';
import { figuresOf, PROBE_LAYERS, spanCost, workCost } from './costs.ts';
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

/**
 * The shallow layers look at reused rows where they are at most this share of the layers: on six layers looking costs
 * more than all that is computed again, and rows chosen without it did as well.
 */
const MOST_LOOK_SHARE = 0.1;
/** Looking at each of more moved rows than this is what would cost most. */
const LOOK_AT_MOST_TOKENS = 1500;

/** A question needs few places, however long the text is. */
const MOST_LINE_TOKENS = 32;

/** Bursts of 7 and the new token fill a run of 8 rows, which takes about twice as long as a run of one. */
export const BURSTS: RepairSchedule = { rows: 7, everySteps: 16 };

export interface Finds {
  /** Ascending, disjoint, behind the prefix, before the last position. */
  spans: readonly FoundSpan[];
  prefixTokens: number;
  promptTokens: number;
  /** See `questionLines`: the likeliest places first. */
  lines: readonly TokenRange[];
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
    const draft = draftOf({ ...finds, spans }, wish, ideas);
    const paying = spans.filter((span, index) => pays(figures, span, { ...draft, rows: draft.recompute[index] ?? 0 }));
    if (paying.length === spans.length) {
      return worthwhile(figures, draft) ? planOf(draft, wish, ideas) : null;
    }
    // What does not pay becomes fresh text, and its neighbours get seams: look again.
    spans = paying;
  }
}

type Draft = Work & { forced: ReturnType<typeof forcedRanges>; selector: Selector };

function draftOf(
  finds: Finds,
  { quality, costs }: PlanWish & { quality: 'balanced' | 'fast' },
  ideas: AblationOptions,
): Draft {
  const forced = forcedRanges(finds, ideas);
  const budgets = recomputeBudgets(finds.spans, forced, { quality, ideas });
  const choice = sum(budgets) > sum(forced.map(lengthOf)) && sum(budgets) < lengthOf(finds.spans);
  const looks = ideas.influence === 'always' || (ideas.influence === 'auto' && isLookWorth(finds, costs));
  const selector = {
    influence: choice && looks,
    relevance: choice && ideas.relevance,
    keyTerm: ideas.keyTerm,
    grouping: ideas.grouping,
  };
  if (!choice || looks || ideas.relevance) return { ...finds, forced, recompute: budgets, selector };
  const chosen = ideas.questionLines ? withLines({ ...finds, forced, budgets }, MOST_LINE_TOKENS) : forced;
  return { ...finds, forced: chosen, recompute: chosen.map(lengthOf), selector };
}

/** What lies in similar text is not known before it is looked at. */
function isLookWorth({ spans }: Finds, { layers, boundary }: PlanWish['costs']): boolean {
  if (spans.some(({ origin }) => origin === 'similar')) return true;
  const isLong = lengthOf(spans) > LOOK_AT_MOST_TOKENS && spans.every(({ origin }) => origin === 'moved');
  return !isLong && (boundary + PROBE_LAYERS) / layers <= MOST_LOOK_SHARE;
}

/** The forced ranges of each span, and the lines of the question as far as budgets and `most` tokens go. */
function withLines(
  { spans, lines, forced, budgets }: Finds & { forced: readonly TokenRange[][]; budgets: readonly number[] },
  most: number,
): TokenRange[][] {
  const chosen = forced.map((ranges) => [...ranges]);
  let room = Math.min(most, sum(budgets) - sum(forced.map(lengthOf)));
  for (const line of lines) {
    const index = spans.findIndex(({ start, end }) => start <= line.start && line.end <= end);
    if (room <= 0) break;
    if (index === -1) continue;
    const before = lengthOf(chosen[index]!);
    chosen[index] = merge([...chosen[index]!, { start: line.start, end: Math.min(line.end, line.start + room) }]);
    room -= lengthOf(chosen[index]) - before;
  }
  return chosen;
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
