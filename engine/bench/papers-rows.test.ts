// The figures of `papers` on made-up answers: shares, costs, and where policy `hearth` does worse.

import { expect, test } from 'vitest';
import { atEqualLayers, curves, duels, lostCases, paperRows } from './papers-rows.ts';
import type { PaperOutcome } from './papers-rows.ts';

function outcome(own: Partial<PaperOutcome>): PaperOutcome {
  return {
    caseId: 'a',
    group: 'moved',
    method: 'Hearth',
    ratio: 0.1,
    promptTokens: 500,
    answer: 'It is 12.',
    isIdentical: true,
    verdict: 'right',
    rougeL: 1,
    kl: [0, 0.2],
    agreements: 2,
    prefixTokens: 50,
    spanTokens: 400,
    recomputedTokens: 40,
    prefillLayers: 0.3,
    repairLayers: 0.1,
    kvBytes: 2 ** 20,
    ttftMs: 50,
    fullTtftMs: 100,
    tpotMs: 2,
    ...own,
  };
}

const wrong: Partial<PaperOutcome> = {
  isIdentical: false,
  verdict: 'old',
  answer: 'It is 13.',
  kl: [0.4, 0.2],
  agreements: 1,
};
const exact = { spanTokens: 0, recomputedTokens: 0, prefillLayers: 1, repairLayers: 0 };

test('a row for each text, method and ratio', () => {
  const rows = paperRows([
    outcome({}),
    outcome({ ...wrong, caseId: 'b', prefillLayers: 0.5 }),
    outcome({ ratio: 0.2 }),
  ]);
  expect(rows.map(({ ratio, n }) => [ratio, n])).toEqual([
    [0.1, 2],
    [0.2, 1],
  ]);
  expect(rows[0]).toMatchObject({
    identical: 0.5,
    right: 0.5,
    wrongFact: 0.5,
    meanKl: 0.2,
    top1: 0.75,
    approximate: 1,
    recomputedShare: 0.1,
    prefillLayers: 0.4,
    repairLayers: 0.1,
    kvMiB: 1,
    ttftRatio: 2,
    tpotMs: 2,
  });
});

test('a duel counts only prompts that both answered from approximate rows', () => {
  const own = { method: 'Hearth, nothing refused' };
  const other = { method: 'EPIC', repairLayers: 0 };
  const all = [
    outcome({ ...wrong, ...own }),
    outcome(other),
    outcome({ ...own, ...exact, caseId: 'b' }),
    outcome({ ...other, caseId: 'b' }),
    outcome({ ...own, caseId: 'c' }),
    outcome({ ...other, ...exact, caseId: 'c' }),
  ];
  expect(duels(all)).toEqual([
    { group: 'moved', method: 'EPIC', ratio: 0.1, n: 1, hearth: 0, other: 1, hearthLayers: 0.4, otherLayers: 0.3 },
  ]);
});

test('a lost prompt is named with both answers and with those that did better from approximate rows', () => {
  const all = [
    outcome({ method: 'full prefill', ratio: null, ...exact }),
    outcome(wrong),
    outcome({ method: 'EPIC' }),
    outcome({ method: 'CacheBlend', ...wrong }),
    outcome({ method: 'exact prefix', ...exact }),
    outcome({ method: 'ProphetKV', ratio: 0.2 }),
  ];
  expect(lostCases(all, 'full prefill')).toEqual([
    {
      caseId: 'a',
      method: 'Hearth',
      ratio: 0.1,
      better: ['EPIC'],
      expected: 'It is 12.',
      actual: 'It is 13.',
      verdict: 'old',
    },
  ]);
});

test('at equal token-layers Hearth stands on the line between its points, and nowhere below the cheapest', () => {
  const row = (method: string, ratio: number, prefillLayers: number, isIdentical: boolean) =>
    outcome({ method, ratio, prefillLayers, repairLayers: 0, isIdentical });
  const outcomes = [
    row('Hearth', 0.1, 0.4, false),
    row('Hearth', 0.2, 0.6, true),
    row('EPIC', 0.1, 0.2, true),
    row('EPIC', 0.2, 0.5, true),
    row('EPIC', 0.3, 0.9, false),
  ];
  const beside = atEqualLayers('all', curves(paperRows(outcomes)));
  expect(beside.map(({ layers, other, hearth }) => [layers, other, hearth])).toEqual([
    [0.2, 1, null],
    [0.5, 1, 0.5],
    [0.9, 0, 1],
  ]);
});
