// Live rows in 16 bits (`liveKv: 'compact'`) through the whole engine: what is reused then, what is kept, and what the
// answers are equal to.

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCache, temporaryFolder as cacheFolder } from './cache/test-cache.ts';
import type { SendMessage } from './contract/chat.ts';
import type { ProfileId } from './contract/profiles.ts';
import type { LiveKv } from './contract/settings.ts';
import { loadModel } from './loaded-model.ts';
import { Catalog } from './model/catalog.ts';
import { rowKeeper } from './write-back.ts';
import { ask, person, startTestEngine } from './testing/start-engine.ts';
import type { TestEngine } from './testing/start-engine.ts';

const lines = (rooms: number, seed: number) =>
  Array.from(
    { length: rooms },
    (_, at) => `- Room ${at + 10 * seed} is cleaned on day ${(at * 7 + seed) % 31} by person ${at * 3 + seed}.`,
  ).join('\n');
const HANDBOOK = lines(24, 1);
const sampling = { maxTokens: 8, temperature: 0 };

let engine: TestEngine;
let ana: ProfileId;
beforeEach(async () => {
  engine = await startTestEngine({ tiny: { seed: 1, layers: 8 } });
  ana = await person(engine.client, 'ana');
  await hold('compact');
});
afterEach(() => engine.close());

const hold = (liveKv: LiveKv) => engine.client.call('settings.set', { liveKv });

type Way = Pick<SendMessage, 'policy' | 'quality' | 'verify'>;

async function answer(way: Way, { system = 'You answer for the cleaning team.', by = ana } = {}) {
  const documents = [{ title: 'A', text: HANDBOOK, scope: 'private' as const }];
  const { message } = await ask(engine.client, by, { ...way, question: 'Who?', system, documents, sampling });
  return { text: message.text, report: message.report! };
}

describe('compact', () => {
  test.each([
    ['exact', {}],
    ['hearth', { verify: true }],
    ['hearth', { quality: 'exact' }],
  ] as const)('policy %s %o reuses its own rows exactly, and answers what off does', async (policy, way) => {
    await answer({ policy, ...way });
    const again = await answer({ policy, ...way });
    expect(again.report).toMatchObject({ state: 'exact', kvPrecision: 'fp16' });
    expect(again.report.tokens.exactPrefix).toBeGreaterThan(300);
    expect(again.text).toBe((await answer({ policy: 'off' })).text);
    // From the disk as well, where they lost a little.
    await engine.restart();
    const restarted = await answer({ policy, ...way });
    expect(restarted.report.tokens.exactPrefix).toBeGreaterThan(300);
    expect(restarted.report.state).toBe('exact');
  });

  test('a clinic reuses its own rows', async () => {
    const { id: by } = await engine.client.call('profiles.create', { name: 'ward', kind: 'clinic' });
    await answer({ policy: 'hearth' }, { by });
    const again = await answer({ policy: 'hearth' }, { by });
    expect(again.report.tokens.exactPrefix).toBeGreaterThan(300);
    expect(again.report.verification).toBeNull();
  });

  test.each(['hearth', 'kvshare', 'semsharekv'] as const)(
    'policy %s reuses what moved, and checked it gives what off gives',
    async (policy) => {
      await answer({ policy });
      const system = 'You are the house keeper, and brief.';
      const moved = await answer({ policy, verify: true }, { system });
      const { tokens } = moved.report;
      expect(tokens.moved + tokens.edited + tokens.similar).toBeGreaterThan(100);
      expect(moved.report.verification).not.toBeNull();
      expect(moved.text).toBe((await answer({ policy: 'off' }, { system })).text);
    },
  );

  test('rows that were computed in 16 bits are never called lossless', async () => {
    await answer({ policy: 'exact' });
    await hold('full');
    const strict = await answer({ policy: 'exact' });
    expect(strict.report.tokens.exactPrefix).toBe(0);
    // And the lossless rows that this turn kept are good enough for both.
    await hold('compact');
    const again = await answer({ policy: 'exact' });
    expect(again.report).toMatchObject({ state: 'exact', kvPrecision: 'lossless' });
    expect(again.report.tokens.exactPrefix).toBeGreaterThan(300);
  });

  test('holds over a restart, and its graphs lie beside the others without the weights', async () => {
    await engine.restart();
    expect(await engine.client.call('settings.get', {})).toMatchObject({ liveKv: 'compact' });
    const models = join(engine.dataFolder, 'models');
    const folder = readdirSync(models).find((name) => existsSync(join(models, name, 'deep-fp16.onnx')));
    expect(readdirSync(join(models, folder!)).filter((name) => name.endsWith('.safetensors'))).toHaveLength(1);
  });
});

test('whoever keeps rows of 16 bits, and as what, nobody finds them as lossless', async () => {
  using folder = cacheFolder();
  const cache = openCache(folder);
  const catalog = new Catalog({ models: join(engine.dataFolder, 'models'), starter: join(engine.dataFolder, 'none') });
  const installed = await catalog.resolve(join(engine.dataFolder, 'tiny'));
  const { model, text, space, speed } = await loadModel(installed, cache, { threads: 1, liveKv: 'compact' });
  const prompt = text.prompt({
    system: { text: HANDBOOK, scope: 'app' },
    documents: [],
    messages: [{ role: 'user', text: 'Who?' }],
    privateScope: 'app',
  });
  const { tokens } = prompt;
  const kv = model.newKvBuffer();
  await model.forward(kv, tokens, { logits: 'none' });
  rowKeeper({
    space,
    prompt,
    reuse: [],
    computed: { kv, exactRows: kv.rows, reusedTokens: 0, output: [] },
    precision: 'lossless',
    speed,
    entryOf: () => ({ kind: 'document', id: 'd', label: null }),
    isCurrent: () => true,
  })();
  expect(space.find(tokens, ['app'], ['lossless']).tokens).toBe(0);
  expect(space.find(tokens, ['app'], ['fp16']).tokens).toBe(kv.rows);
  await model.close();
  cache.close();
});

test('of changes at once the last one counts, and an answer under way lets none happen', async () => {
  await Promise.all([hold('full'), hold('compact'), hold('full')]);
  expect(await engine.client.call('settings.get', {})).toMatchObject({ liveKv: 'full' });
  await answer({ policy: 'exact' });
  expect((await answer({ policy: 'exact' })).report.kvPrecision).toBe('lossless');
  const { id: conversationId } = await engine.client.call('conversations.create', { profileId: ana, documents: [] });
  const turn = engine.client.stream('chat.send', { profileId: ana, conversationId, text: HANDBOOK, sampling });
  let refused: unknown = null;
  for await (const event of turn) {
    if (event.type === 'reuse') refused = await hold('compact').catch((error: unknown) => error);
  }
  expect(refused).toMatchObject({ code: 'model-busy' });
});

test('a model that cannot be opened in the other form stays open in the one it has, and the setting with it', async () => {
  await hold('full');
  const models = join(engine.dataFolder, 'models');
  await engine.restart(() => {
    for (const folder of readdirSync(models)) {
      rmSync(join(models, folder, 'deep-fp16.onnx'), { force: true });
      mkdirSync(join(models, folder, 'deep-fp16.onnx'), { recursive: true });
    }
  });
  await expect(hold('compact')).rejects.toMatchObject({ code: 'storage-full' });
  expect(await engine.client.call('settings.get', {})).toMatchObject({ liveKv: 'full' });
  expect((await answer({ policy: 'off' })).report.outputTokens).toBeGreaterThan(0);
});
