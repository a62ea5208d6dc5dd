// What the cache holds behind a beginning, by scope: guesses for an answer come from nobody else's texts.

import { expect, test } from 'vitest';
import type { Scope } from '../types.ts';
import { ANA, BEN, joined, keep, openCache, spaceOf, temporaryFolder, tokensFrom } from './test-cache.ts';

const shared = tokensFrom(1, 64);
const READ_BY_ANA: Scope[] = ['app', 'library', ANA];

test('the latest chain comes first, and another person’s never', () => {
  using folder = temporaryFolder();
  let now = 0;
  const cache = openCache(folder, { now: () => ++now });
  const space = spaceOf(cache);
  const [parent] = keep(space, { tokens: shared, scope: 'library' });
  const answers = { old: tokensFrom(500, 80), latest: tokensFrom(700, 80), foreign: tokensFrom(900, 80) };
  for (const [name, answer] of Object.entries(answers)) {
    const scope = name === 'foreign' ? BEN : ANA;
    keep(space, { tokens: joined(shared, answer), scope, start: 64, parent: parent! });
  }
  const [ref] = space.find(shared, READ_BY_ANA).refs;
  for (const flush of [() => {}, () => cache.flush()]) {
    flush();
    expect(space.following(ref!, READ_BY_ANA)).toEqual([answers.latest, answers.old]);
    expect(space.following(ref!, ['library', BEN])).toEqual([answers.foreign]);
    expect(space.following(ref!, ['library'])).toEqual([]);
  }
  cache.close();
});

test('a block that was used in part goes on with its own rest', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  const space = spaceOf(cache);
  keep(space, { tokens: tokensFrom(1, 100), scope: ANA });
  const { refs } = space.find(tokensFrom(1, 40), READ_BY_ANA);
  expect(space.following(refs.at(-1)!, READ_BY_ANA)).toEqual([tokensFrom(41, 60)]);
  cache.close();
});
