// Policies as functions: what a match becomes, and how it is counted.

import { describe, expect, test } from 'vitest';
import type { BlockKey, BlockRef } from '../../cache/block.ts';
import type { Match } from '../../match/matcher.ts';
import type { Prompt } from '../../text/prompt.ts';
import { countOrigins, countScopes } from '../reuse-plan.ts';
import { exact } from './exact.ts';
import { off } from './off.ts';

const prompt = (length: number): Prompt => ({
  tokens: new Int32Array(length),
  scopes: [{ start: 0, end: length, scope: 'library' }],
  documents: [],
  lastMessageStart: 0,
});
const block = (start: number, count: number, changes: Partial<BlockRef> = {}): BlockRef => ({
  key: `${start}` as BlockKey,
  scope: 'library',
  start,
  count,
  blockCount: count,
  decoded: { start: 0, end: 0 },
  ...changes,
});
const match = (...blocks: BlockRef[]): Match => ({
  tokens: blocks.reduce((sum, each) => sum + each.count, 0),
  blocks,
  missReason: null,
});

describe('exact', () => {
  test('takes all that was found, but always computes the last token', () => {
    const plan = exact.plan(prompt(128), match(block(0, 64), block(64, 64)));
    expect(plan.reusedTokens).toBe(127);
    expect(plan.reuse.map((each) => each.count)).toEqual([64, 63]);
    expect(countOrigins(plan)).toMatchObject({ exactPrefix: 127, fresh: 1 });
  });

  test('does not bother with a handful of tokens', () => {
    expect(exact.plan(prompt(100), match(block(0, 3)))).toMatchObject({ reusedTokens: 0, reuse: [] });
  });

  test('counts rows of an earlier answer apart, and tokens by the scope of their block', () => {
    const mine = block(64, 30, { scope: 'private:ana' as BlockRef['scope'], decoded: { start: 80, end: 94 } });
    const plan = exact.plan(prompt(200), match(block(0, 64), mine));
    expect(countOrigins(plan)).toMatchObject({ exactPrefix: 80, ownAnswer: 14, fresh: 106 });
    expect(countScopes(plan)).toEqual({ library: 64, private: 30, app: 0 });
  });

  test('counts what could really be loaded', () => {
    const plan = exact.plan(prompt(200), match(block(0, 64), block(64, 64)));
    expect(countOrigins(plan, 64)).toMatchObject({ exactPrefix: 64, fresh: 136 });
    expect(countScopes(plan, 64).library).toBe(64);
  });
});

test('off reuses nothing and asks nothing', () => {
  expect(off.usesCache).toBe(false);
  expect(off.plan(prompt(50), match(block(0, 49)))).toMatchObject({ reusedTokens: 0, missReason: 'policy-off' });
});
