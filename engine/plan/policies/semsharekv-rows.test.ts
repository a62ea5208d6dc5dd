// The choices of a layered plan, each on numbers small enough to be checked by eye.

import { describe, expect, test } from 'vitest';
import { highDeviation, hotRows, recomputedRows, retainedRows, retention, shareAt } from './semsharekv-rows.ts';

const positions = (count: number, start = 0) => Int32Array.from({ length: count }, (_, index) => start + index);

test('a share falls exponentially from the first layer to the last', () => {
  const decay = { first: 0.8, last: 0.2 };
  expect([0, 0.5, 1].map((depth) => shareAt(decay, depth))).toEqual([
    0.8,
    expect.closeTo(0.4, 10),
    expect.closeTo(0.2, 10),
  ]);
  expect(shareAt({ first: 0, last: 0 }, 0.5)).toBe(0);
});

describe('high deviation', () => {
  const view = {
    matched: Int32Array.of(1, 2, 3, 5, 8),
    deviation: Float32Array.of(9, 0, 2, 0, 9, 7, 9, 9, 0),
    attention: Float64Array.of(0, 0.1, 0, 0.3, 0, 0, 0, 0, 0.2),
  };

  test('takes its share of the rows that deviate most', () => {
    expect(Array.from(highDeviation(view, 0.4))).toEqual([5, 2]);
  });

  test('looks at attention where rows deviate by the same', () => {
    expect(Array.from(highDeviation(view, 1))).toEqual([5, 2, 3, 8, 1]);
  });
});

test('hot rows are the fewest that recover the share of attention', () => {
  const attention = Float64Array.of(0.1, 0.4, 0.1, 0.3, 0.1);
  expect(Array.from(hotRows(attention, 0.4))).toEqual([1]);
  expect(Array.from(hotRows(attention, 0.55))).toEqual([1, 3]);
});

describe('what a segment computes', () => {
  const plan = { recompute: { first: 0.5, last: 0.25 }, recovery: 0.5 };
  // Rows 0 to 7 have cached ones, 8 and 9 have not.
  const choice = {
    plan,
    depth: 0,
    computed: positions(10),
    matched: new Set(positions(8)),
    deviating: Int32Array.of(6, 2, 4),
    attention: Float64Array.of(0, 0.3, 0, 0.4, 0, 0.1, 0, 0.1, 0.1, 0),
  };

  test('is what has no cached row, then high deviation, then what is hot', () => {
    expect(Array.from(recomputedRows(choice))).toEqual([2, 3, 4, 6, 8, 9]);
  });

  test('is less in deeper layers', () => {
    expect(Array.from(recomputedRows({ ...choice, depth: 1 }))).toEqual([2, 6, 8, 9]);
  });

  test('is nothing that the segment before did not compute', () => {
    expect(Array.from(recomputedRows({ ...choice, computed: Int32Array.of(1, 3, 4, 8, 9) }))).toEqual([1, 3, 4, 8, 9]);
    expect(Array.from(recomputedRows({ ...choice, computed: Int32Array.of(0, 4, 7, 8, 9) }))).toEqual([4, 8, 9]);
  });

  test('is not more than what deviates or is hot, however much room there is', () => {
    const roomy = { ...choice, plan: { ...plan, recompute: { first: 1, last: 1 } } };
    expect(Array.from(recomputedRows(roomy))).toEqual([1, 2, 3, 4, 6, 8, 9]);
  });
});

test('the most attended rows stay, and the last one whatever it gets', () => {
  const attention = Float64Array.of(0.3, 0.1, 0.4, 0.2, 0);
  expect(Array.from(retainedRows(attention, 0.6))).toEqual([0, 2, 4]);
  expect(Array.from(retainedRows(attention, 0.01))).toEqual([4]);
  expect(Array.from(retainedRows(attention, 1))).toEqual([0, 1, 2, 3, 4]);
});

describe('retention', () => {
  const held = (layers: number[], decay: { first: number; last: number }): number => {
    let [kept, most] = [0, 0];
    for (const [segment, count] of layers.entries()) {
      const share = shareAt(decay, segment / (layers.length - 1));
      most = Math.max(most, kept + count + share / 2);
      kept += share * count;
    }
    return most / layers.reduce((sum, count) => sum + count, 0);
  };

  test('keeps what the peak allows, whatever the depth of the model', () => {
    for (const layers of [
      [1, 1, 1, 1, 1, 1],
      [1, 2, 2, 2, 2, 2, 1],
      [1, 5, 5, 5, 5, 5, 4],
    ]) {
      const decay = retention({ first: 0.8, peak: 0.57 }, layers);
      expect(held(layers, decay)).toBeLessThanOrEqual(0.57);
      expect(held(layers, decay)).toBeGreaterThan(0.56);
      expect(decay.last).toBeLessThan(0.8);
    }
  });

  test('keeps everything where that is asked for', () => {
    expect(retention({ first: 1, peak: 2 }, [1, 3, 3])).toEqual({ first: 1, last: 1 });
  });
});
