// Documents: shared ones are everybody's, private ones exist for their owner only.

import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { DocumentId } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { Database } from '../lib/database.ts';
import { Profiles } from '../profiles/profiles.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { Library } from './library.ts';
import { openUserData } from './user-data.ts';

const root = temporaryFolder();
const opened: Database[] = [];
afterEach(() => opened.splice(0).forEach((database) => database.close()));

function open(name: string) {
  const { database } = openUserData(join(root, name));
  opened.push(database);
  const profiles = new Profiles(database);
  const library = new Library(database, profiles);
  return { profiles, library, ana: profiles.ensure('ana').id, ben: profiles.ensure('ben').id };
}

function messageOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('nothing was thrown');
}

const notFound = expect.objectContaining({ code: 'not-found' });

test('a document comes back as it went in, also after a restart', () => {
  const { library, ana } = open('whole');
  const text = '# Häuser\r\n\r\n“quoted” 🏠 \t tab\n';
  const added = library.add({ profileId: ana, title: 'Houses.md', text, scope: 'private' });
  expect(added).toMatchObject({ scope: 'private', ownerId: ana, ownerName: 'ana', title: 'Houses.md' });
  expect(added).toMatchObject({ characters: text.length, tokens: null });
  opened.splice(0).forEach((database) => database.close());
  expect(open('whole').library.get(ana, added.id)).toEqual({ ...added, text });
});

test('a private document does not exist for anybody else, in no method and in no wording', () => {
  const { library, ana, ben } = open('private');
  const { id } = library.add({ profileId: ana, title: 'Diary', text: 'dear diary', scope: 'private' });
  const missing = 'no-such-id' as DocumentId;
  for (const method of ['find', 'get', 'remove'] as const) {
    expect(() => library[method](ben, id)).toThrow(notFound);
    expect(messageOf(() => library[method](ben, id))).toBe(messageOf(() => library[method](ben, missing)));
  }
  expect(library.list(ben)).toEqual([]);
  expect(library.list(ana).map((document) => document.id)).toEqual([id]);
  expect(library.bySha256(library.find(ana, id).sha256)).toBeNull();
});

test('the same text is kept once in the library and once per owner, and never across scopes', () => {
  const { library, ana, ben } = open('once');
  const add = (profileId: ProfileId, scope: 'private' | 'library', title: string) =>
    library.add({ profileId, title, text: 'the same text', scope });
  const anas = add(ana, 'private', 'A');
  const bens = add(ben, 'private', 'B');
  const shared = add(ana, 'library', 'C');
  expect(new Set([anas.id, bens.id, shared.id]).size).toBe(3);
  expect(add(ana, 'private', 'again')).toEqual(anas);
  expect(add(ben, 'private', 'again')).toEqual(bens);
  expect(add(ben, 'library', 'again')).toEqual(shared);
  expect(library.bySha256(shared.sha256)).toEqual(shared);
  expect(library.list(ben)).toEqual([bens, shared]);
});

test('a shared document is read by all and removed by who added it', () => {
  const { library, ana, ben } = open('shared');
  const { id } = library.add({ profileId: ana, title: 'Handbook', text: 'for all', scope: 'library' });
  expect(library.get(ben, id).text).toBe('for all');
  expect(() => library.remove(ben, id)).toThrow(expect.objectContaining({ code: 'forbidden' }));
  expect(library.list(ben)).toHaveLength(1);
  library.remove(ana, id);
  expect(library.list(ben)).toEqual([]);
  expect(() => library.get(ana, id)).toThrow(notFound);
});

test('a shared document of a person who left can be removed by anybody', () => {
  const { profiles, library, ana, ben } = open('orphan');
  const { id } = library.add({ profileId: ana, title: 'Handbook', text: 'for all', scope: 'library' });
  profiles.remove(ana);
  expect(library.find(ben, id)).toMatchObject({ ownerId: ana, ownerName: 'someone who left' });
  library.remove(ben, id);
  expect(library.list(ben)).toEqual([]);
});

test('what is not plain text is refused and not kept', () => {
  const { library, ana } = open('binary');
  for (const text of ['PK\u0003\u0004\0\0', 'half a pair \ud83c', ' \n\t ']) {
    const attempt = () => library.add({ profileId: ana, title: 'File', text, scope: 'library' });
    expect(attempt).toThrow(expect.objectContaining({ code: 'document-unreadable' }));
  }
  expect(library.list(ana)).toEqual([]);
});

test('only people who are here use the library', () => {
  const { profiles, library, ana, ben } = open('strangers');
  const shared = library.add({ profileId: ana, title: 'Handbook', text: 'for all', scope: 'library' });
  profiles.remove(ana);
  profiles.remove(ben);
  expect(() => library.list(ben)).toThrow(notFound);
  expect(() => library.add({ profileId: ben, title: 'x', text: 'x', scope: 'library' })).toThrow(notFound);
  expect(() => library.remove(ben, shared.id)).toThrow(notFound);
});
