// For a test: fills the cache in the folder given as argument until somebody ends the process,
// or the test that started it is gone. No test itself.

import { KV_PRECISIONS } from '../contract/settings.ts';
import { ANA, keep, openCache, spaceOf, tokensFrom } from './test-cache.ts';

const [path = '', quotaBytes = '0'] = process.argv.slice(2);
const cache = openCache({ path }, { quotaBytes: Number(quotaBytes), memoryBudgetBytes: 1 << 20 });
const space = spaceOf(cache);
const parent = process.ppid;
for (let turn = 0; process.ppid === parent; turn++) {
  const tokens = tokensFrom((turn % 300) * 10_000, 64 * 4 + (turn % 50));
  const scope = turn % 2 === 0 ? 'library' : ANA;
  const precision = KV_PRECISIONS[(turn >> 3) % 4] ?? 'lossless';
  keep(space, { tokens, scope, precision, blockTokens: turn % 3 === 0 ? 20 : 64 });
  space.used(space.find(tokens, [scope]).refs, 1);
  if (turn % 5 === 0) cache.flush();
  if (turn % 9 === 0) cache.compact(turn % 2 === 0 ? 0 : 10);
  if (turn % 40 === 0) cache.stats();
  if (turn % 70 === 69) cache.remove({ scope: 'private' });
  if (turn % 10 === 0) process.stdout.write('.');
}
