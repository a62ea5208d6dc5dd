// What an engine is started with: on Linux alone, and never against what somebody set.

import { expect, test } from 'vitest';
import { engineEnvironment } from './engine-environment.ts';

test('on Linux the allocator is told to give memory back; elsewhere nothing is added', () => {
  const added = engineEnvironment({ PATH: '/bin' }, 'linux');
  expect(Object.keys(added)).toEqual(['MALLOC_ARENA_MAX', 'MALLOC_MMAP_THRESHOLD_', 'MALLOC_TRIM_THRESHOLD_']);
  for (const value of Object.values(added)) expect(Number(value)).toBeGreaterThan(0);
  for (const platform of ['darwin', 'win32']) expect(engineEnvironment({ PATH: '/bin' }, platform)).toEqual({});
});

test('what is set already stays, and nothing is added twice', () => {
  const own = { MALLOC_ARENA_MAX: '7' };
  const added = engineEnvironment(own, 'linux');
  expect(added).not.toHaveProperty('MALLOC_ARENA_MAX');
  expect(engineEnvironment({ ...own, ...added }, 'linux')).toEqual({});
});
