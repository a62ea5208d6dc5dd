// The order in which blocks leave a full disk.

import { expect, test } from 'vitest';
import { chanceOfReuse, GIVERS, leastValuableFirst, mayGive } from './eviction.ts';
import { ANA, BEN } from './test-cache.ts';
import type { Scope } from '../types.ts';

const HOUR_MS = 60 * 60 * 1000;
const block = { count: 64, bytes: 1000, prefillMs: 100, hits: 0, usedAt: 0 };

test('a block used often or lately is more likely to be used again', () => {
  const fresh = chanceOfReuse({ hits: 0, usedAt: HOUR_MS }, HOUR_MS);
  expect(chanceOfReuse({ hits: 3, usedAt: HOUR_MS }, HOUR_MS)).toBeGreaterThan(fresh);
  expect(chanceOfReuse({ hits: 0, usedAt: 0 }, 24 * HOUR_MS)).toBeLessThan(fresh);
  expect(chanceOfReuse({ hits: 9, usedAt: 2 * HOUR_MS }, HOUR_MS)).toBeLessThanOrEqual(1);
});

test('what costs least to lose per byte leaves first, among equals the longest unused', () => {
  const blocks = [
    { ...block, name: 'dear', prefillMs: 1000 },
    { ...block, name: 'small', bytes: 100 },
    { ...block, name: 'plain', usedAt: 0 },
    { ...block, name: 'big', bytes: 9000 },
    { ...block, name: 'newer', usedAt: HOUR_MS },
  ];
  expect(leastValuableFirst(blocks, HOUR_MS).map(({ name }) => name)).toEqual([
    'big',
    'plain',
    'newer',
    'dear',
    'small',
  ]);
});

test('rows of unknown cost are not thrown away as if they were free', () => {
  const [first] = leastValuableFirst(
    [
      { ...block, prefillMs: 0 },
      { ...block, prefillMs: 0.001, bytes: 2000 },
    ],
    HOUR_MS,
  );
  expect(first?.bytes).toBe(2000);
});

test('room comes from the writer if it holds more than its share, else from those who do, else from who holds more', () => {
  const held = new Map<Scope, number>([
    ['app', 10],
    ['library', 400],
    [ANA, 500],
    [BEN, 90],
  ]);
  const givers = (writer: Scope | null): Scope[][] =>
    GIVERS.map((stage) => [...held.keys()].filter((owner) => mayGive(owner, stage, { held, roomBytes: 1000, writer })));
  expect(givers(ANA)).toEqual([[ANA], ['library', ANA], [ANA]]);
  expect(givers(BEN)).toEqual([[], ['library', ANA], ['library', ANA, BEN]]);
  expect(givers(null)).toEqual([[], ['library', ANA], ['app', 'library', ANA, BEN]]);
});
