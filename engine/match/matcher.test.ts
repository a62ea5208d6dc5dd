// Why not more was reused, as a person is told it: real turns on a real cache.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProfileId } from '../contract/profiles.ts';
import { ask, person, startTestEngine } from '../testing/start-engine.ts';
import type { TestEngine } from '../testing/start-engine.ts';

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
