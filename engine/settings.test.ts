// Settings survive a restart, and a stored value that makes no sense never keeps the engine from starting.

import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openUserData } from './conversations/user-data.ts';
import { secret, SettingsStore } from './settings.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const root = temporaryFolder();

test('what was set is kept over a restart, the rest has defaults', () => {
  const folder = join(root, 'kept');
  const { database } = openUserData(folder);
  const store = new SettingsStore(database);
  const defaults = store.get();
  expect(defaults).toMatchObject({
    modelId: 'starter',
    policy: 'hearth',
    quality: 'balanced',
    kvPrecision: 'lossless',
    liveKv: 'full',
  });
  expect(defaults).toMatchObject({ sampling: { temperature: 0, topP: 1 } });
  expect(defaults.memoryBudgetBytes).toBeLessThanOrEqual(2 ** 30);
  const sampling = { ...defaults.sampling, temperature: 0.7, stop: ['END'] };
  const changed = store.set({
    policy: 'hearth',
    quality: 'fast',
    kvPrecision: 'int8',
    threads: 2,
    sampling,
    modelId: undefined,
  });
  expect(changed).toEqual({
    ...defaults,
    policy: 'hearth',
    quality: 'fast',
    kvPrecision: 'int8',
    threads: 2,
    sampling,
  });
  store.get().sampling.stop.push('not mine to change');
  expect(store.get()).toEqual(changed);
  database.close();
  const again = openUserData(folder);
  expect(new SettingsStore(again.database).get()).toEqual(changed);
  again.database.close();
});

test('a value out of its range is refused and changes nothing', () => {
  const { database } = openUserData(join(root, 'refused'));
  const store = new SettingsStore(database);
  const before = store.get();
  expect(() => store.set({ policy: 'off', threads: 0 })).toThrow(expect.objectContaining({ code: 'bad-request' }));
  expect(store.get()).toEqual(before);
  expect(new SettingsStore(database).get()).toEqual(before);
  database.close();
});

test('a stored value that is not valid falls back to its default with a warning, alone', () => {
  const { database } = openUserData(join(root, 'corrupt'));
  const defaults = new SettingsStore(database).get();
  const write = database.prepare<[string, string]>('INSERT INTO settings (key, value) VALUES (?, ?)');
  write.run('policy', '"telepathy"');
  write.run('threads', '{"no": ');
  write.run('modelId', '"other"');
  write.run('sampling', '{"temperature": 0.5}');
  write.run('settingOfTomorrow', '1');
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const settings = new SettingsStore(database).get();
  const warnings = stderr.mock.calls.map(([line]) => String(line));
  stderr.mockRestore();
  expect(settings).toEqual({ ...defaults, modelId: 'other', sampling: { ...defaults.sampling, temperature: 0.5 } });
  expect(warnings).toHaveLength(2);
  expect(warnings.every((line) => line.includes('warn'))).toBe(true);
  database.close();
});

test('a secret is made once, differs by name and by folder, and survives a restart', () => {
  const first = openUserData(join(root, 'secret'));
  const made = secret(first.database, 'cache');
  expect(made).toHaveLength(32);
  expect(secret(first.database, 'cache')).toEqual(made);
  expect(secret(first.database, 'other')).not.toEqual(made);
  first.database.close();
  const again = openUserData(join(root, 'secret'));
  expect(secret(again.database, 'cache')).toEqual(made);
  again.database.close();
  const elsewhere = openUserData(join(root, 'elsewhere'));
  expect(secret(elsewhere.database, 'cache')).not.toEqual(made);
  elsewhere.database.close();
});
