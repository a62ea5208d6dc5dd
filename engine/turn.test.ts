// Turns through the whole engine, over its contract: what is reused, by whom, and that nothing is lost.

import { afterEach, describe, expect, test } from 'vitest';
import type { ChatEvent, TurnReport } from './contract/chat.ts';
import type { ProfileId } from './contract/profiles.ts';
import { ask, collect, person, startTestEngine } from './testing/start-engine.ts';
import type { TestEngine } from './testing/start-engine.ts';

const HANDBOOK = Array.from(
  { length: 12 },
  (_, index) => `- Room ${index + 10} is cleaned on day ${(index * 7) % 31} by person ${index * 3 + 1}.`,
).join('\n');
const greedy = { maxTokens: 12 };
const engines: TestEngine[] = [];

async function engine(options: Parameters<typeof startTestEngine>[0] = {}): Promise<TestEngine> {
  const started = await startTestEngine(options);
  // What is found exactly, and nothing else: the further rungs have tests of their own.
  await started.client.call('settings.set', { policy: 'exact' });
  engines.push(started);
  return started;
}
afterEach(async () => {
  for (const started of engines.splice(0)) await started.close();
});

async function askAbout(
  { client }: TestEngine,
  profileId: ProfileId,
  question: string,
  scope: 'private' | 'library',
): Promise<TurnReport & { text: string }> {
  const { message } = await ask(client, profileId, {
    question,
    documents: [{ text: HANDBOOK, scope }],
    sampling: greedy,
  });
  if (message.report === null) throw new Error('no report');
  return { ...message.report, text: message.text };
}
const reused = (report: TurnReport) => report.tokens.exactPrefix + report.tokens.ownAnswer;

describe('a library document', () => {
  test('that one person asked about is there for the next person, and still after a restart', async () => {
    const started = await engine();
    const [ana, ben] = [await person(started.client, 'ana'), await person(started.client, 'ben')];
    const first = await askAbout(started, ana, 'Who cleans room 12?', 'library');
    expect(reused(first)).toBe(0);
    expect(first.missReason).toBe('new');
    const documents = await started.client.call('library.list', { profileId: ben });
    const documentTokens = documents[0]?.tokens ?? Infinity;

    const second = await askAbout(started, ben, 'When is room 20 cleaned?', 'library');
    expect(second.tokens.exactPrefix).toBeGreaterThanOrEqual(0.9 * documentTokens);
    expect(second.sharedFrom.library).toBe(second.tokens.exactPrefix);
    expect(second.sharedFrom.private).toBe(0);
    expect(Object.values(second.tokens).reduce((sum, count) => sum + count, 0)).toBe(second.promptTokens);

    await started.restart();
    const third = await askAbout(started, ben, 'Is room 15 ever cleaned?', 'library');
    expect(third.sharedFrom.library).toBe(second.sharedFrom.library);
  });

  test('is there for the next person from the first word on, while the answer is still being written', async () => {
    const started = await engine();
    const { client } = started;
    const [ana, ben] = [await person(client, 'ana'), await person(client, 'ben')];
    const added = { profileId: ana, title: 'Rooms', text: HANDBOOK, scope: 'library' } as const;
    const { id: documentId } = await client.call('library.add', added);
    const { id: conversationId } = await client.call('conversations.create', {
      profileId: ana,
      documents: [documentId],
    });
    const of = { profileId: ana, conversationId };
    const answer = client.stream('chat.send', { ...of, text: 'Who cleans room 12?', sampling: { maxTokens: 200 } });
    for (let step = await answer.next(); step.done !== true && step.value.type !== 'text';) step = await answer.next();
    const second = await askAbout(started, ben, 'When is room 20 cleaned?', 'library');
    expect((await client.call('conversations.get', of)).history.at(-1)?.state).not.toBe('complete');
    expect(second.sharedFrom.library).toBeGreaterThan(200);
    expect((await collect(answer)).message.state).toBe('complete');
  });

  test('that was asked privately gives nothing to anybody else', async () => {
    const started = await engine();
    const [ana, ben] = [await person(started.client, 'ana'), await person(started.client, 'ben')];
    await askAbout(started, ana, 'Who cleans room 12?', 'private');
    for (const scope of ['private', 'library'] as const) {
      const other = await askAbout(started, ben, 'Who cleans room 12?', scope);
      if (scope === 'private') expect(reused(other)).toBe(0);
      expect(other.sharedFrom.library).toBe(0);
    }
    const own = await askAbout(started, ana, 'Who cleans room 13?', 'private');
    expect(own.sharedFrom.private).toBeGreaterThan(0);
  });

  test('read privately first and shared later is then there for everybody', async () => {
    const started = await engine();
    const [ana, ben] = [await person(started.client, 'ana'), await person(started.client, 'ben')];
    await askAbout(started, ana, 'Who cleans room 12?', 'private');
    const promoted = await askAbout(started, ana, 'Who cleans room 13?', 'library');
    expect(promoted.sharedFrom.private).toBeGreaterThan(0);
    const other = await askAbout(started, ben, 'Who cleans room 14?', 'library');
    expect(other.sharedFrom.library).toBeGreaterThan(0);
    expect(other.sharedFrom.private).toBe(0);
  });
});

describe('a chat', () => {
  test('goes on from its own answers', async () => {
    const started = await engine();
    const profileId = await person(started.client, 'ana');
    const { id: conversationId } = await started.client.call('conversations.create', { profileId });
    const say = (text: string) =>
      collect(started.client.stream('chat.send', { profileId, conversationId, text, sampling: greedy }));
    const first = await say('Tell me about the bus that goes to the lake on Sunday.');
    const second = await say('And on Monday?');
    const report = second.message.report;
    expect(report?.tokens.exactPrefix).toBeGreaterThan(0);
    expect(report?.tokens.fresh).toBeLessThan(report?.promptTokens ?? 0);
    expect(second.events.map((event) => event.type).slice(0, 2)).toEqual(['saved', 'reuse']);
    const { history } = await started.client.call('conversations.get', { profileId, conversationId });
    expect(history.map((message) => message.role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(history[1]?.text).toBe(first.message.text);
    expect(
      second.events
        .filter((event) => event.type === 'text')
        .map((event) => event.text)
        .join(''),
    ).toBe(second.message.text);
  });

  test('can be answered again, and the new answer takes the place of the old', async () => {
    const started = await engine();
    const profileId = await person(started.client, 'ana');
    const { id: conversationId } = await started.client.call('conversations.create', { profileId });
    const of = { profileId, conversationId };
    const options = { sampling: { ...greedy, temperature: 1, seed: 1 } };
    const first = await collect(started.client.stream('chat.send', { ...of, text: 'Hello there', ...options }));
    const again = await collect(
      started.client.stream('chat.regenerate', { ...of, sampling: { ...options.sampling, seed: 2 } }),
    );
    expect(again.message.text).not.toBe(first.message.text);
    const { history } = await started.client.call('conversations.get', of);
    expect(history.map((message) => message.id)).toEqual([expect.anything(), again.message.id]);
  });

  test('stopped in mid-answer keeps what was written and goes on afterwards', async () => {
    const started = await engine();
    const profileId = await person(started.client, 'ana');
    const { id: conversationId } = await started.client.call('conversations.create', { profileId });
    const of = { profileId, conversationId };
    const stop = new AbortController();
    const turn = started.client.stream(
      'chat.send',
      { ...of, text: 'Count.', sampling: { maxTokens: 400 } },
      stop.signal,
    );
    const events: ChatEvent[] = [];
    let step = await turn.next();
    for (; step.done !== true; step = await turn.next()) {
      events.push(step.value);
      if (events.filter((event) => event.type === 'text').length === 3) stop.abort();
    }
    expect(step.value.message.state).toBe('stopped');
    expect(step.value.message.report?.stopReason).toBe('stopped');
    expect(step.value.message.report?.outputTokens).toBeLessThan(400);
    const next = await collect(started.client.stream('chat.send', { ...of, text: 'Go on.', sampling: greedy }));
    expect(next.message.state).toBe('complete');
  });

  test('with a stop string ends before it', async () => {
    const started = await engine();
    const profileId = await person(started.client, 'ana');
    const whole = await ask(started.client, profileId, { question: 'Hello', sampling: { maxTokens: 24 } });
    const stop = whole.message.text.slice(4, 7);
    const cut = await ask(started.client, profileId, { question: 'Hello', sampling: { maxTokens: 24, stop: [stop] } });
    expect(cut.message.text).toBe(whole.message.text.slice(0, whole.message.text.indexOf(stop)));
    expect(cut.message.report?.stopReason).toBe('stop-string');
  });

  test('longer than the model reads is refused clearly, and the message is kept', async () => {
    const started = await engine();
    const profileId = await person(started.client, 'ana');
    const { id: conversationId } = await started.client.call('conversations.create', { profileId });
    const of = { profileId, conversationId };
    const text = 'All of this is far too long to be read at once. '.repeat(200);
    await expect(collect(started.client.stream('chat.send', { ...of, text }))).rejects.toMatchObject({
      code: 'context-exceeded',
    });
    const { history } = await started.client.call('conversations.get', of);
    expect(history.map((message) => message.text)).toEqual([text.trim()]);
    expect((await started.client.call('status', {})).runningTurns).toBe(0);
  });
});

describe('several people at once', () => {
  test('get the answers they get one after the other', async () => {
    const started = await engine();
    const names = ['ana', 'ben', 'cleo', 'dan', 'eva', 'finn'];
    const people = await Promise.all(names.map((name) => person(started.client, name)));
    const options = { sampling: greedy, policy: 'off' as const };
    const alone: string[] = [];
    for (const [index, id] of people.entries()) {
      const asked = await ask(started.client, id, { question: `Question ${index} of mine`, ...options });
      alone.push(asked.message.text);
    }
    const together = await Promise.all(
      people.map((id, index) => ask(started.client, id, { question: `Question ${index} of mine`, sampling: greedy })),
    );
    expect(together.map((asked) => asked.message.text)).toEqual(alone);
  });
});

describe('forgetting', () => {
  test('a person takes everything that was computed from their text along', async () => {
    const started = await engine();
    const [ana, ben] = [await person(started.client, 'ana'), await person(started.client, 'ben')];
    await askAbout(started, ana, 'Who cleans room 12?', 'private');
    await askAbout(started, ben, 'Who cleans room 12?', 'private');
    const before = await started.client.call('cache.stats', {});
    await started.client.call('profiles.remove', { profileId: ana });
    const after = await started.client.call('cache.stats', {});
    expect(after.byScope.private.tokens).toBeCloseTo(before.byScope.private.tokens / 2, -1);
    expect(await started.client.call('cache.list', { profileId: ben })).not.toEqual([]);
  });

  test('a document while it is being read leaves nothing of it behind', async () => {
    // Long enough for several steps, so that the document goes before its first row is kept.
    const started = await engine({ tiny: { seed: 1, context: 2048 } });
    const { client } = started;
    const profileId = await person(client, 'ana');
    const lines = Array.from({ length: 150 }, (_, index) => `Jar ${index} stands on shelf ${index * 7}.`);
    const text = lines.join('\n').slice(0, 2000);
    const { id: documentId } = await client.call('library.add', { profileId, title: 'Jars', text, scope: 'library' });
    const { id: conversationId } = await client.call('conversations.create', { profileId, documents: [documentId] });
    const turn = client.stream('chat.send', { profileId, conversationId, text: 'Where?', sampling: greedy });
    let step = await turn.next();
    while (step.done !== true && step.value.type !== 'progress') step = await turn.next();
    expect(step.done).toBe(false);
    await client.call('library.remove', { profileId, documentId });
    expect((await collect(turn)).message.state).toBe('complete');
    expect((await client.call('cache.stats', {})).blocks).toBe(0);
  });

  test('a chat takes its private document along, unless another chat has it too', async () => {
    const started = await engine();
    const profileId = await person(started.client, 'ana');
    await askAbout(started, profileId, 'Who cleans room 12?', 'private');
    await askAbout(started, profileId, 'Who cleans room 13?', 'private');
    const chats = await started.client.call('conversations.list', { profileId });
    const remove = (index: number) =>
      started.client.call('conversations.remove', { profileId, conversationId: chats[index]?.id ?? ('' as never) });
    await remove(0);
    expect(await started.client.call('library.list', { profileId })).toHaveLength(1);
    await remove(1);
    expect(await started.client.call('library.list', { profileId })).toEqual([]);
    const stats = await started.client.call('cache.stats', {});
    expect(stats.byScope.private.blocks).toBe(0);
  });
});

describe('the door', () => {
  test('answers what is not of the contract with a clear error and goes on', async () => {
    const started = await engine();
    const call = started.client.call.bind(started.client) as (method: string, params: unknown) => Promise<unknown>;
    const bad: [string, unknown][] = [
      ['no.such.method', {}],
      ['constructor', {}],
      ['profiles.create', { name: '' }],
      ['profiles.create', { name: 'x', extra: 1 }],
      ['conversations.list', { profileId: 7 }],
      ['settings.set', { threads: 0 }],
      ['library.add', { profileId: 'x', title: 'y', text: '', scope: 'everyone' }],
    ];
    for (const [method, params] of bad) {
      await expect(call(method, params)).rejects.toMatchObject({ code: 'bad-request' });
    }
    expect(await call('profiles.list', {})).toEqual([]);
  });
});
