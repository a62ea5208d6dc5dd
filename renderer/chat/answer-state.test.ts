// The state of an answer in a word, and what checking it found.

import { expect, it } from 'vitest';
import { stateOf, verdictOf, verificationWords } from './answer-state.ts';
import { testReport } from './test-report.ts';

const approximate = { state: 'approximate' } as const;

it('an approximate answer is healed once its memory is exact; an exact one never was anything else', () => {
  expect(stateOf(testReport(approximate))).toBe('approximate');
  expect(stateOf(testReport({ ...approximate, healed: true }))).toBe('healed');
  expect(stateOf(testReport({ healed: true }))).toBe('exact');
});

it('checking either changed nothing or corrected something', () => {
  const checked = testReport({ ...approximate, verification: { checkedTokens: 19, correction: null } });
  const corrected = testReport({ verification: { checkedTokens: 1, correction: { at: 4, removed: 'x' } } });
  expect([testReport(), checked, corrected].map(verdictOf)).toEqual([null, 'checked', 'corrected']);
  expect([testReport(), testReport(approximate), checked, corrected].map(verificationWords)).toEqual([
    'not needed',
    'no',
    '19 tokens, all as they should be',
    '1 token, some were corrected',
  ]);
});
