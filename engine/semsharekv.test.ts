// Policy `semsharekv` through the whole engine, on the model that ships: what is reused, from whom, what is said of it,
// and that nothing of it reaches an answer under another policy.

import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openCache } from './cache/test-cache.ts';
import type { TurnReport } from './contract/chat.ts';
import type { PolicyName } from './contract/settings.ts';
import type { ProfileId } from './contract/profiles.ts';
import { loadModel } from './loaded-model.ts';
import { Catalog } from './model/catalog.ts';
import { ask, startTestEngine } from './testing/start-engine.ts';
import type { TestEngine } from './testing/start-engine.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const SENTENCES = Array.from(
  { length: 24 },
  (_, at) =>
    `Room ${at + 10} is cleaned on ${['Monday', 'Tuesday', 'Friday'][at % 3]} at ${(at % 9) + 1} in the morning.`,
);
const LIST = SENTENCES.join(' ');
/** The same list with another beginning, and one word changed in every third sentence. */
const OTHER_LIST = `Today only. ${SENTENCES.map((text, at) => (at % 3 === 0 ? text.replace('Room', 'Hall') : text)).join(' ')}`;
const QUESTION = 'When is room 15 cleaned?';

const STARTER = join(import.meta.dirname, '../resources/models/starter');

const folder = temporaryFolder();
let engine: TestEngine;
let ana: ProfileId;
let ben: ProfileId;

beforeAll(async () => {
  engine = await startTestEngine({ modelId: 'starter' });
  const create = async (name: string) => (await engine.client.call('profiles.create', { name })).id;
  [ana, ben] = [await create('Ana'), await create('Ben')];
}, 60_000);
afterAll(() => engine.close());
beforeEach(() => engine.client.call('cache.clear', {}));

interface Asking {
  policy: PolicyName;
  by?: ProfileId;
  scope?: 'private' | 'library';
  verify?: boolean;
}

async function answer(text: string, { policy, by = ana, scope = 'private', verify = false }: Asking) {
  const documents = [{ text, scope }];
  const sampling = { temperature: 0, maxTokens: 12 };
  const { message } = await ask(engine.client, by, { question: QUESTION, documents, policy, verify, sampling });
  return { text: message.text, report: message.report as TurnReport };
}

describe('a text much like an earlier one', () => {
  test('takes rows of it, computes some of them again, holds less than all, and says so', async () => {
    const first = await answer(LIST, { policy: 'semsharekv' });
    expect(first.report).toMatchObject({ policy: 'semsharekv', state: 'exact', tokens: { similar: 0 } });
    const { report } = await answer(OTHER_LIST, { policy: 'semsharekv' });
    const { tokens, promptTokens } = report;
    expect(report).toMatchObject({
      policy: 'semsharekv',
      state: 'approximate',
      repairedTokens: 0,
      kvPrecision: 'lossless',
    });
    expect(tokens.similar).toBeGreaterThan(promptTokens / 2);
    expect(Object.values(tokens).reduce((sum, count) => sum + count, 0)).toBe(promptTokens);
    expect(report.recomputed).toBeGreaterThan(0);
    expect(report.recomputed).toBeLessThan(tokens.similar);
    expect(report.tokenLayers).toBeLessThan(0.75);
    const full = (await answer(OTHER_LIST, { policy: 'off' })).report;
    expect(full.tokenLayers).toBe(1);
    expect(report.kvBytes).toBeGreaterThan(0);
    expect(report.kvBytes).toBeLessThan(0.58 * full.kvBytes);
  });

  test('is answered as without a cache where the answer is verified', async () => {
    await answer(LIST, { policy: 'exact' });
    const { text, report } = await answer(OTHER_LIST, { policy: 'semsharekv', verify: true });
    expect(report.tokens.similar).toBeGreaterThan(0);
    expect(report).toMatchObject({ state: 'exact', verification: { checkedTokens: expect.any(Number) } });
    expect(text).toBe((await answer(OTHER_LIST, { policy: 'off' })).text);
  });
});

describe('nobody is given what is not theirs', () => {
  test('private text lends rows to its owner alone, library text to everybody', async () => {
    await answer(LIST, { policy: 'exact' });
    expect((await answer(OTHER_LIST, { policy: 'semsharekv', by: ben })).report.tokens.similar).toBe(0);
    await engine.client.call('cache.clear', {});
    await answer(LIST, { policy: 'exact', scope: 'library' });
    const { report } = await answer(OTHER_LIST, { policy: 'semsharekv', by: ben });
    expect(report.tokens.similar).toBeGreaterThan(0);
    expect(report.sharedFrom).toMatchObject({ private: 0 });
  });

  test('a clinic gets no similar rows', async () => {
    const clinic = (await engine.client.call('profiles.create', { name: 'Ward', kind: 'clinic' })).id;
    await answer(LIST, { policy: 'exact', by: clinic });
    const { report } = await answer(OTHER_LIST, { policy: 'semsharekv', by: clinic });
    expect(report).toMatchObject({ state: 'exact', tokens: { similar: 0 } });
  });

  test('approximate rows are donors for no other answer', async () => {
    const client = engine.client;
    await answer(LIST, { policy: 'exact' });
    const expected = await answer(OTHER_LIST, { policy: 'off' });
    const { report } = await answer(OTHER_LIST, { policy: 'semsharekv' });
    expect(report.state).toBe('approximate');
    // Whatever was healed meanwhile: what `exact` reuses gives the answer of `off`.
    const exact = await answer(OTHER_LIST, { policy: 'exact' });
    expect(exact.report.state).toBe('exact');
    expect(exact.text).toBe(expected.text);
    expect((await client.call('cache.verify', {})).clean).toBe(true);
  });

  test('what is remembered of prompts goes with anything that is removed', async () => {
    const cache = openCache({ path: join(folder, 'cache') });
    const installed = await new Catalog({ models: join(folder, 'models'), starter: STARTER }).resolve('starter');
    const { past, model } = await loadModel(installed, cache, { threads: 1, liveKv: 'full' });
    past.note({ tokens: new Int32Array(100), scopes: [{ start: 0, end: 100, scope: 'library' }] });
    expect(past.count).toBe(1);
    cache.remove({ profileId: ana });
    expect(past.count).toBe(0);
    await model.close();
    cache.close();
  });

  test('removed text lends nothing', async () => {
    await answer(LIST, { policy: 'exact' });
    await engine.client.call('cache.clear', {});
    expect((await answer(OTHER_LIST, { policy: 'semsharekv' })).report.tokens.similar).toBe(0);
  });
});
