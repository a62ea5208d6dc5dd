// What plans cost, so that they can be compared: in milliseconds where this machine's speed is known, else in rows.
// Estimates only; what a turn really computed is counted where it is computed.

import type { FoundSpan } from '../match/found-span.ts';
import type { TokenRange } from '../types.ts';
import type { Costs } from './policies/policy.ts';
import { gaps, lengthOf } from './ranges.ts';
import type { Selector } from './reuse-plan.ts';

/** Loading a row, in prefills of a row, before any was measured; the slowest seen, from a disk, was 0.11. */
const UNKNOWN_LOAD = 0.15;

/** A row computed alone costs more than one of a long run: 1.1 to 1.4 times as much by measurement. */
const SCATTERED = 1.25;

/** Most rows whose attention is asked for what matters: the end of the prompt. */
export const MOST_QUERIES = 32;

/** Queries, keys and values of one layer, in layers: what it takes to see a deviation. */
export const PROBE_LAYERS = 0.25;

/** Costs in one unit, whichever it is. */
export interface Figures {
  prefill: (range: TokenRange) => number;
  load: (rows: number) => number;
  layers: number;
  boundary: number;
}

/** What is to be computed of a prompt of `promptTokens` behind `prefixTokens` that are exact. */
export interface Work {
  prefixTokens: number;
  promptTokens: number;
  spans: readonly FoundSpan[];
  /** Rows computed again in each span. */
  recompute: readonly number[];
  selector: Pick<Selector, 'influence' | 'relevance'>;
}

export function figuresOf(costs: Costs): Figures {
  const known = costs.prefillMs(0, 1) !== null;
  const prefill = ({ start, end }: TokenRange) => (known ? costs.prefillMs(start, end) : null) ?? end - start;
  const load = (rows: number) => (known ? costs.loadMs(rows) : null) ?? UNKNOWN_LOAD * prefill({ start: 0, end: rows });
  return { prefill, load, layers: costs.layers, boundary: costs.boundary };
}

/** Rows of a span: loaded and rotated, looked at, and some of them computed again. */
export function spanCost(figures: Figures, span: TokenRange, work: Pick<Work, 'selector'> & { rows: number }): number {
  const { layers, boundary } = figures;
  const length = span.end - span.start;
  const looked = work.selector.influence ? (boundary + PROBE_LAYERS) / layers : 0;
  const again = (work.rows / length) * SCATTERED * (work.selector.influence ? 1 - boundary / layers : 1);
  return figures.load(length) + figures.prefill(span) * (looked + again);
}

/** All that stands behind the prefix, as the plan has it. */
export function workCost(figures: Figures, work: Work): number {
  const { prefixTokens, promptTokens, spans, recompute, selector } = work;
  const fresh = gaps(spans, { start: prefixTokens, end: promptTokens });
  const spansCost = spans.map((span, index) => spanCost(figures, span, { selector, rows: recompute[index] ?? 0 }));
  const costs = [...fresh.map(figures.prefill), ...spansCost, selectionCost(figures, work)];
  return costs.reduce((sum, cost) => sum + cost, 0);
}

/** The question's rows run through the layers once more, to see what they attend to. */
function selectionCost(figures: Figures, { promptTokens, spans, selector }: Work): number {
  if (!selector.relevance) return 0;
  const start = Math.max(spans.at(-1)?.end ?? 0, promptTokens - MOST_QUERIES);
  return figures.prefill({ start, end: promptTokens });
}

/**
 * Share of promptTokens × layers that the plan computes, selection included: with r the share of rows that the deep
 * layers compute, b/L + (1 - b/L)·r of what lies behind the prefix, or r where the shallow layers do not look.
 */
export function tokenLayers({ layers, boundary }: Pick<Costs, 'layers' | 'boundary'>, work: Work): number {
  const { prefixTokens, promptTokens, spans, recompute, selector } = work;
  const inSpans = lengthOf(spans);
  const again = recompute.reduce((sum, rows) => sum + rows, 0);
  const fresh = promptTokens - prefixTokens - inSpans;
  const looked = selector.influence ? inSpans * (boundary + PROBE_LAYERS) : 0;
  const deep = again * (selector.influence ? layers - boundary : layers);
  const queries = Math.min(MOST_QUERIES, promptTokens - (spans.at(-1)?.end ?? promptTokens));
  const asked = selector.relevance ? queries * (selector.influence ? layers - boundary : layers) : 0;
  return (fresh * layers + looked + deep + asked) / (promptTokens * layers);
}
