// Repair in every step: three rows each, by the newest attention, until none is left.

import { expect, test } from 'vitest';
import { StepRepair } from './step-repair.ts';

const rowsOf = (...rows: number[]) => Int32Array.of(...rows);
const attentionOn = (values: Record<number, number>, length = 20) =>
  Float32Array.from({ length }, (_, row) => values[row] ?? 0);

test('three rows come with each step that follows a look, and each row once', () => {
  const repair = new StepRepair(3, rowsOf(2, 3, 5, 7, 11, 13, 17), null);
  const bursts: number[][] = [];
  for (let step = 0; step < 6; step++) {
    bursts.push([...repair.nextBurst()]);
    if (repair.wantsAttention) repair.observe(attentionOn({ 13: 5, 5: 4, 2: 3, 3: 2, 7: 1 }));
  }
  expect(bursts).toEqual([[], [2, 5, 13], [3, 7, 11], [17], [], []]);
  expect(repair.finished).toBe(true);
  expect(repair.wantsAttention).toBe(false);
});

test('the newest attention alone decides', () => {
  const repair = new StepRepair(1, rowsOf(1, 2, 3), null);
  repair.observe(attentionOn({ 1: 9, 2: 5, 3: 1 }));
  expect([...repair.nextBurst()]).toEqual([1]);
  repair.observe(attentionOn({ 2: 1, 3: 2 }));
  expect([...repair.nextBurst()]).toEqual([3]);
});

test('attention counts by how far the row is off', () => {
  const repair = new StepRepair(1, rowsOf(1, 2), Float32Array.of(0.1, 10));
  repair.observe(attentionOn({ 1: 9, 2: 5 }));
  expect([...repair.nextBurst()]).toEqual([2]);
});

test('it goes on when the answer hardly looks at approximate rows', () => {
  const repair = new StepRepair(1, rowsOf(1, 2, 3, 4, 5, 6), null);
  for (let look = 0; look < 5; look++) {
    repair.observe(attentionOn({ 0: 1 }));
    expect(repair.nextBurst()).toHaveLength(1);
  }
  expect(repair.finished).toBe(false);
});
