// An answer is right, wrong in one of three ways, or says nothing; values count only where they stand by themselves.

import { expect, test } from 'vitest';
import { isWrongFact, likeness, verdictOn } from './task-score.ts';
import type { AskedFact } from './workloads.ts';

const code: AskedFact = { right: '4812', old: '9071', others: ['15', '48121'], pattern: /\d{2,5}/g };
const person: AskedFact = { right: 'Anna', old: 'Jo', others: ['Ann'], pattern: null };

test('the value of the document is right, that of before the edit is old, that of a rival is another', () => {
  expect(verdictOn('The code of the garage is 4812.', code)).toBe('right');
  expect(verdictOn('The code of the garage is 9071.', code)).toBe('old');
  expect(verdictOn('The code of the garage is 48121.', code)).toBe('other');
});

test('a value that stands nowhere is invented where its form gives it away, and nothing else is known to be', () => {
  expect(verdictOn('The code of the garage is 777.', code)).toBe('invented');
  expect(verdictOn('The document does not say.', code)).toBe('none');
  expect(verdictOn('The laundry is done by Anka.', person)).toBe('none');
});

test('a part of a longer word, number, time or price is not the value', () => {
  expect(verdictOn('Annabel does it.', person)).toBe('none');
  expect(verdictOn('ann does it', person)).toBe('other');
  const hours: AskedFact = { right: '8:15', old: null, others: ['15', '8'], pattern: /\d+:\d+/g };
  expect(verdictOn('On Monday we open at 18:15.', hours)).toBe('invented');
  expect(verdictOn('On Monday we open at 8:15.', hours)).toBe('right');
  const price: AskedFact = { right: '$18', old: null, others: ['18'], pattern: /\$\d+/g };
  expect(verdictOn('It costs $18.', price)).toBe('right');
  expect(verdictOn('It costs $180.', price)).toBe('invented');
});

test('no answer is no wrong fact', () => {
  const verdicts = ['right', 'old', 'other', 'invented', 'none'] as const;
  expect(verdicts.map(isWrongFact)).toEqual([false, true, true, true, false]);
});

test('likeness counts the words that both answers have in the same order', () => {
  expect(likeness('The ladder is in the hall.', 'The ladder is in the hall.')).toBe(1);
  // Five of six words, and the full stop.
  expect(likeness('The ladder is in the hall.', 'The ladder is in the attic.')).toBeCloseTo(6 / 7, 3);
  expect(likeness('Nobody knows', 'The ladder is here.')).toBe(0);
  expect(likeness('', 'The ladder is here.')).toBe(0);
});
