// People: names are unique, removing one takes all of theirs along and nothing of anybody else.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { PROFILE_COLOURS } from '../contract/profiles.ts';
import { Conversations } from '../conversations/conversations.ts';
import { Library } from '../conversations/library.ts';
import { openUserData } from '../conversations/user-data.ts';
import type { Database } from '../lib/database.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { Profiles } from './profiles.ts';

const root = temporaryFolder();
const opened: Database[] = [];
afterEach(() => opened.splice(0).forEach((database) => database.close()));

function open(name: string) {
  const { database } = openUserData(join(root, name));
  opened.push(database);
  const profiles = new Profiles(database);
  const library = new Library(database, profiles);
  return { database, profiles, library, conversations: new Conversations(database, profiles, library) };
}

function filesWith(name: string, text: string): string[] {
  const folder = join(root, name);
  return readdirSync(folder).filter((file) => readFileSync(join(folder, file)).includes(text));
}

test('a new person has initials, a colour nobody has yet, and is still there after a restart', () => {
  const { database, profiles } = open('new');
  const names = ['ana', 'ben smith', 'Chloé de la Cruz', '🦊 fox', 'eve', 'finn', 'gus', 'hal'];
  const made = names.map((name) => profiles.create({ name }));
  expect(made.map((profile) => profile.avatar)).toEqual(['A', 'BS', 'CC', '🦊', 'E', 'F', 'G', 'H']);
  expect(made.map((profile) => profile.colour)).toEqual(PROFILE_COLOURS);
  expect(profiles.create({ name: 'Ida' }).colour).toBe(PROFILE_COLOURS[0]);
  const listed = profiles.list();
  database.close();
  expect(open('new').profiles.list()).toEqual(listed);
});

test('the colour of a removed person is the next to be given', () => {
  const { profiles } = open('rotation');
  profiles.create({ name: 'ana' });
  const ben = profiles.create({ name: 'ben' });
  profiles.create({ name: 'cleo' });
  profiles.remove(ben.id);
  expect(profiles.create({ name: 'dan' }).colour).toBe(ben.colour);
});

test('a name is taken whatever its case and spacing', () => {
  const { profiles } = open('unique');
  const zoe = profiles.create({ name: '  Zoë   Ng ' });
  expect(zoe.name).toBe('Zoë Ng');
  expect(() => profiles.create({ name: 'ZOË ng' })).toThrow(expect.objectContaining({ code: 'already-exists' }));
  expect(profiles.byName('zoë NG')).toEqual(zoe);
  expect(profiles.byName('zoe ng')).toBeNull();
  expect(profiles.ensure('zoË ng')).toEqual(zoe);
  expect(profiles.list()).toHaveLength(1);
  expect(profiles.ensure('Yan').id).toBe(profiles.byName('yan')?.id);
  expect(() => profiles.create({ name: '   ' })).toThrow(expect.objectContaining({ code: 'bad-request' }));
});

test('a change keeps what was not given; initials follow the name, a chosen avatar does not', () => {
  const { profiles } = open('update');
  const ana = profiles.create({ name: 'ana' });
  const ben = profiles.create({ name: 'ben', avatar: '🐻', colour: 'rose' });
  expect(profiles.update(ana.id, { name: 'Mia May' })).toEqual({ ...ana, name: 'Mia May', avatar: 'MM' });
  expect(profiles.update(ben.id, { name: 'BEN' })).toEqual({ ...ben, name: 'BEN' });
  expect(profiles.update(ben.id, { colour: 'moss' })).toEqual({ ...ben, name: 'BEN', colour: 'moss' });
  expect(() => profiles.update(ben.id, { name: 'mia may' })).toThrow(
    expect.objectContaining({ code: 'already-exists' }),
  );
  expect(profiles.list().map((profile) => profile.name)).toEqual(['Mia May', 'BEN']);
});

test('a person starts without choices of their own, makes them, takes them back, and keeps them over a restart', () => {
  const { database, profiles } = open('choices');
  const ana = profiles.create({ name: 'ana' });
  expect(ana).toMatchObject({ kind: 'personal', policy: null, quality: null, verify: null });
  const ward = profiles.create({ name: 'ward', kind: 'clinic', policy: 'hearth', quality: 'fast', verify: false });
  expect(ward).toMatchObject({ kind: 'clinic', policy: 'hearth', quality: 'fast', verify: false });
  expect(profiles.get(ward.id)).toEqual(ward);
  expect(profiles.update(ward.id, { quality: null, verify: true })).toEqual({ ...ward, quality: null, verify: true });
  expect(profiles.update(ana.id, { kind: 'clinic' })).toEqual({ ...ana, kind: 'clinic' });
  expect(profiles.update(ana.id, { name: 'Ana' })).toMatchObject({ kind: 'clinic', verify: null });
  const listed = profiles.list();
  database.close();
  expect(open('choices').profiles.list()).toEqual(listed);
});

test('a stored policy that this version does not know counts as not chosen', () => {
  const { database, profiles } = open('unknown');
  const { id } = profiles.create({ name: 'ana', policy: 'exact', quality: 'fast' });
  database.exec("UPDATE profiles SET policy = 'telepathy', quality = 'perfect'");
  expect(profiles.get(id)).toMatchObject({ policy: null, quality: null });
});

test('a person who is not there is not found', () => {
  const { profiles } = open('missing');
  const ana = profiles.create({ name: 'ana' });
  profiles.remove(ana.id);
  const notFound = expect.objectContaining({ code: 'not-found' });
  expect(() => profiles.get(ana.id)).toThrow(notFound);
  expect(() => profiles.update(ana.id, { name: 'x' })).toThrow(notFound);
  expect(() => profiles.remove(ana.id)).toThrow(notFound);
});

test('removing a person removes their chats and private documents, and names them; shared documents stay', () => {
  const { profiles, library, conversations } = open('remove');
  const ana = profiles.create({ name: 'ana' }).id;
  const ben = profiles.create({ name: 'ben' }).id;
  const shared = library.add({ profileId: ana, title: 'Handbook', text: 'for all', scope: 'library' });
  const own = library.add({ profileId: ana, title: 'Diary', text: 'mine', scope: 'private' });
  const chat = conversations.create({ profileId: ana, documents: [shared.id, own.id] });
  const bens = library.add({ profileId: ben, title: 'Diary', text: 'mine', scope: 'private' });
  const bensChat = conversations.create({ profileId: ben, documents: [shared.id, bens.id] });
  conversations.messages.appendUser({ profileId: ben, conversationId: bensChat.id }, 'hello');

  expect(profiles.remove(ana)).toEqual({ profileId: ana, conversationIds: [chat.id], documentIds: [own.id] });
  expect(library.list(ben).map((document) => document.title)).toEqual(['Handbook', 'Diary']);
  const kept = conversations.get({ profileId: ben, conversationId: bensChat.id });
  expect(kept.documents.map((document) => document.id)).toEqual([shared.id, bens.id]);
  expect(kept.history).toHaveLength(1);
  expect(profiles.remove(ben)).toEqual({ profileId: ben, conversationIds: [bensChat.id], documentIds: [bens.id] });
});

test('no file holds the text of a removed person', () => {
  const { profiles, library, conversations } = open('erased');
  const profileId = profiles.create({ name: 'ana' }).id;
  const text = 'periwinkle '.repeat(5000);
  const document = library.add({ profileId, title: 'Secret', text, scope: 'private' });
  const conversationId = conversations.create({ profileId, documents: [document.id] }).id;
  conversations.messages.appendUser({ profileId, conversationId }, 'about periwinkle');
  expect(filesWith('erased', 'periwinkle')).not.toEqual([]);
  profiles.remove(profileId);
  expect(filesWith('erased', 'periwinkle')).toEqual([]);
});
