// The house rules that the compiler cannot see: who may import whom, which library stands behind which door, and size.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const FOLDERS = ['engine', 'electron', 'renderer', 'e2e'];
const FORBIDDEN_FOLDERS = ['utils', 'helpers', 'common', 'core', 'misc', 'manager'];
const LINES = { most: 400, meetingPlace: 160 };
const MEETING_PLACES = [
  'engine/engine.ts',
  'engine/handlers.ts',
  'engine/turn.ts',
  'engine/loop.ts',
  'electron/main.ts',
  'renderer/app.tsx',
];

interface Source {
  file: string;
  text: string;
  imports: string[];
}

const sources: Source[] = FOLDERS.flatMap((folder) => filesUnder(join(root, folder)))
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => {
    const text = readFileSync(file, 'utf8');
    return { file: relative(root, file), text, imports: importsOf(file, text) };
  });

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

/** Package names, and project files as paths from the root. */
function importsOf(file: string, text: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? '')
    .map((name) => (name.startsWith('.') ? relative(root, resolve(root, dirname(join(root, file)), name)) : name));
}

/** The rooms of the engine, and what each may know of the others. Everybody may use lib, contract, types and errors. */
const MAY_IMPORT: Record<string, string[]> = {
  contract: [],
  lib: ['contract'],
  text: [],
  sample: ['text'],
  model: [],
  profiles: [],
  cache: ['profiles'],
  match: ['cache', 'text', 'profiles'],
  plan: ['match', 'text'],
  metrics: ['plan', 'schedule'],
  schedule: ['plan', 'cache', 'model', 'metrics'],
  conversations: ['profiles'],
  server: ['contract', 'lib'],
  cli: ['contract', 'lib', 'server'],
};
const OPEN_TO_ALL = ['lib', 'contract'];

const roomOf = (path: string) => (path.startsWith('engine/') ? (path.split('/')[1] ?? '') : '');
const isTest = (file: string) => /\.test\.tsx?$/.test(file);

describe('layers', () => {
  const rooms = sources.filter(({ file }) => roomOf(file) in MAY_IMPORT && !isTest(file));

  test('each room of the engine imports only the rooms it may know', () => {
    const broken = rooms.flatMap(({ file, imports }) => {
      const room = roomOf(file);
      const allowed = new Set([room, ...OPEN_TO_ALL, ...(MAY_IMPORT[room] ?? [])]);
      return imports
        .filter((name) => name.startsWith('engine/') && name.split('/').length > 2 && !allowed.has(roomOf(name)))
        .map((name) => `${file} imports ${name}`);
    });
    expect(broken).toEqual([]);
  });

  test('a room never imports the places where everything meets', () => {
    const meeting =
      /^engine\/(engine|handlers|turn|loop|main|model-slot|loaded-model|write-back|turn-prompt|settings)\.ts$/;
    const broken = rooms.flatMap(({ file, imports }) =>
      imports.filter((name) => meeting.test(name)).map((name) => `${file} imports ${name}`),
    );
    expect(broken).toEqual([]);
  });

  test('the page and the shell know the engine by its contract only', () => {
    const outside = sources.filter(({ file }) => /^(renderer|electron)\//.test(file) && !isTest(file));
    const broken = outside.flatMap(({ file, imports }) =>
      imports
        .filter((name) => name.startsWith('engine/') && !name.startsWith('engine/contract/'))
        .map((name) => `${file} imports ${name}`),
    );
    expect(broken).toEqual([]);
  });

  test('each native library stands behind its one door', () => {
    const doors: Record<string, RegExp> = {
      'onnxruntime-node': /^engine\/model\/(sessions|device)\.ts$/,
      'better-sqlite3': /^engine\/lib\/database\.ts$/,
      electron: /^(electron|e2e\/stand-in)\//,
      ws: /^(engine\/server|e2e)\//,
    };
    const broken = sources.flatMap(({ file, imports }) =>
      imports
        .filter((name) => doors[name] !== undefined && !doors[name].test(file) && !isTest(file))
        .map((name) => `${file} imports ${name}`),
    );
    expect(broken).toEqual([]);
  });
});

describe('size and names', () => {
  test('no file is longer than 400 lines, and the meeting places stay short', () => {
    const long = sources
      .map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }))
      .filter(({ file, lines }) => lines > (MEETING_PLACES.includes(file) ? LINES.meetingPlace : LINES.most));
    expect(long).toEqual([]);
  });

  test('every file opens by saying what it is for', () => {
    expect(sources.filter(({ text }) => !/^(#!.*\n)?\/\/ /.test(text)).map(({ file }) => file)).toEqual([]);
  });

  test('no folder has a name that says nothing', () => {
    const named = sources.flatMap(({ file }) =>
      dirname(file)
        .split('/')
        .filter((part) => FORBIDDEN_FOLDERS.includes(part)),
    );
    expect(named).toEqual([]);
  });
});
