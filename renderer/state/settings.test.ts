// Changes of the settings over the real protocol, against an engine that keeps or refuses them as each test says.

import { beforeEach, expect, it } from 'vitest';
import { connect, serve, type Service } from '../../engine/contract/rpc.ts';
import type { Settings } from '../../engine/contract/settings.ts';
import { attachHost } from './engine.ts';
import { attempt, useNotices } from './notices.ts';
import { changeSettings, loadSettings, useSettings } from './settings.ts';
import { pipe } from './test-pipe.ts';

let kept: Partial<Settings>;
let keep: (change: Partial<Settings>) => Promise<Partial<Settings>>;

const service = {
  calls: {
    'settings.get': () => kept,
    'settings.set': (change: Partial<Settings>) => keep(change),
    'models.list': () => [],
  },
  streams: {},
  check: (_: string, params: unknown) => params,
  describe: () => ({ code: 'storage-full', message: 'The disk is full.' }),
} as unknown as Service;

beforeEach(async () => {
  kept = { policy: 'exact', threads: 2 };
  const { page, engine } = pipe();
  serve(engine, service);
  attachHost({
    info: { kind: 'browser', version: '', platform: '' },
    start: (listener) => listener.onClient(connect(page)),
  });
  await loadSettings();
});

it('a change is seen before the engine has kept it, and then as the engine kept it', async () => {
  keep = (change) => Promise.resolve({ ...kept, ...change, threads: 1 });
  const changed = changeSettings({ policy: 'off' });
  expect(useSettings.getState().settings).toEqual({ policy: 'off', threads: 2 });
  await changed;
  expect(useSettings.getState().settings).toEqual({ policy: 'off', threads: 1 });
});

it('a change that could not be kept is taken back, and said', async () => {
  keep = () => Promise.reject(new Error('no room'));
  await attempt(() => changeSettings({ policy: 'off' }));
  expect(useSettings.getState().settings).toEqual({ policy: 'exact', threads: 2 });
  expect(useNotices.getState().notices.at(-1)?.message).toBe('The disk is full.');
});
