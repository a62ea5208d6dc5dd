// The ladder's figures on made-up answers: shares, means and ratios, of all answers and of the approximate ones alone.

import { expect, test } from 'vitest';
import { describeLadder, ladderRows, turnedWrong, verifiedDifferences } from './ladder-rows.ts';
import type { LadderOutcome } from './ladder-rows.ts';

function outcome(own: Partial<LadderOutcome>): LadderOutcome {
  return {
    caseId: 'moved-0',
    workload: 'moved',
    way: 'off',
    promptTokens: 500,
    answer: 'It is 12.',
    isIdentical: true,
    verdict: 'right',
    offIsRight: true,
    kl: [],
    agreements: 0,
    prefixTokens: 0,
    spanTokens: 0,
    recomputedTokens: 0,
    foundTokens: 0,
    tokenLayers: 1,
    ttftMs: 100,
    offTtftMs: 100,
    ...own,
  };
}

const approximate = { spanTokens: 400, foundTokens: 400, recomputedTokens: 80, tokenLayers: 0.3 };
const outcomes = [
  outcome({}),
  outcome({ way: 'fast', ...approximate, prefixTokens: 50, kl: [0, 0.2], agreements: 2, ttftMs: 25 }),
  outcome({ caseId: 'moved-1', verdict: 'none' }),
  outcome({
    ...approximate,
    caseId: 'moved-1',
    way: 'fast',
    isIdentical: false,
    verdict: 'old',
    offIsRight: false,
    answer: 'It is 13.',
    kl: [0.4, 0],
    agreements: 1,
    ttftMs: 50,
  }),
  outcome({ caseId: 'moved-2' }),
  outcome({ caseId: 'moved-2', way: 'fast', foundTokens: 90, kl: [0, 0], agreements: 2, ttftMs: 200 }),
];

test('shares are of all answers, and beside them of those from approximate rows', () => {
  const [off, fast] = ladderRows(outcomes);
  expect(off).toMatchObject({ way: 'off', n: 3, identical: 1, right: 0.6667, wrongFact: 0, meanKl: null, top1: null });
  expect(fast).toMatchObject({
    n: 3,
    identical: 0.6667,
    right: 0.6667,
    wrongFact: 0.3333,
    oldFact: 0.3333,
    meanKl: 0.1,
    maxKl: 0.4,
    top1: 0.8333,
    recomputedShare: 0.2,
    tokenLayers: 0.5333,
    ttftRatio: 2,
    approximate: 0.6667,
    refused: 0.3333,
    approximateIdentical: 0.5,
    approximateWrongFact: 0.5,
    rightIdentical: 1,
  });
});

test('rows of which all were computed again are not approximate', () => {
  const [row] = ladderRows([outcome({ way: 'fast', spanTokens: 40, foundTokens: 40, recomputedTokens: 40 })]);
  expect(row).toMatchObject({ approximate: 0, refused: 1, recomputedShare: 1, approximateIdentical: null });
});

test('a verified answer that is not the one of off is named with both texts', () => {
  const verified = [outcome({}), outcome({ way: 'verified' }), outcome({ caseId: 'moved-1' })];
  expect(verifiedDifferences(verified)).toEqual({ prompts: 1, differences: [] });
  const other = outcome({ caseId: 'moved-1', way: 'verified', isIdentical: false, answer: 'It is 99.' });
  const found = verifiedDifferences([...verified, other]);
  expect(found).toEqual({
    prompts: 2,
    differences: [{ caseId: 'moved-1', expected: 'It is 12.', actual: 'It is 99.' }],
  });
  expect(describeLadder({ rows: ladderRows(verified), verified: found }).slice(-2)).toEqual([
    'verified answers as those of off: 1 of 2',
    'moved-1: "It is 12." / "It is 99."',
  ]);
});

test('answers that went wrong where off did not are listed; those of stale rows are not', () => {
  const stale = outcome({ caseId: 'moved-1', way: 'stale', verdict: 'other', isIdentical: false });
  expect(turnedWrong([...outcomes, stale])).toEqual([
    { caseId: 'moved-1', way: 'fast', verdict: 'old', expected: 'It is 12.', actual: 'It is 13.' },
  ]);
});

test('a person reads a table per workload', () => {
  const lines = describeLadder({ rows: ladderRows(outcomes), verified: { prompts: 0, differences: [] } });
  expect(lines[0]).toBe('moved');
  expect(lines[1]).toMatch(/^way +n +tokens +as off +right +wrong/);
  expect(lines[3]).toMatch(/^fast +3 +500 +66\.7 +66\.7 +33\.3 +33\.3 +1\.0e-1 +0\.40 +83\.3/);
});
