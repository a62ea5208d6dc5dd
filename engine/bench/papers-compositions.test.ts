// What a budget of token-layers buys, by the plans: the looking is paid first.

import { expect, test } from 'vitest';
import type { ApproximatePlan } from '../plan/reuse-plan.ts';
import { matchOf, promptOf, spanOf, wishOf } from '../plan/test-finds.ts';
import { atBudget, BUDGETED, FIXED } from './papers-compositions.ts';

/** 30 layers, of which 2 look. */
const spans = [
  spanOf(100, 300),
  spanOf(310, 320),
  spanOf(400, 490, { origin: 'edited', windows: [{ start: 400, end: 440 }] }),
];

function planned(name: string, share: number | null): ApproximatePlan {
  const composition = [...BUDGETED, ...FIXED].find((each) => each.name === name)!;
  return atBudget(composition, share).plan(promptOf(520), matchOf(50, spans), wishOf()).approximate!;
}

test('without a look the whole budget goes into rows: the same share of each span, or equally many of each', () => {
  expect(planned('EPIC: equal share of first rows', 0.2)).toMatchObject({
    forced: [
      { start: 100, end: 140 },
      { start: 310, end: 312 },
      { start: 400, end: 418 },
    ],
    recomputeTokens: 60,
    selector: { influence: false, relevance: false },
  });
  expect(planned('equally many first rows', 0.2)).toMatchObject({
    forced: [
      { start: 100, end: 125 },
      { start: 310, end: 320 },
      { start: 400, end: 425 },
    ],
    recomputeTokens: 60,
  });
});

test('a look is paid out of the budget, and where it costs more than that nothing is computed again', () => {
  // 300 rows through 2.25 layers and 30 questions through a quarter of one leave 1117 of 1800 token-layers.
  expect(planned('influence', 0.2)).toMatchObject({ forced: [], recomputeTokens: 39, selector: { influence: true } });
  expect(planned('influence', 0.05)).toMatchObject({ recomputeTokens: 0, selector: { influence: false } });
  // 30 questions through 30 layers.
  expect(planned('ProphetKV: question', 0.2)).toMatchObject({ recomputeTokens: 30, selector: { relevance: true } });
});

test('what is computed in any case comes in its order and ends with the budget', () => {
  const { forced, selector } = planned('edit windows, seams, influence', 0.1);
  expect(forced).toEqual([{ start: 400, end: 407 }]);
  expect(selector.influence).toBe(false);
});

test('a fixed number of rows costs what it costs', () => {
  expect(planned('first 16 rows of each span', null)).toMatchObject({ recomputeTokens: 42 });
  expect(planned('first 16 rows, edit windows', null)).toMatchObject({ recomputeTokens: 66 });
});
