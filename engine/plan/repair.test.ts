// Repair while decoding, as the decode loop uses it: a burst, or a look at the attention, or neither.

import { describe, expect, test } from 'vitest';
import { seededRandom } from '../sample/random.ts';
import { DecodeRepair } from './repair.ts';

const SCHEDULE = { rows: 7, everySteps: 4 };
const upTo = (count: number) => Int32Array.from({ length: count }, (_, index) => index);

/** Runs decode steps; gives the bursts by step, and the steps whose attention was asked for. */
function decode(repair: DecodeRepair, steps: number, attention: (step: number) => Float32Array) {
  const bursts: [step: number, rows: number[]][] = [];
  const looks: number[] = [];
  for (let step = 0; step < steps; step++) {
    const burst = repair.nextBurst(step);
    if (burst.length > 0) bursts.push([step, [...burst]]);
    else if (repair.wantsAttention) {
      looks.push(step);
      repair.observe(attention(step));
    }
  }
  return { bursts, looks };
}

describe('bursts', () => {
  test('come every fourth step, behind a look at the attention, seven rows at a time', () => {
    const { bursts, looks } = decode(new DecodeRepair(SCHEDULE, upTo(100)), 21, () => new Float32Array(100).fill(0.01));
    expect(bursts.map(([step]) => step)).toEqual([3, 7, 11, 15, 19]);
    expect(bursts.every(([, rows]) => rows.length === 7)).toBe(true);
    // One look is enough for four bursts.
    expect(looks).toEqual([2, 18]);
  });

  test('take the rows that are looked at most, in ascending order', () => {
    const attention = Float32Array.from({ length: 50 }, (_, row) => ((row * 17) % 50) / 1000);
    const { bursts } = decode(new DecodeRepair(SCHEDULE, upTo(50)), 8, () => attention);
    const wanted = [...upTo(50)].toSorted((a, b) => attention[b]! - attention[a]!);
    expect(bursts[0]?.[1]).toEqual(wanted.slice(0, 7).toSorted((a, b) => a - b));
    expect(bursts[1]?.[1]).toEqual(wanted.slice(7, 14).toSorted((a, b) => a - b));
  });

  test('touch approximate rows only, and each at most once, until none is left', () => {
    const random = seededRandom(2);
    const approximate = upTo(300).filter((row) => row % 3 === 1);
    const repair = new DecodeRepair(SCHEDULE, approximate);
    const { bursts } = decode(repair, 100, () => Float32Array.from({ length: 340 }, random));
    const rows = bursts.flatMap(([, burst]) => burst);
    expect(new Set(rows).size).toBe(rows.length);
    expect([...rows].toSorted((a, b) => a - b)).toEqual([...approximate]);
    expect(repair.finished).toBe(true);
    expect(repair.wantsAttention).toBe(false);
    expect(bursts.at(-1)?.[1]).toHaveLength(100 % 7);
  });

  test('an answer knows which rows are still approximate', () => {
    const repair = new DecodeRepair(SCHEDULE, Int32Array.of(3, 5, 8));
    expect([...repair.approximateRows]).toEqual([3, 5, 8]);
    decode(repair, 4, () => new Float32Array(10).fill(1));
    expect([...repair.approximateRows]).toEqual([]);
  });
});

describe('the end', () => {
  const onRow = (row: number, share: number) => {
    const attention = new Float32Array(100).fill((1 - share) / 99);
    attention[row] = share;
    return attention;
  };

  test('nothing is repaired while the answer hardly looks at approximate rows, and after three looks nobody asks', () => {
    const repair = new DecodeRepair(SCHEDULE, Int32Array.of(40));
    const { bursts, looks } = decode(repair, 40, () => onRow(40, 0.019));
    expect(bursts).toEqual([]);
    expect(looks).toEqual([2, 6, 10]);
    expect(repair.finished).toBe(true);
  });

  test('attention that comes back in time is answered', () => {
    const repair = new DecodeRepair(SCHEDULE, Int32Array.of(40, 41));
    const { bursts } = decode(repair, 40, (step) => onRow(40, step < 8 ? 0.001 : 0.3));
    expect(bursts).toEqual([[11, [40, 41]]]);
  });

  test('attention that is nowhere ends it as well', () => {
    const repair = new DecodeRepair(SCHEDULE, upTo(10));
    decode(repair, 40, () => new Float32Array(20));
    expect(repair.finished).toBe(true);
  });
});

test('a schedule of every step still looks before it computes', () => {
  const repair = new DecodeRepair({ rows: 2, everySteps: 1 }, upTo(4));
  const { bursts, looks } = decode(repair, 10, () => Float32Array.of(0.4, 0.3, 0.2, 0.1));
  expect(looks).toEqual([0]);
  expect(bursts.map(([, rows]) => rows)).toEqual([
    [0, 1],
    [2, 3],
  ]);
});
