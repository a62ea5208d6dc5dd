// The file with people's text: who may open it, and what happens when it cannot be read.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { EngineError } from '../errors.ts';
import { openDatabase } from '../lib/database.ts';
import { Profiles } from '../profiles/profiles.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { Conversations } from './conversations.ts';
import { Library } from './library.ts';
import { MIGRATIONS } from './migrations.ts';
import { openUserData, storageProblem } from './user-data.ts';

const root = temporaryFolder();

function open(folder: string) {
  const { database, file } = openUserData(folder);
  const profiles = new Profiles(database);
  const library = new Library(database, profiles);
  return { database, file, profiles, library, conversations: new Conversations(database, profiles, library) };
}

function problemOf(attempt: () => unknown): EngineError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A closed file with a hundred messages in it. */
function filled(folder: string): string {
  const { database, file, profiles, conversations } = open(folder);
  const profileId = profiles.create({ name: 'Ana' }).id;
  const conversationId = conversations.create({ profileId }).id;
  for (let index = 0; index < 100; index++) {
    conversations.messages.appendUser({ profileId, conversationId }, `${index} `.repeat(200));
  }
  database.close();
  return file;
}

test('a folder is used by one process at a time, and is free again afterwards', () => {
  const folder = join(root, 'locked');
  const first = openUserData(folder);
  const problem = problemOf(() => openUserData(folder));
  expect(problem.code).toBe('folder-in-use');
  expect(problem.message).toContain(first.file);
  first.database.close();
  openUserData(folder).database.close();
});

test('a file that is no database is refused and left as it is', () => {
  const folder = join(root, 'foreign');
  const file = filled(folder);
  writeFileSync(file, 'These are not the chats you are looking for. '.repeat(200));
  const before = readFileSync(file);
  const problem = problemOf(() => openUserData(folder));
  expect(problem.code).toBe('storage-damaged');
  expect(problem.message).toContain(file);
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('damage inside the file is found at the start, and the file is left as it is', () => {
  const folder = join(root, 'damaged');
  const file = filled(folder);
  const bytes = readFileSync(file);
  bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 8192);
  writeFileSync(file, bytes);
  expect(problemOf(() => openUserData(folder)).code).toBe('storage-damaged');
  expect(readFileSync(file).equals(bytes)).toBe(true);
});

test('a file of a newer version is refused with the reason', () => {
  const folder = join(root, 'newer');
  filled(folder);
  const { database } = openUserData(folder);
  database.pragma('user_version = 1000');
  database.close();
  expect(problemOf(() => openUserData(folder)).message).toContain('newer');
});

test('a file of the first version keeps its people and answers, and what it did not know has defaults', () => {
  const folder = join(root, 'first-version');
  const first = openDatabase(join(folder, 'hearth.sqlite'), MIGRATIONS.slice(0, 1), { durability: 'full' });
  const old = { policy: 'exact', quality: 'exact', state: 'exact', promptTokens: 12, stopReason: 'end' };
  first.exec(`
    INSERT INTO profiles VALUES ('p', 'Ana', 'ana', 'A', 'teal', 7);
    INSERT INTO conversations (id, owner_id, system_scope, created_at, updated_at) VALUES ('c', 'p', 'private', 7, 7);
    INSERT INTO messages VALUES ('q', 'c', 0, 'user', 'complete', 7, NULL, 'Why?');
    INSERT INTO messages VALUES ('a', 'c', 1, 'assistant', 'complete', 7, '${JSON.stringify(old)}', 'So.');
  `);
  first.close();

  const { database, profiles, conversations } = open(folder);
  const [ana] = profiles.list();
  if (ana === undefined) throw new Error('the profile is gone');
  expect(ana).toMatchObject({ name: 'Ana', createdAt: 7, kind: 'personal', policy: null, quality: null, verify: null });
  const [chat] = conversations.list(ana.id);
  if (chat === undefined) throw new Error('the chat is gone');
  const history = conversations.messages.history({ profileId: ana.id, conversationId: chat.id });
  expect(history.map(({ report }) => report)).toEqual([
    null,
    {
      ...old,
      healed: false,
      spans: [],
      repairedTokens: 0,
      kvBytes: 0,
      verification: null,
      draft: { proposed: 0, accepted: 0 },
    },
  ]);
  expect(conversations.messages.unhealed(9)).toEqual([]);
  database.close();
});

test('a write that finds no room is told as such and keeps what was saved', () => {
  const { database, file, profiles, library } = open(join(root, 'full'));
  const profileId = profiles.create({ name: 'Ana' }).id;
  database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true })) + 2}`);
  const text = 'word '.repeat(100_000);
  let failure: unknown = null;
  try {
    library.add({ profileId, title: 'Long', text, scope: 'private' });
  } catch (error) {
    failure = error;
  }
  expect(storageProblem(failure, file)?.code).toBe('storage-full');
  expect(library.list(profileId)).toEqual([]);
  expect(profiles.get(profileId).name).toBe('Ana');
  expect(storageProblem(new Error('a bug'), file)).toBeNull();
  database.close();
});

test('a message is there after the process was killed right after it was saved', () => {
  const folder = join(root, 'killed');
  const script = `
    const load = (path) => import(new URL(path, ${JSON.stringify(pathToFileURL(import.meta.filename).href)}).href);
    const { openUserData } = await load('./user-data.ts');
    const { Profiles } = await load('../profiles/profiles.ts');
    const { Library } = await load('./library.ts');
    const { Conversations } = await load('./conversations.ts');
    const { database } = openUserData(${JSON.stringify(folder)});
    const profiles = new Profiles(database);
    const conversations = new Conversations(database, profiles, new Library(database, profiles));
    const profileId = profiles.create({ name: 'Ana' }).id;
    const conversationId = conversations.create({ profileId }).id;
    const of = { profileId, conversationId };
    conversations.messages.appendUser(of, 'first question');
    const answer = conversations.messages.beginAnswer(of);
    conversations.messages.updateAnswer(answer.id, 'half an');
    conversations.messages.finishAnswer(answer.id, { text: 'half an answer', state: 'stopped', report: null });
    conversations.messages.appendUser(of, 'second question');
    const next = conversations.messages.beginAnswer(of);
    conversations.messages.updateAnswer(next.id, 'as far as it');
    process.kill(process.pid, 'SIGKILL');
  `;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(child.stderr).toBe('');
  expect(child.status).not.toBe(0);

  const { database, profiles, conversations } = open(folder);
  const profileId = profiles.byName('ana')?.id;
  if (profileId === undefined) throw new Error('the profile is gone');
  const [chat] = conversations.list(profileId);
  if (chat === undefined) throw new Error('the chat is gone');
  const history = conversations.messages.history({ profileId, conversationId: chat.id });
  expect(history.map(({ text, state }) => [text, state])).toEqual([
    ['first question', 'complete'],
    ['half an answer', 'stopped'],
    ['second question', 'complete'],
    ['as far as it', 'interrupted'],
  ]);
  database.close();
});
