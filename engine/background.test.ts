// Work ahead of time through the whole engine: what it leaves in the cache, that requests do not wait for it, and that
// what a person removes is not computed any more.

import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ProfileId } from './contract/profiles.ts';
import { ask, collect, person, startTestEngine } from './testing/start-engine.ts';
import type { TestEngine } from './testing/start-engine.ts';

const LINES = Array.from(
  { length: 24 },
  (_, index) => `- Room ${index + 10} is cleaned on day ${(index * 7) % 31} by person ${index * 3 + 1}.`,
);
const HANDBOOK = LINES.join('\n');
const sampling = { maxTokens: 12, temperature: 0 };
const engines: TestEngine[] = [];

async function start(policy: 'hearth' | 'exact' | 'off' = 'hearth'): Promise<TestEngine & { ana: ProfileId }> {
  const started = await startTestEngine({ tiny: { seed: 1, layers: 8, hidden: 256 } });
  engines.push(started);
  await started.client.call('settings.set', {
    policy,
    sampling: { ...(await settingsOf(started)).sampling, maxTokens: 12 },
  });
  return Object.assign(started, { ana: await person(started.client, 'ana') });
}
const settingsOf = ({ client }: TestEngine) => client.call('settings.get', {});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

async function chatAbout({ client, ana }: TestEngine & { ana: ProfileId }, text: string, system?: string) {
  const { id } = await client.call('library.add', { profileId: ana, title: 'Handbook', text, scope: 'private' });
  const { id: conversationId } = await client.call('conversations.create', { profileId: ana, documents: [id], system });
  return { profileId: ana, conversationId, documentId: id };
}

const PATIENCE = { timeout: 30_000, interval: 100 };

async function libraryTokens(client: TestEngine['client']): Promise<number> {
  return (await client.call('cache.stats', {})).byScope.library.tokens;
}

describe('reading ahead', () => {
  test('leaves only the question to compute when a chat was opened in time', async () => {
    const engine = await start();
    const { documentId: _, ...of } = await chatAbout(engine, HANDBOOK);
    await engine.client.call('conversations.prepare', of);
    await engine.client.call('conversations.settled', of);
    const { message } = await collect(
      engine.client.stream('chat.send', { ...of, text: 'Who cleans room 12?', sampling }),
    );
    const report = message.report!;
    expect(report.state).toBe('exact');
    expect(report.tokens.fresh).toBeLessThan(40);
    expect(report.tokens.exactPrefix).toBeGreaterThan(200);
    const off = await collect(engine.client.stream('chat.regenerate', { ...of, policy: 'off', sampling }));
    expect(message.text).toBe(off.message.text);
  });

  test('does nothing where reuse is off', async () => {
    const engine = await start('off');
    const { documentId: _, ...of } = await chatAbout(engine, HANDBOOK);
    await engine.client.call('conversations.prepare', of);
    await engine.client.call('conversations.settled', of);
    expect((await engine.client.call('cache.stats', {})).blocks).toBe(0);
  });

  test('of a library document serves other people, behind other system texts as well', async () => {
    const engine = await start();
    const { client, ana } = engine;
    const added = await client.call('library.add', {
      profileId: ana,
      title: 'Rooms',
      text: HANDBOOK,
      scope: 'library',
    });
    const { tokens } = await client.call('library.prepare', { profileId: ana, documentId: added.id });
    expect(tokens).toBeGreaterThanOrEqual(added.tokens!);
    const ben = await person(client, 'ben');
    const system = 'You answer for the cleaning team, shortly, and with the number of the room.';
    const documents = [{ title: 'Rooms', text: HANDBOOK, scope: 'library' as const }];
    const { message } = await ask(client, ben, { question: 'Who cleans room 12?', documents, system, sampling });
    const report = message.report!;
    expect(report.tokens.moved).toBeGreaterThan(0.9 * added.tokens!);
    expect(report.sharedFrom.library).toBeGreaterThanOrEqual(report.tokens.moved);
    expect(report.sharedFrom.private).toBe(0);
  });

  test('of a library document begins by itself, some time after it was added', async () => {
    const { client, ana } = await start();
    await client.call('library.add', { profileId: ana, title: 'Rooms', text: HANDBOOK, scope: 'library' });
    await vi.waitFor(async () => expect(await libraryTokens(client)).toBeGreaterThan(200), PATIENCE);
  }, 60_000);

  test('takes up a library document again that was evicted, once there is room', async () => {
    const { client, ana } = await start();
    const before = await client.call('settings.get', {});
    const added = { profileId: ana, title: 'Rooms', text: HANDBOOK, scope: 'library' as const };
    const { id: documentId } = await client.call('library.add', added);
    await client.call('library.prepare', { profileId: ana, documentId });
    const tokens = await libraryTokens(client);
    expect(tokens).toBeGreaterThan(200);
    const { bytesOnDisk } = await client.call('cache.stats', {});
    await client.call('settings.set', { cacheQuotaBytes: Math.floor(bytesOnDisk / 2), memoryBudgetBytes: 0 });
    expect(await libraryTokens(client)).toBeLessThan(tokens);
    await client.call('settings.set', before);
    await ask(client, ana, { question: 'Hello', sampling });
    await vi.waitFor(async () => expect(await libraryTokens(client)).toBe(tokens), PATIENCE);
  }, 60_000);

  test('ends when the chat is removed, and keeps nothing of it', async () => {
    const engine = await start();
    const { documentId: _, ...of } = await chatAbout(engine, HANDBOOK);
    await engine.client.call('conversations.prepare', of);
    await engine.client.call('conversations.remove', of);
    await engine.client.call('cache.heal', {});
    const entries = await engine.client.call('cache.list', { profileId: of.profileId });
    expect(entries.filter(({ scope }) => scope === 'private')).toEqual([]);
  });

  test.each(['cleared', 'removed'] as const)('of a library document ends when the memory is %s', async (how) => {
    const engine = await start();
    const { client, ana } = engine;
    const document = { title: 'Handbook', text: HANDBOOK, scope: 'library' as const };
    await ask(client, ana, { question: 'Who cleans room 12?', documents: [document], sampling });
    expect(await libraryTokens(client)).toBeGreaterThan(200);
    // Its reading ahead waits for some seconds yet.
    const entries = await client.call('cache.list', { profileId: ana });
    const { id: entryId } = entries.find(({ documentId }) => documentId !== null)!;
    if (how === 'cleared') await client.call('cache.clear', {});
    else await client.call('cache.remove', { profileId: ana, entryId });
    const left = await libraryTokens(client);
    expect(left).toBeLessThan(100);
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect(await libraryTokens(client)).toBe(left);
  });

  test('is not seen in the answers of a turn that comes at the same time', async () => {
    const engine = await start();
    const ahead = await chatAbout(engine, HANDBOOK.replaceAll('Room', 'Hall'));
    const { documentId: _, ...of } = await chatAbout(engine, HANDBOOK);
    const { documentId: __, ...other } = ahead;
    await engine.client.call('conversations.prepare', other);
    const { message } = await collect(
      engine.client.stream('chat.send', { ...of, text: 'Who cleans room 12?', sampling }),
    );
    const off = await collect(engine.client.stream('chat.regenerate', { ...of, policy: 'off', sampling }));
    expect(message.text).toBe(off.message.text);
    await engine.client.call('conversations.settled', other);
  });
});

describe('healing', () => {
  async function approximateTurn(engine: TestEngine & { ana: ProfileId }) {
    const { client } = engine;
    const { documentId: _, ...first } = await chatAbout(engine, HANDBOOK);
    await collect(client.stream('chat.send', { ...first, text: 'Who cleans room 12?', sampling }));
    const system = 'You answer for the cleaning team, shortly, and with the number of the room.';
    const { documentId: __, ...of } = await chatAbout(engine, HANDBOOK, system);
    const { message } = await collect(client.stream('chat.send', { ...of, text: 'Who cleans room 14?', sampling }));
    return { of, message };
  }

  test('makes the next turn of an approximate chat start exact, and says so', async () => {
    const engine = await start();
    const { of, message } = await approximateTurn(engine);
    expect(message.report).toMatchObject({ state: 'approximate', healed: false });
    expect(message.report!.tokens.moved).toBeGreaterThan(200);
    await engine.client.call('conversations.settled', of);
    const { history } = await engine.client.call('conversations.get', of);
    expect(history.at(-1)!.report).toMatchObject({ state: 'approximate', healed: true });
    const next = await collect(engine.client.stream('chat.send', { ...of, text: 'And room 15?', sampling }));
    expect(next.message.report).toMatchObject({ state: 'exact', tokens: { moved: 0, edited: 0 } });
    expect(next.message.report!.tokens.fresh).toBeLessThan(40);
    const off = await collect(engine.client.stream('chat.regenerate', { ...of, policy: 'off', sampling }));
    expect(next.message.text).toBe(off.message.text);
  });

  test('goes on after a restart, and on request', async () => {
    const engine = await start();
    const { of } = await approximateTurn(engine);
    await engine.restart();
    await engine.client.call('cache.heal', {});
    const { history } = await engine.client.call('conversations.get', of);
    expect(history.at(-1)!.report!.healed).toBe(true);
    expect((await engine.client.call('cache.verify', {})).clean).toBe(true);
  });

  test('never lets approximate rows into the cache before', async () => {
    const engine = await start();
    const { client, ana } = engine;
    const { message } = await approximateTurn(engine);
    await client.call('cache.heal', {});
    // The same prompt again: whatever is reused for it now must give what `off` gives.
    const system = 'You answer for the cleaning team, shortly, and with the number of the room.';
    const documents = [{ title: 'Handbook', text: HANDBOOK, scope: 'private' as const }];
    const asked = { question: 'Who cleans room 14?', documents, system, sampling };
    const again = await ask(client, ana, asked);
    const off = await ask(client, ana, { ...asked, policy: 'off' });
    expect(again.message.report!.state).toBe('exact');
    expect(again.message.text).toBe(off.message.text);
    expect(message.report!.spans.at(-1)!.end).toBe(message.report!.promptTokens);
  });
});

describe('a verified answer', () => {
  test('is what off answers, is exact, and is kept at once', async () => {
    const engine = await start();
    const { client, ana } = engine;
    const donor = { documents: [{ title: 'A', text: HANDBOOK, scope: 'private' as const }], sampling };
    await ask(client, ana, { question: 'Who cleans room 12?', ...donor });
    const system = 'You answer for the cleaning team, shortly.';
    const asked = { question: 'Who cleans room 14?', ...donor, system };
    const verified = await ask(client, ana, { ...asked, verify: true });
    const off = await ask(client, ana, { ...asked, policy: 'off' });
    expect(verified.message.text).toBe(off.message.text);
    expect(verified.message.report!.verification).not.toBeNull();
    expect(verified.message.report!.state).toBe('exact');
    expect(verified.message.report!.tokens.moved).toBeGreaterThan(200);
    expect(verified.events.map(({ type }) => type)).toContain('verifying');
    const again = await ask(client, ana, asked);
    expect(again.message.report!.tokens.moved).toBe(0);
    expect(again.message.report!.tokens.fresh).toBeLessThan(20);
  });
});

test('the tokens of a prompt are its text, and their origins those of the report', async () => {
  const engine = await start();
  const { documentId: _, ...of } = await chatAbout(engine, HANDBOOK);
  const { message } = await collect(
    engine.client.stream('chat.send', { ...of, text: 'Who cleans room 12?', sampling }),
  );
  const { tokens } = await engine.client.call('messages.tokens', { ...of, messageId: message.id });
  expect(tokens).toHaveLength(message.report!.promptTokens);
  const text = tokens.map((token) => token.text).join('');
  expect(text).toContain(LINES[5]);
  expect(text).toContain('Who cleans room 12?');
  for (const [origin, count] of Object.entries(message.report!.tokens)) {
    expect(tokens.filter((token) => token.origin === origin)).toHaveLength(count);
  }
  const ben = await person(engine.client, 'ben');
  const stolen = engine.client.call('messages.tokens', { ...of, profileId: ben, messageId: message.id });
  await expect(stolen).rejects.toMatchObject({ code: 'not-found' });
});

test('rows kept in four bits answer sooner, and a checked answer is still that of off', async () => {
  const engine = await start();
  const { ana } = engine;
  await engine.client.call('settings.set', { kvPrecision: 'int4' });
  const asked = {
    question: 'Who cleans room 12?',
    documents: [{ title: 'A', text: HANDBOOK, scope: 'private' as const }],
    sampling,
  };
  await ask(engine.client, ana, { ...asked, verify: true });
  await engine.restart();
  const again = await ask(engine.client, ana, { ...asked, verify: true });
  const off = await ask(engine.client, ana, { ...asked, policy: 'off' });
  expect(again.message.report).toMatchObject({ kvPrecision: 'int4', state: 'exact' });
  expect(again.message.report!.tokens.exactPrefix).toBeGreaterThan(200);
  expect(again.message.report!.verification).not.toBeNull();
  expect(again.message.text).toBe(off.message.text);
});
