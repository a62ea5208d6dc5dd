// Ways to spend token-layers on reused rows: which of them are computed again, with what looking for them costs paid
// out of the same budget. What policy `hearth` does is decided in `plan/`, not here.

import type { FoundSpan } from '../match/found-span.ts';
import { ALL_IDEAS } from '../plan/ablation.ts';
import { MOST_QUERIES, PROBE_LAYERS } from '../plan/costs.ts';
import { editWindows, forcedRanges } from '../plan/forced.ts';
import type { Costs, Policy } from '../plan/policies/policy.ts';
import { questionLines } from '../plan/question-lines.ts';
import { clip, lengthOf, merge } from '../plan/ranges.ts';
import type { Selector } from '../plan/reuse-plan.ts';
import type { Prompt } from '../text/prompt.ts';
import type { TokenRange } from '../types.ts';
import { equalText, NO_SELECTOR } from './papers-baselines.ts';

export interface Composition {
  name: string;
  /** What is computed in any case, as far as the budget goes, the most important first. */
  first: Choice;
  /** What chooses where the rest of the budget goes; absent: nothing is left for it. */
  selector?: Partial<Selector>;
  /** See `deviationAlone`. */
  deviationAlone?: boolean;
}

type Choice = (place: Place) => TokenRange[];

interface Place {
  prompt: Prompt;
  /** Ascending, disjoint, behind the prefix. */
  spans: readonly FoundSpan[];
  prefixTokens: number;
  /** Rows that the budget pays for. */
  rows: number;
}

const QUESTION: Partial<Selector> = { relevance: true, grouping: true };
const INFLUENCE: Partial<Selector> = { influence: true, keyTerm: true, grouping: true };
const DEVIATION: Partial<Selector> = { influence: true, measure: 'dhd' };
const MOST_EVEN_ROWS = 4096;

const nothing: Choice = () => [];
const windows: Choice = ({ spans }) => spans.flatMap((span) => editWindows(span, ALL_IDEAS));
const seams: Choice = ({ spans, prefixTokens }) => forcedRanges({ spans, prefixTokens }, ALL_IDEAS).flat();
const inOrder =
  (...parts: Choice[]): Choice =>
  (place) =>
    parts.flatMap((part) => part(place));

function firsts(spans: readonly TokenRange[], count: number): TokenRange[] {
  return spans.map(({ start, end }) => ({ start, end: Math.min(end, start + count) }));
}

/** The same share of each span. */
const firstShare: Choice = ({ spans, rows }) =>
  spans.map(({ start, end }) => ({ start, end: start + Math.round((rows / lengthOf(spans)) * (end - start)) }));

/** As many of each span as the budget pays for, but no more than `most`. */
const firstEven =
  (most = MOST_EVEN_ROWS): Choice =>
  ({ spans, rows }) => {
    const longest = Math.max(...spans.map(({ start, end }) => end - start));
    let count = 1;
    while (count < Math.min(most, longest) && lengthOf(firsts(spans, count + 1)) <= rows) count++;
    return firsts(spans, count);
  };

const linesOfQuestion: Choice = ({ prompt, spans }) => questionLines(prompt, spans);

/** Whatever they cost. */
export const FIXED: readonly Composition[] = [
  ...[4, 8, 16, 32].map((count) => ({
    name: `first ${count} rows of each span`,
    first: ({ spans }: Place) => firsts(spans, count),
  })),
  { name: 'first 16 rows, edit windows', first: inOrder(({ spans }) => firsts(spans, 16), windows) },
];

/** Within a budget. */
export const BUDGETED: readonly Composition[] = [
  { name: 'EPIC: equal share of first rows', first: firstShare },
  { name: 'ProphetKV: question', first: nothing, selector: { relevance: true } },
  { name: 'KVShare: attention and deviation', first: nothing, selector: DEVIATION },
  { name: 'CacheBlend: deviation', first: nothing, selector: DEVIATION, deviationAlone: true },
  { name: 'influence', first: nothing, selector: INFLUENCE },
  { name: 'edit windows, seams, influence', first: inOrder(windows, seams), selector: INFLUENCE },
  { name: 'edit windows, seams, question', first: inOrder(windows, seams), selector: QUESTION },
  { name: 'equally many first rows', first: firstEven() },
  { name: 'first 16 rows, influence', first: firstEven(16), selector: INFLUENCE },
  { name: 'first 16 rows, lines of the question', first: inOrder(firstEven(16), linesOfQuestion, firstEven()) },
];

/**
 * Reuses all equal text that was found, whatever it saves. `share`: of the reused rows' token-layers, looking included;
 * null: no limit. Where looking alone costs more, nothing is computed again.
 */
export function atBudget({ first, selector = {} }: Composition, share: number | null): Policy {
  return equalText((spans, { prompt, prefixTokens, costs }) => {
    const look = { ...NO_SELECTOR, ...selector };
    const place = { prompt, spans, prefixTokens };
    const rows = share === null ? lengthOf(spans) : Math.max(0, rowsFor(share, { ...place, look, costs }));
    const forced = upTo(first({ ...place, rows }), rows, spans);
    const rest = share === null || lengthOf(forced) >= rows;
    return rest ? { forced, recomputeTokens: lengthOf(forced) } : { forced, recomputeTokens: rows, selector: look };
  });
}

/** Rows that the budget still pays for when looking is paid. */
function rowsFor(
  share: number,
  { prompt, spans, look, costs }: Omit<Place, 'rows'> & { look: Selector; costs: Costs },
): number {
  const { layers, boundary } = costs;
  const inSpans = lengthOf(spans);
  const queries = Math.min(MOST_QUERIES, prompt.tokens.length - spans.at(-1)!.end);
  const depth = look.influence ? layers - boundary : layers;
  const looked = look.influence ? inSpans * (boundary + PROBE_LAYERS) + queries * PROBE_LAYERS : 0;
  const asked = look.relevance ? queries * depth : 0;
  return Math.floor((share * inSpans * layers - looked - asked) / depth);
}

/** The first `rows` positions of the ranges inside spans, in the order of the ranges; given ascending. */
function upTo(ranges: readonly TokenRange[], rows: number, spans: readonly TokenRange[]): TokenRange[] {
  let taken: TokenRange[] = [];
  for (const range of ranges.flatMap((each) => spans.flatMap((span) => clip([each], span)))) {
    const over = lengthOf(merge([...taken, range])) - rows;
    taken = merge([...taken, { start: range.start, end: Math.max(range.start, range.end - Math.max(0, over)) }]);
    if (over >= 0) break;
  }
  return taken;
}
