// Policy `hearth` as a function: what is reused of what was found, and what is computed again.

import { describe, expect, test } from 'vitest';
import type { FoundSpan } from '../../match/found-span.ts';
import { seededRandom } from '../../sample/random.ts';
import { tokenLayers } from '../costs.ts';
import { lengthOf } from '../ranges.ts';
import type { ApproximatePlan, ReusePlan } from '../reuse-plan.ts';
import { blockOf, costsOf, matchOf, promptAsking, promptOf, randomFinds } from '../test-finds.ts';
import { sixLayers, spanOf, UNKNOWN_COSTS, wishOf } from '../test-finds.ts';
import { exact } from './exact.ts';
import { hearth, hearthWith } from './hearth.ts';
import type { PlanWish } from './policy.ts';

interface Case {
  length: number;
  prefix?: number;
  spans: FoundSpan[];
  missReason?: string | null;
}

function planned({ length, prefix = 0, spans, missReason }: Case, wish: Partial<PlanWish> = {}): ReusePlan {
  return hearth.plan(promptOf(length), matchOf(prefix, spans, missReason), wishOf(wish));
}

function approximated(found: Case, wish: Partial<PlanWish> = {}): ApproximatePlan {
  const { approximate } = planned(found, wish);
  if (approximate === null) throw new Error('the plan is exact');
  return approximate;
}

const ranges = (spans: readonly { start: number; end: number }[]) => spans.map(({ start, end }) => [start, end]);

describe('which spans are reused', () => {
  test('quality exact plans what policy exact plans, and looks for nothing else', () => {
    const wish = wishOf({ quality: 'exact' });
    const match = matchOf(64, [spanOf(100, 800)]);
    expect(hearth.wants(wish)).toEqual({ spans: false, similar: false });
    const plan = hearth.plan(promptOf(900), match, wish);
    expect(plan).toEqual({ ...exact.plan(promptOf(900), match, wish), policy: 'hearth' });
  });

  test('only quality fast looks for similar text', () => {
    expect(hearth.wants(wishOf())).toEqual({ spans: true, similar: false });
    expect(hearth.wants(wishOf({ quality: 'fast' }))).toEqual({ spans: true, similar: true });
  });

  test('similar text is not looked for where the model computes text sooner than it is found', () => {
    const wants = (msPerRow: number) => hearth.wants(wishOf({ quality: 'fast', costs: costsOf(msPerRow, 0.01) }));
    expect(wants(0.2)).toEqual({ spans: true, similar: false });
    expect(wants(2)).toEqual({ spans: true, similar: true });
    expect(hearth.wants(wishOf({ quality: 'fast', costs: UNKNOWN_COSTS })).similar).toBe(true);
  });

  test('nothing found is the exact plan', () => {
    expect(planned({ length: 900, prefix: 64, spans: [] })).toMatchObject({ reusedTokens: 64, approximate: null });
    expect(hearth.plan(promptOf(900), null, wishOf())).toMatchObject({ reusedTokens: 0, approximate: null });
  });

  test('two documents that changed places are both reused', () => {
    const spans = [spanOf(40, 440), spanOf(440, 800)];
    const plan = approximated({ length: 850, prefix: 40, spans });
    expect(ranges(plan.spans)).toEqual([
      [40, 440],
      [440, 800],
    ]);
    // The exact prefix and the other document are no fresh text: a start each, and one seam before the question.
    expect(ranges(plan.forced)).toEqual([
      [40, 56],
      [440, 456],
      [784, 800],
    ]);
    expect(plan.recomputeTokens).toBeLessThanOrEqual(0.2 * 760);
    expect(plan.recomputeTokens).toBeGreaterThan(48);
  });

  test('an inserted sentence gets a seam before it, and behind it a window', () => {
    const before = spanOf(64, 300);
    const after = spanOf(330, 800, { origin: 'edited', windows: [{ start: 330, end: 420 }] });
    const plan = approximated({ length: 850, spans: [before, after] });
    expect(ranges(plan.forced)).toEqual([
      [64, 80],
      [284, 300],
      [330, 420],
      [784, 800],
    ]);
  });

  test('behind a changed number everything to the end of its record is computed again', () => {
    const windows = [{ start: 301, end: 350 }];
    const plan = approximated({ length: 850, prefix: 300, spans: [spanOf(301, 800, { origin: 'edited', windows })] });
    expect(ranges(plan.forced)).toEqual([
      [301, 350],
      [784, 800],
    ]);
    // The share is for what lies behind the window.
    expect(plan.recomputeTokens).toBe(49 + Math.floor(0.2 * (499 - 49)));
  });

  test('windows reach no further than their span', () => {
    const windows = [
      { start: 290, end: 320 },
      { start: 310, end: 380 },
      { start: 780, end: 900 },
    ];
    const plan = approximated({ length: 850, prefix: 300, spans: [spanOf(301, 800, { origin: 'edited', windows })] });
    expect(ranges(plan.forced)).toEqual([
      [301, 380],
      [780, 800],
    ]);
  });

  test('a canonical chunk needs no new beginning and a smaller budget', () => {
    const moved = (context: 'canonical' | 'other') =>
      approximated({ length: 850, prefix: 100, spans: [spanOf(100, 800, { context })] });
    expect(ranges(moved('other').forced)).toEqual([
      [100, 116],
      [784, 800],
    ]);
    expect(ranges(moved('canonical').forced)).toEqual([[784, 800]]);
    expect(moved('canonical').recomputeTokens).toBeLessThan(moved('other').recomputeTokens);
  });

  test('similar text is for quality fast, for long prompts, and where little else was found', () => {
    const similar = spanOf(100, 800, { origin: 'similar' });
    const isReused = (found: Case, quality: PlanWish['quality']) =>
      planned(found, { quality }).approximate?.spans.some(({ origin }) => origin === 'similar') ?? false;
    expect(isReused({ length: 850, spans: [similar] }, 'fast')).toBe(true);
    expect(isReused({ length: 850, spans: [similar] }, 'balanced')).toBe(false);
    expect(isReused({ length: 690, spans: [spanOf(10, 670, { origin: 'similar' })] }, 'fast')).toBe(false);
    expect(isReused({ length: 710, spans: [spanOf(10, 690, { origin: 'similar' })] }, 'fast')).toBe(true);
    expect(isReused({ length: 2000, spans: [similar, spanOf(850, 1900)] }, 'fast')).toBe(false);
    expect(isReused({ length: 2000, spans: [similar, spanOf(850, 1500)] }, 'fast')).toBe(true);
  });

  test('the end of the prompt is computed even if it was found', () => {
    const plan = approximated({ length: 850, spans: [spanOf(64, 849)] });
    expect(ranges(plan.spans)).toEqual([[64, 834]]);
    expect(plan.spans[0]?.rows.reduce((sum, { count }) => sum + count, 0)).toBe(770);
  });
});

describe('whether it pays', () => {
  const found = { length: 850, prefix: 64, spans: [spanOf(100, 800)] };

  test('a load slower than prefill reuses nothing, and says so', () => {
    const plan = planned(found, { costs: costsOf(1, 1.1) });
    expect(plan).toMatchObject({ reusedTokens: 64, approximate: null, missReason: 'too-short' });
  });

  test('a span must be a fifth cheaper than its prefill', () => {
    // Loaded at 0.05 of a prefill, looked at by 2.25 of 30 layers; the other 28 compute the window and a fifth of the
    // rest, at the price of single rows: 115 of 200 rows would cost 0.8.
    const isReused = (window: number) => {
      const edited = spanOf(700, 900, { origin: 'edited', windows: [{ start: 700, end: 700 + window }] });
      const { spans } = approximated({ length: 950, spans: [spanOf(10, 699), edited] }, { costs: costsOf(1, 0.05) });
      return spans.length === 2;
    };
    expect(isReused(90)).toBe(true);
    expect(isReused(96)).toBe(false);
  });

  test('the plan as a whole must be a fifth faster than the exact one', () => {
    const isApproximate = (start: number) =>
      planned({ length: 1000, spans: [spanOf(start, 980)] }, { costs: costsOf(1, 0.05) }).approximate !== null;
    expect(isApproximate(650)).toBe(true);
    expect(isApproximate(750)).toBe(false);
  });

  test('unknown costs are judged by rows', () => {
    expect(planned(found, { costs: UNKNOWN_COSTS }).approximate).not.toBeNull();
    const loadAlone = { ...UNKNOWN_COSTS, loadMs: (rows: number) => rows * 50 };
    expect(planned(found, { costs: loadAlone }).approximate).not.toBeNull();
    const prefillAlone = { ...costsOf(4, 0), loadMs: () => null };
    expect(planned(found, { costs: prefillAlone }).approximate).not.toBeNull();
  });

  test('a tiny prompt stays exact', () => {
    const tiny = { length: 90, spans: [spanOf(20, 74)] };
    expect(planned(tiny)).toMatchObject({ approximate: null, missReason: 'too-short' });
    expect(planned(tiny, { costs: UNKNOWN_COSTS }).approximate).toBeNull();
    expect(planned({ length: 10, spans: [spanOf(0, 9)] }).approximate).toBeNull();
    expect(planned({ length: 1, spans: [] }).approximate).toBeNull();
  });

  test('a little reuse in a long prompt is not worth an approximate answer', () => {
    expect(planned({ length: 2000, spans: [spanOf(100, 400)] }).approximate).toBeNull();
  });

  test('spans that do not pay are dropped, the others stay', () => {
    const windows = [{ start: 100, end: 150 }];
    const edited = spanOf(100, 150, { origin: 'edited', windows });
    expect(ranges(approximated({ length: 900, spans: [edited, spanOf(160, 850)] }).spans)).toEqual([[160, 850]]);
  });

  test('another reason for a miss is not covered up', () => {
    const slow = { costs: costsOf(1, 2) };
    expect(planned({ ...found, missReason: 'edited-at-token-65' }, slow).missReason).toBe('edited-at-token-65');
    expect(planned({ ...found, missReason: null }, slow).missReason).toBe('too-short');
    expect(planned(found).missReason).toBe('new');
  });
});

describe('what is computed', () => {
  const LONG = { length: 5120, spans: [spanOf(50, 5040)] };
  /** As long as all lines of the question together may be. */
  const LINE = { start: 300, end: 364 };

  test('at 5,120 tokens a moved document costs at most 0.05 of the token-layers, the lines of the question included', () => {
    for (const context of ['canonical', 'other'] as const) {
      const asking = promptAsking(5120, [LINE, { start: 2000, end: 3000 }]);
      const match = matchOf(0, [spanOf(50, 5040, { context })]);
      const plan = hearth.plan(asking, match, wishOf()).approximate!;
      expect(plan.selector).toMatchObject({ influence: false, relevance: false });
      expect(ranges(plan.forced)).toContainEqual([300, 332]);
      const work = { ...plan, prefixTokens: 0, promptTokens: 5120, recompute: [plan.recomputeTokens] };
      expect(tokenLayers({ layers: 30, boundary: 2 }, work)).toBeLessThanOrEqual(0.05);
    }
  });

  test('short spans and edited ones are looked at by the shallow layers, and the question is not asked', () => {
    const looked = { influence: true, relevance: false };
    expect(approximated({ length: 1400, spans: [spanOf(50, 1350)] }).selector).toMatchObject(looked);
    expect(approximated({ length: 2600, prefix: 1700, spans: [spanOf(1700, 2550)] }).selector.influence).toBe(true);
    const edited = spanOf(50, 5040, { origin: 'edited', windows: [{ start: 50, end: 150 }] });
    expect(approximated({ ...LONG, spans: [edited] }).selector.influence).toBe(true);
  });

  test('a model of few layers looks at nothing: lines of the question are computed, and no others', () => {
    const match = matchOf(0, [spanOf(100, 800)]);
    const wish = wishOf({ costs: sixLayers(costsOf(4, 0.1)) });
    const plan = (lines: (typeof LINE)[]) => hearth.plan(promptAsking(850, lines), match, wish).approximate!;
    expect(plan([LINE]).selector).toMatchObject({ influence: false, relevance: false });
    expect(ranges(plan([LINE]).forced)).toEqual([
      [100, 116],
      [300, 332],
      [784, 800],
    ]);
    expect(plan([LINE]).recomputeTokens).toBe(32 + 32);
    expect(plan([]).recomputeTokens).toBe(32);
    const fast = hearth.plan(promptAsking(850, [LINE]), match, { ...wish, quality: 'fast' }).approximate!;
    expect(fast.recomputeTokens).toBe(32);
  });

  test('nothing is asked where nothing is left to choose', () => {
    const prompt = promptAsking(5120, [LINE]);
    const plan = hearthWith({ recomputeShare: 0 }).plan(prompt, matchOf(0, LONG.spans), wishOf()).approximate!;
    expect(plan.selector).toMatchObject({ influence: false, relevance: false });
    expect(ranges(plan.forced)).toEqual([
      [50, 66],
      [5024, 5040],
    ]);
    expect(plan.recomputeTokens).toBe(32);
  });

  test('fast computes less than balanced, looked at or not', () => {
    const match = matchOf(0, [spanOf(100, 800)]);
    for (const costs of [costsOf(4, 0.1), sixLayers(costsOf(4, 0.1))]) {
      const rows = (quality: 'balanced' | 'fast') =>
        hearth.plan(promptAsking(850, [LINE]), match, wishOf({ quality, costs })).approximate!.recomputeTokens;
      expect(rows('fast')).toBeLessThan(rows('balanced'));
    }
  });

  test('a wish to verify is passed on, and repair comes in bursts', () => {
    const plan = approximated({ length: 850, spans: [spanOf(100, 800)] }, { verify: true });
    expect(plan).toMatchObject({ verify: true, repair: { rows: 7, everySteps: 16 } });
  });

  test('every idea can be taken away', () => {
    const match = matchOf(0, [
      spanOf(50, 400),
      spanOf(430, 1500, { origin: 'edited', windows: [{ start: 430, end: 500 }] }),
    ]);
    const prompt = promptAsking(1600, [{ start: 1000, end: 1020 }]);
    const plan = (ideas: Parameters<typeof hearthWith>[0]) =>
      hearthWith(ideas).plan(prompt, match, wishOf()).approximate!;
    const all = lengthOf(plan({}).forced);
    expect(lengthOf(plan({ seams: false }).forced)).toBe(16 + 70);
    expect(lengthOf(plan({ seams: false, chunkStartTokens: 4, editWindows: false }).forced)).toBe(4);
    expect(lengthOf(plan({ editWindows: false }).forced)).toBeLessThan(all);
    expect(plan({ influence: 'never' }).selector).toMatchObject({ influence: false, relevance: false });
    expect(lengthOf(plan({ influence: 'never' }).forced)).toBe(all + 20);
    expect(lengthOf(plan({ influence: 'never', questionLines: false }).forced)).toBe(all);
    expect(lengthOf(plan({ influence: 'never', relevance: true }).forced)).toBe(all);
    expect(plan({ relevance: true }).selector).toMatchObject({ influence: true, relevance: true });
    expect(plan({ keyTerm: false, grouping: false }).selector).toEqual({
      influence: true,
      relevance: false,
      keyTerm: false,
      grouping: false,
    });
    expect(plan({ bursts: false }).repair).toBeNull();
    expect(plan({ recomputeShare: 0.5 }).recomputeTokens).toBeGreaterThan(plan({}).recomputeTokens);
  });
});

test('whatever is found: spans lie between prefix and end, forced rows inside spans, moved ones mostly reused', () => {
  const random = seededRandom(5);
  let approximate = 0;
  for (let round = 0; round < 1000; round++) {
    const { prompt, match } = randomFinds(random);
    const quality = random() < 0.5 ? 'balanced' : 'fast';
    const known = random() < 0.2 ? UNKNOWN_COSTS : costsOf(1, random() * 0.6);
    const costs = random() < 0.5 ? known : sixLayers(known);
    const plan = hearth.plan(prompt, match, wishOf({ quality, costs }));
    if (plan.approximate === null) continue;
    approximate++;
    checkPlan(plan, plan.approximate);
  }
  expect(approximate).toBeGreaterThan(300);
});

function checkPlan({ promptTokens, reusedTokens }: ReusePlan, plan: ApproximatePlan): void {
  let at = reusedTokens;
  for (const span of plan.spans) {
    expect(span.start).toBeGreaterThanOrEqual(at);
    expect(span.end).toBeGreaterThan(span.start);
    expect(span.end).toBeLessThan(promptTokens);
    let row = span.start;
    for (const { start, count, offset, blockCount } of span.rows) {
      expect(start).toBe(row);
      expect(offset + count).toBeLessThanOrEqual(blockCount);
      row += count;
    }
    expect(row).toBe(span.end);
    at = span.end;
  }
  at = -1;
  for (const range of plan.forced) {
    expect(range.start).toBeGreaterThan(at);
    expect(range.end).toBeGreaterThan(range.start);
    const inside = plan.spans.reduce(
      (sum, span) => sum + Math.max(0, Math.min(span.end, range.end) - Math.max(span.start, range.start)),
      0,
    );
    expect(inside).toBe(range.end - range.start);
    at = range.end;
  }
  expect(plan.recomputeTokens).toBeGreaterThanOrEqual(lengthOf(plan.forced));
  expect(plan.recomputeTokens).toBeLessThanOrEqual(lengthOf(plan.spans));
  if (plan.spans.every(({ origin }) => origin === 'moved')) {
    // A fifth of each, or where it is so short that this is less, the beginning of a chunk.
    const most = plan.spans.map(({ start, end }) => Math.max(0.2 * (end - start), 16));
    expect(plan.recomputeTokens).toBeLessThanOrEqual(most.reduce((sum, rows) => sum + rows, 0));
  }
}

test('a block at the edge of a cut span is lent in part', () => {
  const rows = [blockOf(40, 64), blockOf(104, 64, { offset: 0 }), blockOf(168, 632)];
  const [span] = approximated({ length: 816, prefix: 64, spans: [spanOf(40, 800, { rows })] }).spans;
  expect(span?.rows[0]).toMatchObject({ start: 64, offset: 24, count: 40 });
});
