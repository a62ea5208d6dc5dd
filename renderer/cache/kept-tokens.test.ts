// How much of a shared document is remembered.

import { expect, it } from 'vitest';
import type { CacheEntry } from '../../engine/contract/cache.ts';
import type { DocumentId, LibraryDocument } from '../../engine/contract/library.ts';
import { keptTokens } from './kept-tokens.ts';

const document = (id: string, tokens: number | null = 200) =>
  ({ id: id as DocumentId, title: 'Rules', tokens, scope: 'library' }) as LibraryDocument;
const entry = (documentId: string, tokens: number, scope: CacheEntry['scope'] = 'library') =>
  ({ documentId, tokens, scope }) as CacheEntry;

it('counts the entries of the document that everyone may use, and never more than it has', () => {
  expect(keptTokens(document('1'), [])).toBe(0);
  expect(keptTokens(document('1'), [entry('1', 128), entry('2', 9), entry('1', 50, 'private')])).toBe(128);
  expect(keptTokens(document('1'), [entry('1', 256)])).toBe(200);
});

it('is unknown without a model', () => {
  expect(keptTokens(document('1', null), [entry('1', 200)])).toBeNull();
});
