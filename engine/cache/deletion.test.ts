// Deleting on purpose: everything that was computed from the text goes, from memory, files, index and labels.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  ANA,
  BEN,
  blockFiles,
  filesIn,
  folderBytes,
  HANDBOOK,
  joined,
  keep,
  openCache,
  spaceOf,
} from './test-cache.ts';
import { temporaryFolder, tokensFrom } from './test-cache.ts';
import type { EntryRef } from './block.ts';
import type { EntryFilter } from './index/entries.ts';
import type { KvCache } from './kv-cache.ts';
import type { ConversationId } from '../contract/chat.ts';
import type { DocumentId } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';

const BUILT_IN: EntryRef = { kind: 'template', id: 'built-in', label: 'Built-in text' };
const ANAS_CHAT: EntryRef = { kind: 'conversation', id: 'chat-a', label: 'Blood pressure of Mr Example' };
const BENS_CHAT: EntryRef = { kind: 'conversation', id: 'chat-b', label: 'Holiday plans' };
const EVERYBODY = ['app', 'library', ANA, BEN] as const;

/** Built-in text, behind it the handbook, behind it one chat each of ana and ben; and ana's chat of another model. */
function fill(cache: KvCache): void {
  const space = spaceOf(cache);
  const template = tokensFrom(1, 30);
  const document = joined(template, tokensFrom(100, 128));
  const [root] = keep(space, { tokens: template, scope: 'app', entry: BUILT_IN });
  const keys = keep(space, { tokens: document, scope: 'library', start: 30, parent: root ?? null });
  const behind = { start: document.length, parent: keys.at(-1) ?? null };
  keep(space, { tokens: joined(document, tokensFrom(1000, 70)), scope: ANA, entry: ANAS_CHAT, ...behind });
  keep(space, { tokens: joined(document, tokensFrom(2000, 70)), scope: BEN, entry: BENS_CHAT, ...behind });
  const other = { scope: ANA, entry: ANAS_CHAT, layout: 'other' };
  keep(spaceOf(cache, 'other'), { tokens: tokensFrom(1, 64), ...other });
}

const ALL_LABELS = ['Built-in text', HANDBOOK.label, ANAS_CHAT.label, ANAS_CHAT.label, BENS_CHAT.label];
const CASES: { name: string; filter: EntryFilter; removed: number; left: (string | null)[] }[] = [
  { name: 'everything', filter: {}, removed: 8, left: [] },
  { name: 'one scope', filter: { scope: 'private' }, removed: 5, left: ['Built-in text', HANDBOOK.label] },
  {
    name: 'one person',
    filter: { profileId: 'ana' as ProfileId },
    removed: 3,
    left: ['Built-in text', HANDBOOK.label, BENS_CHAT.label],
  },
  {
    name: 'one chat',
    filter: { conversationId: 'chat-b' as ConversationId },
    removed: 2,
    left: ['Built-in text', HANDBOOK.label, ANAS_CHAT.label, ANAS_CHAT.label],
  },
  {
    name: 'one document, and what was computed behind it',
    filter: { documentId: 'handbook' as DocumentId },
    removed: 6,
    left: ['Built-in text', ANAS_CHAT.label],
  },
  {
    name: 'one model',
    filter: { modelId: 'model of other' },
    removed: 1,
    left: ['Built-in text', HANDBOOK.label, ANAS_CHAT.label, BENS_CHAT.label],
  },
  { name: 'nothing', filter: { scope: 'library', profileId: 'ana' as ProfileId }, removed: 0, left: ALL_LABELS },
];

function sorted(labels: readonly (string | null)[]): string[] {
  return labels.map(String).sort((left, right) => left.localeCompare(right));
}

describe.each(['waiting', 'on disk', 'after a restart'] as const)('deleting blocks %s', (where) => {
  test.each(CASES)('$name', ({ filter, removed, left }) => {
    using folder = temporaryFolder();
    let cache = openCache(folder);
    fill(cache);
    if (where !== 'waiting') cache.flush();
    if (where === 'after a restart') {
      cache.close();
      cache = openCache(folder);
    }
    expect(cache.remove(filter)).toBe(removed);
    const labels = (): string[] => sorted(cache.list(EVERYBODY).map((entry) => entry.label));
    expect(labels()).toEqual(sorted(left));
    expect(cache.stats().blocks).toBe(8 - removed);
    expect(cache.stats().bytesOnDisk).toBe(folderBytes(folder));
    cache.close();
    cache = openCache(folder);
    expect(labels()).toEqual(sorted(left));
    expect(blockFiles(folder)).toHaveLength(8 - removed);
    cache.close();
  });
});

test('a deleted label stands in no file any more, not even while the cache is open', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  fill(cache);
  cache.flush();
  const isWritten = (): boolean => filesIn(folder).some((file) => readFileSync(file).includes(ANAS_CHAT.label ?? ''));
  expect(isWritten()).toBe(true);
  cache.remove({ profileId: 'ana' as ProfileId });
  expect(isWritten()).toBe(false);
  cache.close();
  expect(isWritten()).toBe(false);
});

test('one entry is deleted by someone who may see it', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  fill(cache);
  const entry = cache.list([ANA]).find(({ modelId }) => modelId === 'model of layout');
  expect(cache.removeEntry(entry!.id, ['library', ANA])).toBe(2);
  expect(() => cache.removeEntry(entry!.id, ['library', ANA])).toThrow(/no longer in the cache/);
  expect(cache.list([ANA])).toHaveLength(1);
  cache.close();
});
