// Policy `kvshare` through the whole engine: what a turn reports, that its answer can be checked and its rows healed.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConversationId, TurnReport } from './contract/chat.ts';
import type { DocumentId } from './contract/library.ts';
import type { ProfileId } from './contract/profiles.ts';
import type { PolicyName } from './contract/settings.ts';
import { collect, person, startTestEngine } from './testing/start-engine.ts';
import type { TestEngine } from './testing/start-engine.ts';

const lines = (rooms: number, seed: number) =>
  Array.from(
    { length: rooms },
    (_, at) => `- Room ${at + 10 * seed} is cleaned on day ${(at * 7 + seed) % 31} by person ${at * 3 + seed}.`,
  ).join('\n');
const HANDBOOK = lines(24, 1);
const SYSTEMS = ['You answer for the cleaning team.', 'You are the house keeper, and brief.', 'You know all rooms.'];
const sampling = { maxTokens: 6, temperature: 0 };

interface Chat {
  profileId: ProfileId;
  conversationId: ConversationId;
  documentId: DocumentId;
}

let engine: TestEngine;
let ana: ProfileId;
beforeEach(async () => {
  engine = await startTestEngine({ tiny: { seed: 1, layers: 8 } });
  ana = await person(engine.client, 'ana');
});
afterEach(() => engine.close());

async function chatBehind(system: string, profileId = ana, text = HANDBOOK): Promise<Chat> {
  const { client } = engine;
  const { id } = await client.call('library.add', { profileId, title: 'Handbook', text, scope: 'private' });
  const chat = await client.call('conversations.create', { profileId, documents: [id], system });
  return { profileId, conversationId: chat.id, documentId: id };
}

async function ask(chat: Chat, policy: PolicyName, question = 'Who cleans room 12?'): Promise<TurnReport> {
  const { documentId: _, ...of } = chat;
  const turn = engine.client.stream('chat.send', { ...of, text: question, policy, quality: 'balanced', sampling });
  return (await collect(turn)).message.report!;
}

describe('a turn', () => {
  test('reuses what moved, computes its share again and three rows a step, and says so', async () => {
    await ask(await chatBehind(SYSTEMS[0]!), 'kvshare');
    const chat = await chatBehind(SYSTEMS[1]!);
    const report = await ask(chat, 'kvshare');
    expect(report).toMatchObject({ policy: 'kvshare', state: 'approximate', healed: false });
    const { moved } = report.tokens;
    expect(moved).toBeGreaterThan(300);
    expect(report.recomputed).toBe(Math.floor(0.2 * moved));
    expect(report.repairedTokens).toBe(3 * (report.outputTokens - 2));
    expect(report.tokenLayers).toBeGreaterThan(0.2);
    expect(report.tokenLayers).toBeLessThan(0.8);
  });

  test('is healed as any approximate one, and the next turn starts exact', async () => {
    await ask(await chatBehind(SYSTEMS[0]!), 'kvshare');
    const chat = await chatBehind(SYSTEMS[1]!);
    expect((await ask(chat, 'kvshare')).state).toBe('approximate');
    await engine.client.call('cache.heal', {});
    const next = await ask(chat, 'kvshare', 'And room 14?');
    expect(next.state).toBe('exact');
    expect(next.tokens.exactPrefix + next.tokens.ownAnswer).toBeGreaterThan(300);
  });

  test('with checked answers gives what everything computed gives', async () => {
    await ask(await chatBehind(SYSTEMS[0]!), 'kvshare');
    const { documentId: _, ...of } = await chatBehind(SYSTEMS[1]!);
    const asked = { ...of, text: 'Who cleans room 12?', policy: 'kvshare', verify: true, sampling } as const;
    const checked = (await collect(engine.client.stream('chat.send', asked))).message;
    const off = (await collect(engine.client.stream('chat.regenerate', { ...of, policy: 'off', sampling }))).message;
    expect(checked.report!.verification).not.toBeNull();
    expect(checked.text).toBe(off.text);
  });
});
