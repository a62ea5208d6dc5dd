// Why not more was reused, as a person is told it: real turns on a real cache.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keep, openCache, spaceOf, temporaryFolder } from '../cache/test-cache.ts';
import type { ProfileId } from '../contract/profiles.ts';
import { ask, person, startTestEngine } from '../testing/start-engine.ts';
import type { TestEngine } from '../testing/start-engine.ts';
import { BUILT_IN_SYSTEM_TEXT, ModelText } from '../text/model-text.ts';
import { privateScope } from '../types.ts';
import { matchPrompt } from './matcher.ts';

const LINES = Array.from({ length: 12 }, (_, index) => `Drawer ${index + 3} holds ${(index * 13) % 40} spoons.`);
let engine: TestEngine;
let ana: ProfileId;

beforeAll(async () => {
  engine = await startTestEngine();
  ana = await person(engine.client, 'ana');
});
afterAll(() => engine.close());

async function reason(lines: string[], options: { scope?: 'private' | 'library'; question?: string } = {}) {
  const { message } = await ask(engine.client, ana, {
    question: options.question ?? 'How many?',
    documents: [{ text: lines.join('\n'), scope: options.scope ?? 'library' }],
    sampling: { maxTokens: 2 },
  });
  return message.report?.missReason;
}

test('new text, an edit, a private document: each is told for what it is', async () => {
  expect(await reason(LINES, { scope: 'private' })).toBe('private');
  await engine.client.call('cache.clear', {});
  expect(await reason(LINES)).toBe('new');
  expect(await reason(LINES, { question: 'Where are the forks?' })).toBe('new');
  const edited = LINES.with(8, 'Drawer 11 holds 7 knives.');
  expect(await reason(edited)).toMatch(/^edited-at-token-\d+$/);
});

test('nothing is missed where only the last token is computed', async () => {
  expect(await reason(LINES, { question: 'Again?' })).toBe('new');
  expect(await reason(LINES, { question: 'Again?' })).toBeNull();
});

test('what had to go for room is told as such', async () => {
  await reason(LINES);
  const settings = await engine.client.call('settings.get', {});
  await engine.client.call('settings.set', { memoryBudgetBytes: 0, cacheQuotaBytes: 100_000 });
  await engine.client.call('settings.set', settings);
  expect(await reason(LINES)).toBe('evicted');
});

describe('with moved text in the cache', () => {
  const text = ModelText.open(join(import.meta.dirname, '../../resources/models/starter'));
  const folder = temporaryFolder();
  const cache = openCache(folder);
  const space = spaceOf(cache);
  const sources = { space, text, model: { embed: () => Promise.reject(new Error('nothing similar was asked for')) } };
  const profileId = 'ana' as ProfileId;
  const wish = { spans: true, similar: false, precisions: ['lossless'] } as const;
  const mine = privateScope(profileId);
  const promptOf = (texts: string[]) =>
    text.prompt({
      system: { text: BUILT_IN_SYSTEM_TEXT, scope: 'app' },
      documents: texts.map((each) => ({ text: each, scope: mine })),
      messages: [{ role: 'user', text: 'How many spoons are in drawer 5?' }],
      privateScope: mine,
    });
  const handbook = LINES.join('\n');
  const diary = LINES.toReversed().join(' and then ');
  const swapped = promptOf([diary, handbook]);
  beforeAll(() => keep(space, { tokens: promptOf([handbook, diary]).tokens, scope: mine }));
  afterAll(() => {
    cache.close();
    folder[Symbol.dispose]();
  });

  test('spans are found only if they are wished for', async () => {
    const plain = await matchPrompt(sources, { prompt: swapped, profileId }, { ...wish, spans: false });
    expect(plain.spans).toEqual([]);
    const { spans } = await matchPrompt(sources, { prompt: swapped, profileId }, wish);
    expect(spans.map((span) => span.origin)).toEqual(['moved', 'moved']);
  });

  test('the reason of a miss is that of the first position that nothing covers', async () => {
    const ask = async (spans: boolean) =>
      (await matchPrompt(sources, { prompt: swapped, profileId }, { ...wish, spans })).missReason;
    expect(await ask(false)).toBe('private');
    // Both documents are there: only the question is new.
    expect(await ask(true)).toBe('new');
  });
});
