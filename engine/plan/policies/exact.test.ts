// Policies as functions: what a match becomes, and how it is counted.

import { describe, expect, test } from 'vitest';
import type { BlockRef } from '../../cache/block.ts';
import type { Match } from '../../match/matcher.ts';
import { asPlanned, countOrigins, countScopes, originSpans } from '../plan-report.ts';
import type { ReusePlan } from '../reuse-plan.ts';
import { blockOf, matchOf, promptOf, spanOf, wishOf } from '../test-finds.ts';
import { exact } from './exact.ts';
import { off } from './off.ts';

const match = (...blocks: BlockRef[]): Match => ({
  ...matchOf(0, [], null),
  tokens: blocks.reduce((sum, each) => sum + each.count, 0),
  blocks,
});
const counted = (plan: ReusePlan, reusedTokens = plan.reusedTokens) =>
  originSpans(plan, { ...asPlanned(plan), reusedTokens });

describe('exact', () => {
  test('takes all that was found, but always computes the last token', () => {
    const plan = exact.plan(promptOf(128), match(blockOf(0, 64), blockOf(64, 64)), wishOf());
    expect(plan.reusedTokens).toBe(127);
    expect(plan.reuse.map((each) => each.count)).toEqual([64, 63]);
    expect(countOrigins(counted(plan))).toMatchObject({ exactPrefix: 127, fresh: 1 });
  });

  test('does not bother with a handful of tokens', () => {
    const plan = exact.plan(promptOf(100), match(blockOf(0, 3)), wishOf());
    expect(plan).toMatchObject({ reusedTokens: 0, reuse: [] });
  });

  test('counts rows of an earlier answer apart, and tokens by the scope of their block', () => {
    const mine = blockOf(64, 30, { scope: 'private:ana' as BlockRef['scope'], decoded: { start: 80, end: 94 } });
    const plan = exact.plan(promptOf(200), match(blockOf(0, 64), mine), wishOf());
    expect(countOrigins(counted(plan))).toMatchObject({ exactPrefix: 80, ownAnswer: 14, fresh: 106 });
    expect(countScopes(counted(plan))).toEqual({ library: 64, private: 30, app: 0 });
  });

  test('counts what could really be loaded', () => {
    const plan = exact.plan(promptOf(200), match(blockOf(0, 64), blockOf(64, 64)), wishOf());
    expect(countOrigins(counted(plan, 64))).toMatchObject({ exactPrefix: 64, fresh: 136 });
    expect(countScopes(counted(plan, 64)).library).toBe(64);
  });

  test('never takes rows that are not exactly its own, whatever the quality', () => {
    const wish = wishOf({ quality: 'fast' });
    expect(exact.wants(wish)).toEqual({ spans: false, similar: false });
    const plan = exact.plan(promptOf(900), matchOf(64, [spanOf(100, 800)]), wish);
    expect(plan).toMatchObject({ policy: 'exact', quality: 'fast', reusedTokens: 64, approximate: null });
  });
});

test('off reuses nothing and asks nothing', () => {
  expect(off.usesCache).toBe(false);
  expect(off.wants(wishOf({ quality: 'fast' }))).toEqual({ spans: false, similar: false });
  const plan = off.plan(promptOf(50), match(blockOf(0, 49)), wishOf());
  expect(plan).toMatchObject({ reusedTokens: 0, missReason: 'policy-off', quality: 'balanced', approximate: null });
});
