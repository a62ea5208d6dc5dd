// The walk's effort: it must grow with the chain, not double with every block of it.

import { expect, test } from 'vitest';
import { ANA, joined, keep, openCache, spaceOf, temporaryFolder, tokensFrom } from './test-cache.ts';

test('a long chain of short blocks, as many small turns leave it, is walked once', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  const space = spaceOf(cache);
  const tokens = tokensFrom(1, 200);
  // Twice as many steps for each block would not end today.
  keep(space, { tokens, scope: ANA, blockTokens: 4 });
  expect(space.find(joined(tokens, tokensFrom(9000, 50)), [ANA])).toMatchObject({ tokens: 200, miss: 'new' });
  cache.close();
});
