// Divergence of next-token distributions, against values worked out by hand.

import { expect, test } from 'vitest';
import { klDivergence, likeliest } from './divergence.ts';

const logOf = (...shares: number[]) => Float32Array.from(shares, Math.log);

test('is zero for one distribution, whatever is added to all its logits', () => {
  const logits = logOf(0.5, 0.3, 0.2);
  expect(klDivergence(logits, logits)).toBeCloseTo(0, 7);
  expect(
    klDivergence(
      logits,
      logits.map((logit) => logit + 100),
    ),
  ).toBeCloseTo(0, 4);
});

test('is that of the textbook, and not the same in both directions', () => {
  const [p, q] = [logOf(0.5, 0.5), logOf(0.9, 0.1)];
  expect(klDivergence(p, q)).toBeCloseTo(0.5 * Math.log(0.5 / 0.9) + 0.5 * Math.log(0.5 / 0.1), 5);
  expect(klDivergence(q, p)).toBeCloseTo(0.9 * Math.log(0.9 / 0.5) + 0.1 * Math.log(0.1 / 0.5), 5);
});

test('the likeliest of equal ones is the first', () => {
  expect(likeliest(Float32Array.of(1, 3, 3))).toBe(1);
});

test('rows of two vocabularies are refused', () => {
  expect(() => klDivergence(logOf(1), logOf(0.5, 0.5))).toThrow(RangeError);
});
