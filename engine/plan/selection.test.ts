// Which rows are computed again: by score, in windows, within the budget. And what other methods would have chosen.

import { describe, expect, test } from 'vitest';
import { seededRandom } from '../sample/random.ts';
import { hearth, hearthWith } from './policies/hearth.ts';
import { lengthOf } from './ranges.ts';
import { selectRows } from './selection.ts';
import type { Candidates } from './selection.ts';
import { costsOf, matchOf, promptOf, randomFinds, sixLayers, spanOf, wishOf } from './test-finds.ts';

const SELECTOR = { influence: true, relevance: true, keyTerm: true, grouping: true };

const positions = (...ranges: [start: number, end: number][]) =>
  Int32Array.from(ranges.flatMap(([start, end]) => Array.from({ length: end - start }, (_, at) => start + at)));

/** 80 candidates, 100..179, of which `recomputeTokens` are computed again. */
function selection(recomputeTokens: number, changes: Partial<Candidates['plan']> = {}): Candidates {
  const plan = { spans: [spanOf(100, 180)], forced: [], recomputeTokens, selector: SELECTOR, ...changes };
  return { plan, candidates: positions([100, 180]), influence: null, relevance: null };
}

/** Scores of 80 candidates: 1 at these positions, else 0. */
const high = (...at: number[]) => Float32Array.from({ length: 80 }, (_, index) => (at.includes(index + 100) ? 1 : 0));

describe('by score', () => {
  test('single rows: the highest, ascending', () => {
    const single = { selector: { ...SELECTOR, grouping: false } };
    const rows = selectRows({ ...selection(3, single), influence: high(170, 101, 133) });
    expect([...rows]).toEqual([101, 133, 170]);
  });

  test('a window with many high scores goes before one with a single higher score', () => {
    const relevance = high(116, 117, 118, 119, 121);
    relevance[60] = 50;
    expect([...selectRows({ ...selection(8), relevance })]).toEqual([...positions([116, 124])]);
  });

  test('what a window does not use up goes to single rows of the next', () => {
    const influence = high(101, 102, 103, 104, 105, 150, 151);
    expect([...selectRows({ ...selection(10), influence })]).toEqual([...positions([100, 108]), 150, 151]);
  });

  test('a score on one scale does not drown one on another', () => {
    const single = { selector: { ...SELECTOR, grouping: false } };
    const influence = high(110).map((value) => value * 1e6);
    const relevance = high(120).map((value) => value * 1e-6);
    expect([...selectRows({ ...selection(2, single), influence, relevance })]).toEqual([110, 120]);
  });

  test('scores that say nothing still fill the budget, with neighbours', () => {
    expect([...selectRows({ ...selection(8), influence: new Float32Array(80) })]).toEqual([...positions([100, 108])]);
  });
});

describe('forced rows', () => {
  const forced = [
    { start: 100, end: 104 },
    { start: 170, end: 180 },
  ];

  test('count first, and nothing else is chosen when they use up the budget', () => {
    const rows = selectRows({ ...selection(14, { forced }), influence: high(140, 141, 142, 143, 144) });
    expect([...rows]).toEqual([...positions([100, 104], [170, 180])]);
  });

  test('are computed even beyond the budget, and without any score', () => {
    expect(selectRows({ ...selection(3, { forced }), influence: high(140) })).toHaveLength(14);
    expect(selectRows(selection(60, { forced }))).toHaveLength(14);
  });

  test('do not set the scale for the others', () => {
    const selector = { ...SELECTOR, grouping: false };
    // The forced rows deviate a thousand times as much as any other; among the others influence is the clearer sign.
    const influence = high(140).map((value, index) => (index < 4 || index >= 70 ? 1000 : value));
    const relevance = Float32Array.from({ length: 80 }, (_, index) => (index % 2) + (index === 43 ? 0.1 : 0));
    const rows = selectRows({ ...selection(15, { forced, selector }), influence, relevance });
    expect([...rows].filter((row) => row >= 104 && row < 170)).toEqual([140]);
  });

  test('help a window that they lie in', () => {
    const influence = high(104, 140);
    // 104 completes a window of four forced rows, 140 stands alone.
    expect([...selectRows({ ...selection(18, { forced }), influence })]).toEqual([
      ...positions([100, 108], [170, 180]),
    ]);
  });
});

test('rows that could not be loaded take their share of the budget with them', () => {
  const all = selection(40);
  const half = positions([100, 140]);
  const rows = selectRows({ ...all, candidates: half, influence: new Float32Array(40).fill(1) });
  expect(rows).toHaveLength(20);
  expect(selectRows({ ...all, candidates: new Int32Array(), influence: new Float32Array() })).toHaveLength(0);
});

test('whatever is planned: ascending, inside the candidates, forced rows in, the budget kept and used', () => {
  const random = seededRandom(11);
  let checked = 0;
  for (let round = 0; round < 500; round++) {
    const { prompt, match } = randomFinds(random);
    const ideas = { grouping: random() < 0.7, seams: random() < 0.7 };
    const quality = random() < 0.5 ? 'fast' : 'balanced';
    const costs = random() < 0.5 ? costsOf(4, 0.1) : sixLayers(costsOf(4, 0.1));
    const plan = hearthWith(ideas).plan(prompt, match, wishOf({ quality, costs })).approximate;
    if (plan === null) continue;
    const all = positions(...plan.spans.map(({ start, end }): [number, number] => [start, end]));
    const score = (share: number) => (random() < share ? Float32Array.from(all, () => random() ** 4) : null);
    const rows = selectRows({
      plan,
      candidates: all,
      influence: score(0.8),
      relevance: Float32Array.from(all, random),
    });
    checkRows(rows, all, plan);
    checked++;
  }
  expect(checked).toBeGreaterThan(150);
});

function checkRows(rows: Int32Array, all: Int32Array, plan: Candidates['plan']): void {
  const candidates = new Set(all);
  const selected = new Set(rows);
  expect(rows.every((row, at) => candidates.has(row) && (at === 0 || row > rows[at - 1]!))).toBe(true);
  expect(plan.forced.every(({ start, end }) => positions([start, end]).every((row) => selected.has(row)))).toBe(true);
  expect(rows.length).toBe(Math.max(plan.recomputeTokens, lengthOf(plan.forced)));
}

describe('other methods are special cases', () => {
  const prompt = promptOf(1000);
  const match = matchOf(0, [spanOf(40, 500), spanOf(500, 960, { context: 'canonical' })]);
  const all = positions([40, 960]);
  const influence = Float32Array.from(all, (position) => (position * 7919) % 1000);
  const relevance = Float32Array.from(all, (position) => (position * 104_729) % 1000);
  const bare = {
    seams: false,
    chunkStartTokens: 0,
    canonical: false,
    questionLines: false,
    grouping: false,
    bursts: false,
  } as const;

  function rows(ideas: Parameters<typeof hearthWith>[0]) {
    const plan = hearthWith({ ...bare, ...ideas }).plan(prompt, match, wishOf()).approximate!;
    const { selector } = plan;
    const scores = {
      influence: selector.influence ? influence : null,
      relevance: selector.relevance ? relevance : null,
    };
    return [...selectRows({ plan, candidates: all, ...scores })];
  }
  const highest = (score: Float32Array, count: number) =>
    [...all.keys()]
      .toSorted((a, b) => score[b]! - score[a]! || a - b)
      .slice(0, count)
      .map((index) => all[index]!)
      .toSorted((a, b) => a - b);

  test('EPIC: the first 16 tokens of each chunk and nothing else', () => {
    expect(rows({ chunkStartTokens: 16, recomputeShare: 0 })).toEqual([...positions([40, 56], [500, 516])]);
  });

  test('ProphetKV: a fifth of the rows, by the question alone', () => {
    expect(rows({ influence: 'never', relevance: true, recomputeShare: 0.2 })).toEqual(highest(relevance, 184));
  });

  test('by influence alone: single rows, the highest', () => {
    expect(rows({ influence: 'always', recomputeShare: 0.15 })).toEqual(highest(influence, 138));
  });

  test('no repair at all', () => {
    expect(rows({ influence: 'never', recomputeShare: 0 })).toEqual([]);
  });
});

test('the policy itself prefers windows', () => {
  const plan = hearth.plan(promptOf(1000), matchOf(0, [spanOf(40, 960)]), wishOf()).approximate!;
  const candidates = positions([40, 960]);
  const random = seededRandom(3);
  const rows = selectRows({ plan, candidates, influence: null, relevance: Float32Array.from(candidates, random) });
  const runs = rows.filter((row, at) => rows[at - 1] !== row - 1).length;
  expect(rows.length / runs).toBeGreaterThan(7);
});
