// Ranges and block references, cut and merged.

import { expect, test } from 'vitest';
import { clip, clipRefs, gaps, lengthOf, merge } from './ranges.ts';
import { blockOf } from './test-finds.ts';

test('ranges that overlap or touch become one', () => {
  const ranges = [
    { start: 20, end: 30 },
    { start: 0, end: 5 },
    { start: 5, end: 8 },
    { start: 22, end: 25 },
    { start: 9, end: 9 },
  ];
  expect(merge(ranges)).toEqual([
    { start: 0, end: 8 },
    { start: 20, end: 30 },
  ]);
  expect(lengthOf(merge(ranges))).toBe(18);
});

test('what is cut away and what is left over add up', () => {
  const ranges = [
    { start: 0, end: 10 },
    { start: 15, end: 20 },
  ];
  expect(clip(ranges, { start: 5, end: 18 })).toEqual([
    { start: 5, end: 10 },
    { start: 15, end: 18 },
  ]);
  expect(gaps(ranges, { start: 5, end: 25 })).toEqual([
    { start: 10, end: 15 },
    { start: 20, end: 25 },
  ]);
  expect(gaps([], { start: 3, end: 3 })).toEqual([]);
});

test('a block cut on both sides lends the rows that stand at the positions that are left', () => {
  const block = blockOf(100, 30, { offset: 10, blockCount: 64, decoded: { start: 105, end: 140 } });
  expect(clipRefs([block], { start: 110, end: 120 })).toEqual([
    { ...block, start: 110, offset: 20, count: 10, decoded: { start: 110, end: 120 } },
  ]);
  expect(clipRefs([block], { start: 0, end: 500 })).toEqual([block]);
  expect(clipRefs([block], { start: 130, end: 140 })).toEqual([]);
});
