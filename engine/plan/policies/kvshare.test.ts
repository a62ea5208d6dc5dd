// What KVShare plans: everything found is reused, a share of it computed again one by one, three rows in every step.

import { describe, expect, test } from 'vitest';
import { QUALITIES } from '../../contract/settings.ts';
import { kvshareEdits } from '../../match/kvshare-request.ts';
import { kvshareSpans } from '../../match/kvshare-spans.ts';
import { seededRandom } from '../../sample/random.ts';
import { policyNamed } from '../planner.ts';
import { lengthOf } from '../ranges.ts';
import { selectRows } from '../selection.ts';
import { costsOf, matchOf, promptOf, randomFinds, spanOf, wishOf } from '../test-finds.ts';
import { exact } from './exact.ts';
import { hearth } from './hearth.ts';
import { kvshare, kvshareWith } from './kvshare.ts';

const found = matchOf(100, [spanOf(120, 420), spanOf(500, 700)]);

test('it is the policy of that name', () => {
  expect(policyNamed('kvshare')).toBe(kvshare);
});

describe('the second version', () => {
  test('looks for equal text anywhere, in its own way', () => {
    expect(kvshare.wants(wishOf())).toEqual({ spans: true, similar: false, finder: kvshareSpans });
    expect(kvshare.namespace).toBe('kvshare');
  });

  test('computes a share of the reused tokens again, by quality or as asked', () => {
    const tokens = QUALITIES.map(
      (quality) => kvshare.plan(promptOf(900), found, wishOf({ quality })).approximate!.recomputeTokens,
    );
    expect(tokens).toEqual([200, 100, 50]);
    const asked = kvshareWith({ recomputeShare: 0.3 }).plan(promptOf(900), found, wishOf());
    expect(asked.approximate!.recomputeTokens).toBe(150);
  });

  test('forces nothing and takes single tokens: exactly those with the highest scores', () => {
    const { approximate } = kvshare.plan(promptOf(900), found, wishOf());
    expect(approximate!.forced).toEqual([]);
    expect(approximate!.selector).toEqual({
      influence: true,
      relevance: false,
      keyTerm: false,
      grouping: false,
      measure: 'dhd',
    });
    const candidates = Int32Array.from({ length: 500 }, (_, index) => (index < 300 ? 120 + index : 200 + index));
    const influence = Float32Array.from(candidates, (position) => (position % 5 === 0 ? position : 0));
    const chosen = selectRows({ plan: approximate!, candidates, influence, relevance: null });
    expect([...chosen]).toEqual([...candidates].filter((position) => position % 5 === 0));
  });

  test('reuses whatever was found, however little that saves', () => {
    const little = matchOf(0, [spanOf(20, 36)]);
    const wish = wishOf({ costs: costsOf(1, 5) });
    expect(kvshare.plan(promptOf(900), little, wish).approximate!.spans).toEqual(little.spans);
    expect(hearth.plan(promptOf(900), little, wish).approximate).toBeNull();
    const random = seededRandom(3);
    for (let round = 0; round < 200; round++) {
      const { prompt, match } = randomFinds(random);
      const plan = kvshare.plan(prompt, match, wishOf());
      expect(lengthOf(plan.approximate?.spans ?? [])).toBe(lengthOf(match.spans));
      expect(plan.reuse).toEqual(exact.plan(prompt, match, wishOf()).reuse);
    }
  });

  test('is an exact turn where nothing was found behind the prefix, and none where nothing was asked', () => {
    const nothing = matchOf(100, []);
    const plan = { ...exact.plan(promptOf(900), nothing, wishOf()), policy: 'kvshare' };
    expect(kvshare.plan(promptOf(900), nothing, wishOf())).toEqual(plan);
    expect(kvshare.plan(promptOf(900), null, wishOf()).approximate).toBeNull();
  });

  test('repairs three rows with each step, or in our bursts, or not', () => {
    const repair = (changes: Parameters<typeof kvshareWith>[0]) =>
      kvshareWith(changes).plan(promptOf(900), found, wishOf()).approximate!.repair;
    expect(repair({})).toEqual({ rows: 3, everySteps: 1, newest: true });
    expect(repair({ repair: 'bursts' })).toEqual({ rows: 7, everySteps: 16 });
    expect(repair({ repair: 'none' })).toBeNull();
  });

  test('checks its answer where that is wished for', () => {
    expect(kvshare.plan(promptOf(900), found, wishOf({ verify: true })).approximate!.verify).toBe(true);
  });
});

describe('the first version', () => {
  const first = kvshareWith({ version: 1 });

  test('looks for the most similar request and keeps nothing of its own', () => {
    expect(first.wants(wishOf())).toEqual({ spans: false, similar: true, finder: kvshareEdits });
    expect(first.namespace).toBeUndefined();
  });

  test('computes nothing but placeholders, now and later', () => {
    const { approximate } = first.plan(promptOf(900), found, wishOf({ quality: 'exact' }));
    expect(approximate).toMatchObject({ recomputeTokens: 0, forced: [], repair: null });
    expect(approximate!.selector).toMatchObject({ influence: false, relevance: false });
  });
});
