// The learned cost of loading rows.

import { expect, test } from 'vitest';
import { LoadSpeed } from './load-speed.ts';

test('is unknown until rows were loaded', () => {
  const speed = new LoadSpeed();
  expect(speed.estimateMs(100)).toBeNull();
  speed.record(0, 5);
  speed.record(200, 0);
  expect(speed.estimateMs(100)).toBeNull();
});

test('grows with the rows', () => {
  const speed = new LoadSpeed();
  speed.record(640, 64);
  speed.record(64, 6.4);
  expect(speed.estimateMs(2000)).toBeCloseTo(200, 6);
  expect(speed.estimateMs(0)).toBe(0);
});

test('a few rows say nothing', () => {
  const speed = new LoadSpeed();
  speed.record(640, 64);
  for (let round = 0; round < 100; round++) speed.record(3, 50);
  expect(speed.estimateMs(10)).toBeCloseTo(1, 6);
});

test('a load that was interrupted says nothing', () => {
  const speed = new LoadSpeed();
  for (const ms of [2, 30, 2.2, 45, 2.1]) speed.record(200, ms);
  expect(speed.estimateMs(200)).toBeCloseTo(2.2, 6);
});

test('follows a machine that became slower', () => {
  const speed = new LoadSpeed();
  for (let round = 0; round < 50; round++) speed.record(500, 50);
  for (let round = 0; round < 100; round++) speed.record(500, 500);
  expect(speed.estimateMs(100)).toBeGreaterThan(95);
});
