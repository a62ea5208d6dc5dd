// Who may reuse what.

import { expect, test } from 'vitest';
import type { ProfileId } from '../contract/profiles.ts';
import { privateScope } from '../types.ts';
import { mayRead, readableScopes, scopeOfDocument, scopeOfSystem } from './scopes.ts';

const ana = 'ana' as ProfileId;
const ben = 'ben' as ProfileId;

test("a person reads what is the app's, the library's and their own, and nobody else's", () => {
  expect(readableScopes(ana)).toEqual(['app', 'library', 'private:ana']);
  expect(mayRead(ana, privateScope(ana))).toBe(true);
  expect(mayRead(ana, privateScope(ben))).toBe(false);
});

test('a document is shared only when it was put into the library', () => {
  expect(scopeOfDocument({ scope: 'library', ownerId: ana })).toBe('library');
  expect(scopeOfDocument({ scope: 'private', ownerId: ana })).toBe('private:ana');
});

test("the built-in system text is the app's, a written one is its owner's unless shared on purpose", () => {
  expect(scopeOfSystem({ text: null, scope: 'library', ownerId: ben })).toBe('app');
  expect(scopeOfSystem({ text: 'Be brief.', scope: 'private', ownerId: ben })).toBe('private:ben');
  expect(scopeOfSystem({ text: 'Be brief.', scope: 'library', ownerId: ben })).toBe('library');
  expect(scopeOfSystem({ text: '', scope: 'private', ownerId: ben })).toBe('private:ben');
});
