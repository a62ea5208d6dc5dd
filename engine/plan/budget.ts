// How many rows of each span are computed again, by what is wrong with them and by the quality that was asked for.

import type { FoundSpan } from '../match/found-span.ts';
import type { TokenRange } from '../types.ts';
import type { AblationOptions } from './ablation.ts';
import { editWindows } from './forced.ts';
import { lengthOf } from './ranges.ts';

type SpanClass = 'canonical' | 'moved' | 'edited' | 'similar';

/**
 * Shares of a span's rows. Moved text keeps its meaning: what fails is small and lies where the question looks, and
 * 20 % is what comparable methods need; text computed behind neutral text carries no foreign context and needs less.
 * Edited text needs its windows, which come on top; the share is for what lies behind them. Similar text consists of
 * other words: whatever deviates must go, which is 40 % in the first layer by SemShareKV, and some more to be safe.
 */
const SHARES: Record<'balanced' | 'fast', Record<SpanClass, number>> = {
  balanced: { canonical: 0.15, moved: 0.2, edited: 0.2, similar: 1 },
  fast: { canonical: 0.05, moved: 0.08, edited: 0.12, similar: 0.5 },
};

/** What a question needs does not grow with the document: rows beyond these count for the budget by a third. */
const FULL_SHARE_TOKENS = 1000;
const SHARE_BEYOND = 1 / 3;

export interface BudgetWish {
  quality: 'balanced' | 'fast';
  ideas: AblationOptions;
}

/** Rows to compute again in each span, the forced ones of the same index included. */
export function recomputeBudgets(
  spans: readonly FoundSpan[],
  forced: readonly (readonly TokenRange[])[],
  wish: BudgetWish,
): number[] {
  const taper = taperOf(lengthOf(spans.filter(({ origin }) => origin !== 'similar')));
  return spans.map((span, index) => {
    const length = span.end - span.start;
    const windows = lengthOf(editWindows(span, wish.ideas));
    const byClass = SHARES[wish.quality][classOf(span, wish.ideas)] * (span.origin === 'similar' ? 1 : taper);
    const share = wish.ideas.recomputeShare ?? byClass;
    const budget = windows + Math.floor(share * (length - windows));
    return Math.min(length, Math.max(budget, lengthOf(forced[index] ?? [])));
  });
}

function taperOf(tokens: number): number {
  if (tokens <= FULL_SHARE_TOKENS) return 1;
  return (FULL_SHARE_TOKENS + (tokens - FULL_SHARE_TOKENS) * SHARE_BEYOND) / tokens;
}

function classOf({ origin, context }: FoundSpan, ideas: AblationOptions): SpanClass {
  return origin === 'moved' && context === 'canonical' && ideas.canonical ? 'canonical' : origin;
}
