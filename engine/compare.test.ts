// One question in several ways through the whole engine: what is told of each, that nothing of it stays, and that it
// can be stopped.

import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { CompareEvent, CompareWays, Comparisons } from './contract/chat.ts';
import { WAYS } from './contract/chat.ts';
import type { EngineClient } from './contract/rpc.ts';
import { makeTinyModel } from './testing/tiny-model.ts';
import { ask, collect, person, startTestEngine } from './testing/start-engine.ts';
import type { TestEngine } from './testing/start-engine.ts';

const HANDBOOK = Array.from(
  { length: 24 },
  (_, index) => `- Room ${index + 10} is cleaned on day ${(index * 7) % 31} by person ${index * 3 + 1}.`,
).join('\n');
const QUESTION = 'Who cleans room 12?';
const SYSTEM = 'You answer for the cleaning team, shortly, and with the number of the room.';
const sampling = { maxTokens: 12, temperature: 0 };
const engines: TestEngine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

interface Chat {
  engine: TestEngine;
  of: Pick<CompareWays, 'profileId' | 'conversationId'>;
}

/** The handbook was read behind the built-in text, and now stands in a chat behind another one: it has moved. */
async function chatWithMovedText(): Promise<Chat> {
  // Large enough that computing takes far longer than loading: else nothing approximate is worth its while.
  const engine = await startTestEngine({ tiny: { seed: 1, layers: 8, hidden: 256 } });
  engines.push(engine);
  const { client } = engine;
  const ana = await person(client, 'ana');
  const documents = [{ title: 'Handbook', text: HANDBOOK, scope: 'private' as const }];
  await ask(client, ana, { question: QUESTION, documents, sampling });
  const { id } = await client.call('library.add', { profileId: ana, ...documents[0]! });
  const chat = await client.call('conversations.create', { profileId: ana, documents: [id], system: SYSTEM });
  return { engine, of: { profileId: ana, conversationId: chat.id } };
}

async function compare({ engine, of }: Chat, changes: Partial<CompareWays>, signal?: AbortSignal) {
  const wanted: CompareWays = { ...of, asked: { text: QUESTION }, ways: WAYS, tokens: 8, ...changes };
  const stream = engine.client.stream('chat.compare', wanted, signal);
  const events: CompareEvent[] = [];
  for (;;) {
    const step = await stream.next();
    if (step.done === true) return { ...step.value, events };
    events.push(step.value);
  }
}

async function leftBehind({ engine: { client }, of }: Chat): Promise<object> {
  const { blocks, entries } = await client.call('cache.stats', {});
  return { blocks, entries, ...(await client.call('conversations.get', of)) };
}

/** A model is not changed while an answer is written: between two ways it is. */
async function selectWhenIdle(client: EngineClient, modelId: string): Promise<void> {
  for (;;) {
    try {
      await client.call('models.select', { modelId });
      return;
    } catch (error) {
      expect(error).toMatchObject({ code: 'model-busy' });
    }
  }
}

describe('a comparison', () => {
  test('goes through the ways in order, off first, and keeps nothing of them', async () => {
    const chat = await chatWithMovedText();
    const before = await leftBehind(chat);
    const { off, ways, events } = await compare(chat, {});
    const steps = events.filter((event) => event.type !== 'progress');
    expect(steps.map((event) => `${event.type} ${event.index}`)).toEqual(
      [0, 1, 2, 3, 4, 5, 6].flatMap((index) => [`begun ${index}`, `compared ${index}`]),
    );
    expect(off).toMatchObject({ meanKl: 0, maxKl: 0, top1Agreement: 1, report: { policy: 'off', tokenLayers: 1 } });
    expect(ways.map((way) => way?.report.policy)).toEqual(WAYS.map(({ policy }) => policy));
    expect(steps.at(-1)).toMatchObject({ comparison: ways.at(-1) });
    expect(await leftBehind(chat)).toEqual(before);
  });

  test('says what each way reused, computed and answered, and how far it is from off', async () => {
    const chat = await chatWithMovedText();
    const asked = [{ policy: 'exact' }, { policy: 'hearth' }, { policy: 'kvshare' }] as const;
    const { off, ways } = await compare(chat, { ways: asked });
    const [exact, balanced, kvshare] = ways;
    expect(exact).toMatchObject({ text: off.text, top1Agreement: 1, report: { state: 'exact', tokens: { moved: 0 } } });
    expect(exact!.maxKl).toBeLessThan(1e-6);
    for (const way of [balanced, kvshare]) {
      expect(way!.report).toMatchObject({ state: 'approximate', verification: null });
      expect(way!.report.tokens.moved).toBeGreaterThan(200);
      expect(way!.report.tokenLayers).toBeLessThan(0.7);
      // Its own answer goes another way, where distributions have nothing in common: led along that of off they have.
      expect(way!.text).not.toBe(off.text);
      expect(way!.meanKl).toBeGreaterThan(0);
      expect(way!.meanKl).toBeLessThan(0.15);
      expect(way!.maxKl).toBeGreaterThanOrEqual(way!.meanKl);
      expect(way!.tokens).toBe(off.tokens);
    }
    const { engine, of } = chat;
    const greedy = { temperature: 0, repetitionPenalty: 1, maxTokens: 8 };
    const sent = engine.client.stream('chat.send', { ...of, text: QUESTION, policy: 'off', sampling: greedy });
    expect(off.text).toBe((await collect(sent)).message.text);
  });

  test('asks the question of an answer again, and not what came after it', async () => {
    const chat = await chatWithMovedText();
    const { client } = chat.engine;
    const send = (text: string) =>
      collect(
        client.stream('chat.send', { ...chat.of, text, policy: 'off', sampling: { ...sampling, temperature: 0 } }),
      );
    const first = await send(QUESTION);
    await send('And room 15?');
    const { off } = await compare(chat, { asked: { answerId: first.message.id }, ways: [] });
    expect(off.report.promptTokens).toBe(first.message.report!.promptTokens);
    const ben = await person(client, 'ben');
    const foreign = compare({ ...chat, of: { ...chat.of, profileId: ben } }, { asked: { answerId: first.message.id } });
    await expect(foreign).rejects.toMatchObject({ code: 'not-found' });
  });

  test('of an answer finds what was remembered when its question came, not what it left itself', async () => {
    const chat = await chatWithMovedText();
    const { client } = chat.engine;
    const { message } = await collect(client.stream('chat.send', { ...chat.of, text: QUESTION, sampling }));
    await client.call('conversations.settled', chat.of);
    const before = await client.call('cache.stats', {});
    const asked = { answerId: message.id };
    const { ways } = await compare(chat, {
      asked,
      ways: [{ policy: 'exact' }, { policy: 'hearth' }, { policy: 'kvshare' }],
    });
    const [exact, hearth, kvshare] = ways.map((way) => way!.report.tokens);
    expect(exact!.exactPrefix).toBeLessThan(64);
    expect(hearth).toMatchObject({ exactPrefix: exact!.exactPrefix, moved: message.report!.tokens.moved });
    expect(kvshare!.moved).toBeGreaterThan(200);
    expect(await client.call('cache.stats', {})).toMatchObject({ hits: before.hits, misses: before.misses });
    const next = await compare(chat, { asked: { text: 'And room 15?' }, ways: [{ policy: 'exact' }] });
    expect(next.ways[0]!.report.tokens.exactPrefix).toBeGreaterThan(200);
  });

  test('that is stopped ends with what was compared so far, and the engine goes on', async () => {
    const chat = await chatWithMovedText();
    const controller = new AbortController();
    const stream = chat.engine.client.stream(
      'chat.compare',
      { ...chat.of, asked: { text: QUESTION }, ways: WAYS, tokens: 8 },
      controller.signal,
    );
    const seen: CompareEvent[] = [];
    const run = async (): Promise<Comparisons> => {
      for (;;) {
        const step = await stream.next();
        if (step.done === true) return step.value;
        seen.push(step.value);
        if (step.value.type === 'compared') controller.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ code: 'stopped' });
    expect(seen.filter(({ type }) => type === 'compared').length).toBeLessThan(WAYS.length);
    expect((await compare(chat, { ways: [] })).off.text).not.toBe('');
  });

  test('tells of a way that cannot answer, and goes on', async () => {
    const chat = await chatWithMovedText();
    const { client } = chat.engine;
    const ben = await person(client, 'ben');
    const { id } = await client.call('conversations.create', { profileId: ben });
    const stream = client.stream('chat.compare', {
      profileId: ben,
      conversationId: id,
      asked: { text: QUESTION },
      ways: WAYS.slice(0, 2),
      tokens: 4,
    });
    const failed: CompareEvent[] = [];
    for (;;) {
      const step = await stream.next();
      if (step.done === true) {
        expect(step.value.ways).toEqual([null, null]);
        break;
      }
      // Who asked is removed while `off` answers: nobody is left whose choice would hold.
      if (step.value.type === 'begun' && step.value.index === 0) {
        await client.call('profiles.remove', { profileId: ben });
      }
      if (step.value.type === 'failed') failed.push(step.value);
    }
    expect(failed.map((event) => event.type === 'failed' && event.index)).toEqual([1, 2]);
  });

  test('says that the model was changed, whenever in a way that happens', async () => {
    const chat = await chatWithMovedText();
    const { client } = chat.engine;
    const folder = join(chat.engine.dataFolder, 'other');
    await makeTinyModel(folder, { seed: 2 });
    const models = [await client.call('models.import', { folder })];
    models.push((await client.call('models.list', {})).find(({ loaded }) => loaded)!);
    const told = new Set<string>();
    for (const [round, delayMs] of [0, 1, 3, 6, 10, 15, 25, 40].entries()) {
      const stream = client.stream('chat.compare', { ...chat.of, asked: { text: QUESTION }, ways: WAYS, tokens: 8 });
      let selected: Promise<unknown> | undefined;
      for (let done = false; !done;) {
        const step = await stream.next();
        done = step.done === true;
        if (step.done === true) continue;
        if (step.value.type === 'failed') told.add(step.value.message);
        if (selected === undefined && step.value.type === 'begun' && step.value.index > 0) {
          await new Promise((resolve) => setTimeout(resolve, delayMs));
          selected = selectWhenIdle(client, models[round % 2]!.id);
        }
      }
      await selected;
    }
    expect([...told]).toEqual(['The model was changed in the meantime. Compare again with the new one.']);
  });
});
