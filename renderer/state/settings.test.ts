// Changes of the settings over the real protocol, against an engine that keeps or refuses them as each test says.

import { beforeEach, expect, it, vi } from 'vitest';
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

it('what was asked for before a change does not take it back', async () => {
  keep = (change) => Promise.resolve((kept = { ...kept, ...change }));
  const loaded = loadSettings();
  const changed = changeSettings({ policy: 'off' });
  await loaded;
  expect(useSettings.getState().settings?.policy).toBe('off');
  await changed;
  expect(useSettings.getState().settings?.policy).toBe('off');
});

it('of two changes in a row both stand, however the first one is answered', async () => {
  const answers: (() => void)[] = [];
  keep = (change) => {
    const own = (kept = { ...kept, ...change });
    return new Promise((resolve) => answers.push(() => resolve(own)));
  };
  const both = [changeSettings({ policy: 'off' }), changeSettings({ threads: 1 })];
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  answers[0]?.();
  await both[0];
  expect(useSettings.getState().settings).toEqual({ policy: 'off', threads: 1 });
  answers[1]?.();
  await both[1];
  expect(useSettings.getState().settings).toEqual({ policy: 'off', threads: 1 });
});
