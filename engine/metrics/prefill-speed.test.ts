// The learned cost of prefill: right for a machine whose cost is known, honest before anything was measured.

import { describe, expect, test } from 'vitest';
import { PrefillSpeed } from './prefill-speed.ts';

/** A machine that needs `base + slope · position` milliseconds a row. */
const cost = (start: number, end: number, base: number, slope: number) =>
  (end - start) * (base + (slope * (start + end)) / 2);
function learned(base: number, slope: number): PrefillSpeed {
  const speed = new PrefillSpeed();
  for (let start = 0; start < 2048; start += 128)
    speed.record(start, start + 128, cost(start, start + 128, base, slope));
  return speed;
}

describe('prefill speed', () => {
  test('is unknown at first', () => {
    const speed = new PrefillSpeed();
    expect(speed.estimateMs(0, 100)).toBeNull();
    expect(speed.chunkRows(0)).toBe(32);
  });

  test('follows a cost that grows with the position', () => {
    const speed = learned(0.5, 0.001);
    for (const [start, end] of [
      [0, 64],
      [0, 1000],
      [1500, 2000],
    ] as const) {
      expect(speed.estimateMs(start, end)).toBeCloseTo(cost(start, end, 0.5, 0.001), 3);
    }
  });

  test('forgets what a machine was like before it became slower', () => {
    const speed = learned(0.5, 0);
    for (let round = 0; round < 400; round++) speed.record(0, 128, cost(0, 128, 2, 0));
    expect(speed.estimateMs(0, 100)).toBeGreaterThan(190);
  });

  test('makes steps shorter where rows are dearer, within limits', () => {
    expect(learned(0.001, 0).chunkRows(0)).toBe(512);
    expect(learned(1, 0).chunkRows(0)).toBe(96);
    expect(learned(1, 0.01).chunkRows(2000)).toBeLessThan(learned(1, 0.01).chunkRows(0));
    expect(learned(50, 0).chunkRows(0)).toBe(32);
    expect(learned(1, 0).chunkRows(0, 'alone')).toBe(288);
  });

  test('learns nothing from steps of a few rows', () => {
    const speed = learned(0.5, 0);
    for (let round = 0; round < 100; round++) speed.record(0, 4, 400);
    expect(speed.estimateMs(0, 100)).toBeCloseTo(50, 3);
  });
});
