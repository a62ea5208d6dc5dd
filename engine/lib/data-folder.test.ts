// The default data folder follows each system's custom, and HEARTH_DATA overrides it.

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { defaultDataFolder } from './data-folder.ts';

test('on Linux it is under XDG_DATA_HOME, or under ~/.local/share', () => {
  expect(defaultDataFolder({ XDG_DATA_HOME: '/data' }, 'linux')).toBe(join('/data', 'hearth'));
  expect(defaultDataFolder({}, 'linux')).toBe(join(homedir(), '.local', 'share', 'hearth'));
});

test('on Windows it is under APPDATA, on macOS under Application Support', () => {
  expect(defaultDataFolder({ APPDATA: '/roaming' }, 'win32')).toBe(join('/roaming', 'Hearth'));
  expect(defaultDataFolder({}, 'darwin')).toBe(join(homedir(), 'Library', 'Application Support', 'Hearth'));
});

test('HEARTH_DATA overrides it everywhere and is made absolute', () => {
  for (const platform of ['linux', 'win32', 'darwin']) {
    expect(defaultDataFolder({ HEARTH_DATA: 'mine', XDG_DATA_HOME: '/data' }, platform)).toBe(resolve('mine'));
  }
});
