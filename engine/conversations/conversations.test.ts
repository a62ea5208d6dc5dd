// Chats and their messages: owned by one person, saved step by step, never lost to a regenerated answer.

import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ConversationId, TurnReport } from '../contract/chat.ts';
import type { DocumentId } from '../contract/library.ts';
import type { Database } from '../lib/database.ts';
import { Profiles } from '../profiles/profiles.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { Conversations } from './conversations.ts';
import { Library } from './library.ts';
import type { OfConversation } from './messages.ts';
import { openUserData } from './user-data.ts';

const root = temporaryFolder();
const opened: Database[] = [];
afterEach(() => opened.splice(0).forEach((database) => database.close()));

function open(name: string) {
  const { database } = openUserData(join(root, name));
  opened.push(database);
  const profiles = new Profiles(database);
  const library = new Library(database, profiles);
  const conversations = new Conversations(database, profiles, library);
  const [ana, ben] = [profiles.ensure('ana').id, profiles.ensure('ben').id];
  const start = (wanted: { system?: string; documents?: DocumentId[]; title?: string } = {}): OfConversation => ({
    profileId: ana,
    conversationId: conversations.create({ profileId: ana, ...wanted }).id,
  });
  return { profiles, library, conversations, messages: conversations.messages, ana, ben, start };
}

function messageOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('nothing was thrown');
}

const failure = (code: string) => expect.objectContaining({ code });
const report = { policy: 'exact', promptTokens: 12, tokens: { exactPrefix: 4, fresh: 8 } } as unknown as TurnReport;
/** What a report reads as where it was stored without these fields. */
const laterFields = {
  healed: false,
  spans: [],
  repairedTokens: 0,
  kvBytes: 0,
  verification: null,
  draft: { proposed: 0, accepted: 0 },
};

test("another person's chat does not exist, in no method and in no wording", () => {
  const { library, conversations, messages, ana, ben, start } = open('access');
  const of = start({ system: 'Be kind.' });
  messages.appendUser(of, 'a secret');
  const before = conversations.get(of);
  const document = library.add({ profileId: ben, title: 'x', text: 'x', scope: 'library' });
  const attempts: ((of: OfConversation) => unknown)[] = [
    (other) => conversations.get(other),
    (other) => conversations.system(other),
    (other) => conversations.rename(other, 'mine now'),
    (other) => conversations.setDocuments(other, [document.id]),
    (other) => conversations.remove(other),
    (other) => messages.history(other),
    (other) => messages.appendUser(other, 'hello'),
    (other) => messages.beginAnswer(other),
  ];
  const missing = 'no-such-id' as ConversationId;
  for (const attempt of attempts) {
    const bens = () => attempt({ ...of, profileId: ben });
    expect(bens).toThrow(failure('not-found'));
    expect(messageOf(bens)).toBe(messageOf(() => attempt({ profileId: ben, conversationId: missing })));
  }
  expect(conversations.list(ben)).toEqual([]);
  expect(conversations.list(ana)).toHaveLength(1);
  expect(conversations.get(of)).toEqual(before);
});

test("nobody attaches another person's private document, and a refused change changes nothing", () => {
  const { library, conversations, ana, ben, start } = open('documents');
  const shared = library.add({ profileId: ben, title: 'Handbook', text: 'for all', scope: 'library' });
  const own = library.add({ profileId: ana, title: 'Notes', text: 'mine', scope: 'private' });
  const bens = library.add({ profileId: ben, title: 'Diary', text: 'not yours', scope: 'private' });
  const of = start({ documents: [own.id, shared.id, own.id] });
  expect(conversations.get(of).documents.map((document) => document.id)).toEqual([own.id, shared.id]);
  expect(() => conversations.setDocuments(of, [shared.id, bens.id])).toThrow(failure('not-found'));
  expect(() => start({ documents: [bens.id] })).toThrow(failure('not-found'));
  expect(conversations.list(ana)).toHaveLength(1);
  expect(conversations.get(of).documents.map((document) => document.id)).toEqual([own.id, shared.id]);
  expect(conversations.setDocuments(of, [shared.id, own.id]).documents.map(({ id }) => id)).toEqual([
    shared.id,
    own.id,
  ]);
  library.remove(ben, shared.id);
  expect(conversations.get(of).documents.map((document) => document.id)).toEqual([own.id]);
});

test('the system text says who may reuse it', () => {
  const { conversations, ana, start } = open('system');
  expect(conversations.system(start())).toEqual({ text: null, scope: 'app' });
  expect(conversations.system(start({ system: 'Be kind.' }))).toEqual({ text: 'Be kind.', scope: `private:${ana}` });
  const shared = conversations.create({ profileId: ana, system: 'Be kind.', systemScope: 'library' });
  const of = { profileId: ana, conversationId: shared.id };
  expect(conversations.system(of)).toEqual({ text: 'Be kind.', scope: 'library' });
  expect(conversations.get(of).system).toBe('Be kind.');
});

test('the first message names an untitled chat; a given name stays', () => {
  const { conversations, messages, ana, start } = open('titles');
  const untitled = start();
  expect(conversations.get(untitled).title).toBe('New chat');
  messages.appendUser(untitled, '\n  What does the handbook  say about guests\nwho arrive late?');
  messages.appendUser(untitled, 'Something else');
  expect(conversations.get(untitled).title).toBe('What does the handbook say about guests');
  const long = start();
  messages.appendUser(long, 'word '.repeat(40));
  expect(conversations.get(long).title).toBe(`${'word '.repeat(11)}word…`);
  const named = start({ title: 'Guests' });
  messages.appendUser(named, 'Who?');
  expect(conversations.get(named).title).toBe('Guests');
  expect(conversations.rename(named, 'Late guests')).toMatchObject({ title: 'Late guests', messages: 1 });
  expect(conversations.list(ana).map((chat) => chat.title)[0]).toBe('Late guests');
});

test('a turn is saved step by step and is the same after a restart', () => {
  const { conversations, messages, start } = open('turn');
  const of = start();
  const question = messages.appendUser(of, 'Is it 🏠?\0\n');
  expect(question).toMatchObject({ role: 'user', text: 'Is it 🏠?\0\n', state: 'complete', report: null });
  const answer = messages.beginAnswer(of);
  expect(answer).toMatchObject({ role: 'assistant', text: '', state: 'streaming', report: null });
  messages.updateAnswer(answer.id, 'It');
  expect(messages.history(of).map(({ text }) => text)).toEqual(['Is it 🏠?\0\n', 'It']);
  const finished = messages.finishAnswer(answer.id, { text: 'It is.', state: 'complete', report });
  expect(finished).toMatchObject({ id: answer.id, text: 'It is.', state: 'complete', report });
  messages.updateAnswer(answer.id, 'too late');
  const before = conversations.get(of);
  expect(before.history).toEqual([question, finished]);
  opened.splice(0).forEach((database) => database.close());
  expect(open('turn').conversations.get(of)).toEqual(before);
});

test('an answer that was being written when the file was last open is interrupted, and its text is kept', () => {
  const { messages, start } = open('interrupted');
  const of = start();
  messages.appendUser(of, 'Why?');
  messages.updateAnswer(messages.beginAnswer(of).id, 'Because');
  opened.splice(0).forEach((database) => database.close());
  const again = open('interrupted').messages;
  expect(again.history(of)[1]).toMatchObject({ text: 'Because', state: 'interrupted', report: null });
  const answer = again.beginAnswer(of);
  again.finishAnswer(answer.id, { text: 'Because so.', state: 'complete', report });
  expect(again.history(of).map(({ text }) => text)).toEqual(['Why?', 'Because so.']);
});

test('a new answer replaces the last one, and only that', () => {
  const { messages, start } = open('again');
  const of = start();
  for (const text of ['one', 'two']) {
    messages.appendUser(of, text);
    messages.finishAnswer(messages.beginAnswer(of).id, { text: `${text}!`, state: 'complete', report });
  }
  const other = messages.beginAnswer(of);
  expect(messages.history(of).map(({ text }) => text)).toEqual(['one', 'one!', 'two', '']);
  messages.finishAnswer(other.id, { text: 'two?', state: 'stopped', report: null });
  expect(messages.history(of).map(({ text }) => text)).toEqual(['one', 'one!', 'two', 'two?']);
});

test('a correction may shorten what was saved of an answer', () => {
  const { messages, start } = open('corrected');
  const of = start();
  messages.appendUser(of, 'How much?');
  const answer = messages.beginAnswer(of);
  messages.updateAnswer(answer.id, 'Take 50 mg a day.');
  messages.updateAnswer(answer.id, 'Take 5');
  expect(messages.history(of)[1]).toMatchObject({ text: 'Take 5', state: 'streaming' });
});

test('approximate answers wait to be healed, newest first, also after a restart, until they are', () => {
  const { conversations, messages, ana, ben, start } = open('unhealed');
  const asked = (of: OfConversation, said: Partial<TurnReport> | null) => {
    messages.appendUser(of, 'Why?');
    const end = { text: 'So.', state: 'complete', report: said === null ? null : { ...report, ...said } } as const;
    return messages.finishAnswer(messages.beginAnswer(of).id, end).id;
  };
  const approximate = { state: 'approximate', healed: false } as const;
  const of = start();
  const first = asked(of, approximate);
  const exact = asked(of, { state: 'exact', healed: false });
  asked(of, { state: 'approximate', healed: true });
  asked(of, null);
  const other = { profileId: ben, conversationId: conversations.create({ profileId: ben }).id };
  const second = asked(other, approximate);
  expect(messages.unhealed(9)).toEqual([
    { ...other, messageId: second },
    { profileId: ana, conversationId: of.conversationId, messageId: first },
  ]);
  expect(messages.unhealed(1)).toEqual([{ ...other, messageId: second }]);
  messages.markHealed(second);
  messages.markHealed(exact);
  opened.splice(0).forEach((database) => database.close());

  const again = open('unhealed').messages;
  expect(again.unhealed(9).map(({ messageId }) => messageId)).toEqual([first]);
  expect(again.history(other)[1]?.report).toEqual({ ...laterFields, ...report, ...approximate, healed: true });
  expect(again.history(of)[3]?.report).toMatchObject({ state: 'exact', healed: false });
});

test('one answer at a time is written in a chat, and there must be something to answer', () => {
  const { messages, start } = open('order');
  const of = start();
  expect(() => messages.beginAnswer(of)).toThrow(failure('bad-request'));
  messages.appendUser(of, 'first');
  messages.appendUser(of, 'first, again');
  const answer = messages.beginAnswer(of);
  expect(() => messages.beginAnswer(of)).toThrow(failure('model-busy'));
  expect(() => messages.appendUser(of, 'second')).toThrow(failure('model-busy'));
  messages.finishAnswer(answer.id, { text: 'done', state: 'complete', report });
  messages.appendUser(of, 'second');
  expect(messages.history(of).map(({ text }) => text)).toEqual(['first', 'first, again', 'done', 'second']);
});

test('an answer whose chat was removed meanwhile ends with a clear error', () => {
  const { conversations, messages, start } = open('gone');
  const of = start();
  messages.appendUser(of, 'Why?');
  const answer = messages.beginAnswer(of);
  conversations.remove(of);
  messages.updateAnswer(answer.id, 'Because');
  expect(() => messages.finishAnswer(answer.id, { text: 'Because', state: 'complete', report })).toThrow(
    failure('not-found'),
  );
  expect(() => conversations.get(of)).toThrow(failure('not-found'));
});

test('chats are listed by last use, and only for people who are here', async () => {
  const { profiles, conversations, messages, ana, start } = open('list');
  const [first, second] = [start({ title: 'first' }), start({ title: 'second' })];
  expect(conversations.list(ana).map((chat) => chat.title)).toEqual(['second', 'first']);
  // The clock has steps of a millisecond.
  await new Promise((resolve) => setTimeout(resolve, 5));
  messages.appendUser(first, 'hello');
  expect(conversations.list(ana).map((chat) => [chat.title, chat.messages])).toEqual([
    ['first', 1],
    ['second', 0],
  ]);
  conversations.remove(second);
  expect(conversations.list(ana)).toHaveLength(1);
  profiles.remove(ana);
  expect(() => conversations.list(ana)).toThrow(failure('not-found'));
  expect(() => conversations.create({ profileId: ana })).toThrow(failure('not-found'));
});
