// Grouping of cached blocks.

import { expect, test } from 'vitest';
import type { KvRows } from '../types.ts';
import { groupBlocks } from './kv-rows.ts';

const block = (count: number): KvRows => ({ count, k: new Float32Array(), v: new Float32Array() });

test('blocks are grouped in order until a group has enough rows', () => {
  const groups = groupBlocks([64, 64, 1, 200, 64].map(block), 128);
  expect(groups.map((group) => group.map(({ count }) => count))).toEqual([[64, 64], [1, 200], [64]]);
  expect(groupBlocks([], 128)).toEqual([]);
});
