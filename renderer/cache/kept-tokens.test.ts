// How much of a shared document is remembered.

import { expect, it } from 'vitest';
import type { CacheEntry } from '../../engine/contract/cache.ts';
import type { DocumentId, LibraryDocument } from '../../engine/contract/library.ts';
import { keptTokens } from './kept-tokens.ts';

const document = (id: string, title: string, tokens: number | null = 200) =>
  ({ id: id as DocumentId, title, tokens, scope: 'library' }) as LibraryDocument;
const entry = (label: string, tokens: number, scope: CacheEntry['scope'] = 'library') =>
  ({ label, tokens, scope }) as CacheEntry;

const rules = document('1', 'Rules');

it('counts the entries of the document that everyone may use, and never more than it has', () => {
  expect(keptTokens(rules, [rules], [])).toBe(0);
  expect(keptTokens(rules, [rules], [entry('Rules', 128), entry('Other', 9), entry('Rules', 50, 'private')])).toBe(128);
  expect(keptTokens(rules, [rules], [entry('Rules', 256)])).toBe(200);
});

it('is unknown without a model, and where another document bears the same title', () => {
  expect(keptTokens(document('1', 'Rules', null), [rules], [])).toBeNull();
  expect(keptTokens(rules, [rules, document('2', 'Rules')], [entry('Rules', 200)])).toBeNull();
});
