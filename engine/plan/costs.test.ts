// Costs of plans, against the arithmetic they stand for.

import { describe, expect, test } from 'vitest';
import { figuresOf, spanCost, tokenLayers, workCost } from './costs.ts';
import { costsOf, spanOf, UNKNOWN_COSTS } from './test-finds.ts';

const SHAPE = { layers: 30, boundary: 2 };
const PROBE = 0.25;
const nothing = { influence: false, relevance: false };

describe('token-layers', () => {
  const work = {
    prefixTokens: 100,
    promptTokens: 1100,
    spans: [spanOf(150, 1050)],
    recompute: [90],
    selector: nothing,
  };

  test('without a look: the fresh rows and those computed again', () => {
    expect(tokenLayers(SHAPE, work)).toBeCloseTo((100 + 90) / 1100, 10);
  });

  test('with the shallow layers: b/L + (1 - b/L)·r behind the prefix, and the probe', () => {
    const rest = 1000;
    const again = (100 + 90) / rest;
    const share = 2 / 30 + (28 / 30) * again;
    const expected = (share * rest + (900 * PROBE) / 30) / 1100;
    expect(tokenLayers(SHAPE, { ...work, selector: { ...nothing, influence: true } })).toBeCloseTo(expected, 10);
  });

  test('the rows that ask are counted twice', () => {
    const asked = tokenLayers(SHAPE, { ...work, selector: { ...nothing, relevance: true } });
    expect(asked).toBeCloseTo((100 + 90 + 32) / 1100, 10);
    const long = { ...work, promptTokens: 1300, selector: { ...nothing, relevance: true } };
    expect(tokenLayers(SHAPE, long)).toBeCloseTo((300 + 90 + 32) / 1300, 10);
  });

  test('all of an exact plan behind its prefix', () => {
    expect(tokenLayers(SHAPE, { ...work, spans: [], recompute: [] })).toBeCloseTo(1000 / 1100, 10);
  });
});

describe('costs', () => {
  test('are those of the machine where they are known', () => {
    const figures = figuresOf(costsOf(2, 0.5));
    expect(figures.prefill({ start: 10, end: 20 })).toBe(20);
    expect(figures.load(10)).toBe(5);
    const cost = spanCost(figures, { start: 0, end: 100 }, { selector: nothing, rows: 10 });
    expect(cost).toBeCloseTo(50 + 10 * 2 * 1.25, 10);
  });

  test('are rows where they are not, and never a mixture', () => {
    const figures = figuresOf({ ...UNKNOWN_COSTS, loadMs: () => 1000 });
    expect(figures.prefill({ start: 10, end: 20 })).toBe(10);
    expect(figures.load(10)).toBeCloseTo(1.5, 10);
  });

  test('of a plan are those of its parts', () => {
    const figures = figuresOf(costsOf(1, 0.1));
    const spans = [spanOf(20, 120), spanOf(130, 180)];
    const selector = { influence: false, relevance: true };
    const work = { prefixTokens: 10, promptTokens: 200, spans, recompute: [20, 10], selector };
    const fresh = 10 + 10 + 20;
    expect(workCost(figures, work)).toBeCloseTo(fresh + 150 * 0.1 + 30 * 1.25 + 20, 10);
  });
});
