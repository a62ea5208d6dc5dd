// How rows are chosen: whether the shallow layers look at reused text, and which lines of the question go before that.

import { describe, expect, test } from 'vitest';
import type { FoundSpan } from '../match/found-span.ts';
import type { TokenRange } from '../types.ts';
import { ALL_IDEAS } from './ablation.ts';
import type { AblationOptions } from './ablation.ts';
import { planApproximately } from './approximate.ts';
import type { ApproximatePlan } from './reuse-plan.ts';
import { costsOf, sixLayers, spanOf, wishOf } from './test-finds.ts';

interface Case {
  spans: FoundSpan[];
  lines?: TokenRange[];
  /** Of the model; six, of which one is shallow, if left out. */
  layers?: number;
  boundary?: number;
  quality?: 'balanced' | 'fast';
}

/** The plan for a prompt that ends 50 tokens behind the last span. */
function planned(found: Case, changes: Partial<AblationOptions> = {}): ApproximatePlan {
  const { spans, lines = [], quality = 'balanced', ...depth } = found;
  const finds = { spans, lines, prefixTokens: 0, promptTokens: spans.at(-1)!.end + 50 };
  const wish = wishOf({ costs: { ...sixLayers(costsOf(4, 0.1)), ...depth } });
  const plan = planApproximately(finds, { ...wish, quality }, { ...ALL_IDEAS, ...changes });
  if (plan === null) throw new Error('the plan is exact');
  return plan;
}

const range = (start: number, end: number): TokenRange => ({ start, end });
const MOVED = spanOf(100, 1000);
/** What is computed of it in any case. */
const START = range(100, 116);
const END = range(984, 1000);

describe('whether the shallow layers look', () => {
  const looks = (found: Case, changes?: Partial<AblationOptions>) => planned(found, changes).selector.influence;
  const THIRTY = { layers: 30, boundary: 2 };

  test('they do where they are a small part of the model', () => {
    expect(looks({ spans: [MOVED], layers: 6, boundary: 1 })).toBe(false);
    expect(looks({ spans: [MOVED], ...THIRTY })).toBe(true);
    // Two and a quarter layers: a tenth of 22.5.
    expect(looks({ spans: [MOVED], layers: 22, boundary: 2 })).toBe(false);
    expect(looks({ spans: [MOVED], layers: 23, boundary: 2 })).toBe(true);
  });

  test('they do not in long text that was only moved', () => {
    expect(looks({ spans: [spanOf(100, 1600)], ...THIRTY })).toBe(true);
    expect(looks({ spans: [spanOf(100, 1601)], ...THIRTY })).toBe(false);
    const edited = spanOf(1601, 1700, { origin: 'edited', windows: [range(1601, 1620)] });
    expect(looks({ spans: [spanOf(100, 1601), edited], ...THIRTY })).toBe(true);
    expect(looks({ spans: [spanOf(100, 1601), edited] })).toBe(false);
  });

  test('they do wherever text is only similar, in a small model and in long text too', () => {
    const similar = spanOf(1000, 1200, { origin: 'similar' });
    const quality = 'fast';
    expect(looks({ spans: [MOVED, similar], quality })).toBe(true);
    expect(looks({ spans: [MOVED, spanOf(1000, 1200)], quality })).toBe(false);
    expect(looks({ spans: [similar, spanOf(1200, 4000)], quality, ...THIRTY })).toBe(true);
    // Here nothing of it is worth reusing, and what is left was only moved.
    const { spans, selector } = planned({ spans: [MOVED, similar] });
    expect([spans.length, selector.influence]).toEqual([1, false]);
  });

  test('where they look, the question chooses no lines', () => {
    const lines = [range(300, 340)];
    const looked = planned({ spans: [MOVED], lines, ...THIRTY });
    expect(looked.forced).toEqual([START, END]);
    expect(looked.recomputeTokens).toBe(180);
  });

  test('where nothing is left to choose, nothing is asked', () => {
    const changes = { recomputeShare: 0, relevance: true, influence: 'always' } as const;
    const plan = planned({ spans: [MOVED], lines: [range(300, 340)] }, changes);
    expect(plan).toMatchObject({ forced: [START, END], recomputeTokens: 32 });
    expect(plan.selector).toMatchObject({ influence: false, relevance: false });
  });

  test('a benchmark may have them look always or never', () => {
    expect(looks({ spans: [MOVED] }, { influence: 'always' })).toBe(true);
    expect(looks({ spans: [MOVED], ...THIRTY }, { influence: 'never' })).toBe(false);
  });
});

describe('lines of the question', () => {
  test('are computed beside what is forced, in place of rows chosen by a score', () => {
    const plan = planned({ spans: [MOVED], lines: [range(500, 515), range(300, 310)] });
    expect(plan.forced).toEqual([START, range(300, 310), range(500, 515), END]);
    expect(plan.recomputeTokens).toBe(16 + 10 + 15 + 16);
    expect(plan.selector).toMatchObject({ influence: false, relevance: false });
  });

  test('without any, what is forced is computed and no more', () => {
    expect(planned({ spans: [MOVED] })).toMatchObject({ forced: [START, END], recomputeTokens: 32 });
  });

  test('are at most 32 rows, the likeliest first, the last of them in part', () => {
    const { forced } = planned({ spans: [MOVED], lines: [range(500, 520), range(300, 330), range(700, 705)] });
    expect(forced).toEqual([START, range(300, 312), range(500, 520), END]);
    const long = planned({ spans: [MOVED], lines: [range(200, 900)] });
    expect(long.forced).toEqual([START, range(200, 232), END]);
    expect(long.recomputeTokens).toBe(32 + 32);
  });

  test('rows that are computed anyway do not count', () => {
    const { forced } = planned({ spans: [MOVED], lines: [range(100, 130), range(500, 600)] });
    expect(forced).toEqual([range(100, 130), range(500, 518), END]);
  });

  test('stay within the budget', () => {
    const spans = [spanOf(100, 300)];
    const plan = planned({ spans, lines: [range(150, 200)] });
    // A fifth of 200 rows, of which 32 are forced.
    expect(plan.forced).toEqual([START, range(150, 158), range(284, 300)]);
    expect(plan.recomputeTokens).toBe(40);
    expect(planned({ spans, lines: [range(150, 200)] }, { recomputeShare: 0 }).recomputeTokens).toBe(32);
  });

  test('lie in whichever span; those of a span that was dropped are left out', () => {
    const windows = [range(1000, 1050)];
    const dropped = spanOf(1000, 1050, { origin: 'edited', windows });
    const spans = [MOVED, dropped, spanOf(1050, 1500)];
    const { spans: used, forced } = planned({
      spans,
      lines: [range(1010, 1050), range(1200, 1220), range(300, 310)],
    });
    expect(used).toHaveLength(2);
    expect(forced).toEqual([START, range(300, 310), END, range(1050, 1066), range(1200, 1220), range(1484, 1500)]);
  });

  test('are not taken where the question is asked itself, nor where a benchmark does without', () => {
    const found = { spans: [MOVED], lines: [range(500, 530)] };
    const asked = planned(found, { relevance: true });
    expect(asked).toMatchObject({ selector: { relevance: true }, forced: [START, END], recomputeTokens: 180 });
    expect(planned(found, { questionLines: false })).toMatchObject({ forced: [START, END], recomputeTokens: 32 });
  });
});
