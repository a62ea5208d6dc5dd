// What the command says about its own use: help, exit codes and messages, before any engine is started.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { runHearth } from './test-command.ts';

const folder = temporaryFolder();

describe('wrong usage ends with 2, a message on stderr and nothing on stdout', () => {
  const wrong: [string, string[], RegExp][] = [
    ['no command', [], /Usage: hearth/],
    ['an unknown command', ['dance'], /unknown command 'dance'/],
    ['an unknown option', ['cache', 'stats', '--sideways'], /unknown option '--sideways'/],
    ['no question', ['ask', '--profile', 'ana'], /missing required argument 'question'/],
    ['an empty question', ['ask', ' ', '--profile', 'ana'], /the question is empty/],
    ['nobody who asks', ['ask', 'Why?'], /required option '--profile <name>' not specified/],
    [
      'a policy that this version does not have',
      ['ask', 'Why?', '--profile', 'ana', '--policy', 'telepathy'],
      /Available in this version: off, exact, hearth, kvshare, semsharekv\./,
    ],
    [
      'an unknown quality',
      ['profiles', 'add', 'ana', '--quality', 'perfect'],
      /Allowed choices are exact, balanced, fast/,
    ],
    ['an unknown scope', ['ask', 'Why?', '--profile', 'ana', '--scope', 'app'], /Allowed choices are private, library/],
    ['no number of tokens', ['ask', 'Why?', '--profile', 'ana', '--max-tokens', '0'], /whole number from 1 on/],
    ['a temperature that is none', ['ask', 'Why?', '--profile', 'ana', '--temperature', 'hot'], /number from 0 to 5/],
    ['a benchmark that does not exist', ['bench', 'nothing'], /There is no benchmark nothing\. Known: prefix, trace/],
    ['nothing to compare', ['compare', ' '], /the question is empty/],
    ['a comparison that is too long', ['compare', 'Why?', '--tokens', '1025'], /whole number from 1 to 1024/],
    ['a comparison of sampled text', ['compare', 'Why?', '--temperature', '1'], /unknown option '--temperature'/],
    ['a setting without a value', ['settings', '--set', 'liveKv'], /name=value/],
    ['nothing to prepare', ['library', 'prepare'], /missing required argument 'id'/],
  ];
  test.concurrent.each(wrong)('%s', async (_, args, message) => {
    const ran = await runHearth(args);
    expect(ran.stderr).toMatch(message);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('what cannot be done ends with 1 and one line on stderr', () => {
  const failing: [string, () => string[], RegExp][] = [
    ['a document that is missing', () => ask(join(folder, 'missing.md')), /There is no file .*missing\.md/],
    ['a document that is a folder', () => ask(folder), /is a folder\. Give a text file\./],
    ['a document with nothing in it', () => ask(written('empty.txt', '  \n')), /is empty/],
    [
      'a document with binary content',
      () => ask(written('photo.png', Buffer.from([0x89, 0, 1]))),
      /is not a text file/,
    ],
    [
      'a document that is not UTF-8',
      () => ask(written('old.txt', Buffer.from([0x66, 0xfc, 0x72]))),
      /is not a text file/,
    ],
    ['a document that is too large', () => ask(written('large.txt', 'a'.repeat(2_000_001))), /is too large/],
    [
      'a model folder that is missing',
      () => ['models', 'import', join(folder, 'no-model')],
      /There is no folder .*no-model/,
    ],
    [
      'a trace that is missing',
      () => ['bench', 'trace', '--trace', join(folder, 'no-trace')],
      /no-trace\.documents\.jsonl cannot be read/,
    ],
  ];
  test.concurrent.each(failing)('%s', async (_, args, message) => {
    const ran = await runHearth(args());
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
  });
});

test('help names every command and the shared options, and ends with 0', async () => {
  const ran = await runHearth(['ask', '--help']);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/--data <dir>[\s\S]*--model <id\|folder>[\s\S]*--json/);
  const overview = await runHearth(['--help']);
  for (const name of [
    'ask',
    'chat',
    'compare',
    'library',
    'models',
    'cache',
    'profiles',
    'settings',
    'serve',
    'bench',
  ]) {
    expect(overview.stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  }
});

function ask(file: string): string[] {
  return ['ask', 'Why?', '--profile', 'ana', '--data', join(folder, 'data'), '--document', file];
}

function written(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}
