// Percentiles lie between neighbours, and of nothing there are none.

import { expect, test } from 'vitest';
import { median, percentile } from './statistics.ts';

test('a percentile lies between the two values next to it, in any order of input', () => {
  expect(percentile([40, 10, 30, 20], 0.5)).toBe(25);
  expect(percentile([10, 20], 0.95)).toBeCloseTo(19.5);
  expect(percentile([7], 0.95)).toBe(7);
  expect(median([3, 1, 2])).toBe(2);
});

test('no values have no median', () => {
  expect(median([])).toBeNull();
});
