// The shares of a prompt by origin.

import { expect, it } from 'vitest';
import { ORIGINS, originShares, reusedTokens } from './origins.ts';

const tokens = { exactPrefix: 50, ownAnswer: 0, moved: 30, edited: 0, similar: 0, fresh: 20 };

it('shares lie side by side, in the fixed order, and fill the prompt', () => {
  const shares = originShares(tokens);
  expect(shares.map((share) => share.key)).toEqual(['exactPrefix', 'moved', 'fresh']);
  expect(shares.map((share) => share.start)).toEqual([0, 0.5, 0.8]);
  expect(shares.reduce((sum, share) => sum + share.share, 0)).toBeCloseTo(1);
});

it('an empty prompt has no shares', () => {
  expect(originShares({ exactPrefix: 0, ownAnswer: 0, moved: 0, edited: 0, similar: 0, fresh: 0 })).toEqual([]);
});

it('every origin of the contract has its name and its meaning', () => {
  expect(ORIGINS.map((origin) => origin.key).toSorted()).toEqual(Object.keys(tokens).toSorted());
  expect(reusedTokens({ promptTokens: 100, tokens })).toBe(80);
});
