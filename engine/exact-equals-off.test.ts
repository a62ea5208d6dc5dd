// The oracle: policy `exact` answers token for token what `off` answers, over many prompts with shared beginnings,
// with evictions and restarts between them.

import { afterAll, expect, test } from 'vitest';
import type { EngineClient } from './contract/rpc.ts';
import type { ProfileId } from './contract/profiles.ts';
import { seededRandom } from './sample/random.ts';
import { ask, person, startTestEngine } from './testing/start-engine.ts';
import type { Question, TestEngine } from './testing/start-engine.ts';

const PROMPTS = 200;
const RESTART_EVERY = 25;
const CLEAR_EVERY = 60;

let engine: TestEngine | undefined;
afterAll(() => engine?.close());

/** Documents that share beginnings, questions that repeat, long and short, private and shared. */
function promptGenerator(seed: number): () => Question & { by: number } {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const words = ['lamp', 'clinic', 'soup', '12', 'Tuesday', 'Ana', 'key', 'red', 'bus', '0.5 mg', 'garden', 'never'];
  const sentence = () => `${Array.from({ length: 4 + Math.floor(random() * 6) }, () => pick(words)).join(' ')}.`;
  const documents = Array.from({ length: 6 }, () => Array.from({ length: 12 }, sentence));
  const questions = Array.from({ length: 10 }, sentence);
  const systems = [undefined, 'Be brief and exact.', 'You answer for the clinic, with care and in full sentences.'];
  return () => {
    const document = pick(documents).slice(0, 3 + Math.floor(random() * 9));
    if (random() < 0.3) document.splice(Math.floor(random() * document.length), 1, sentence());
    const scope = random() < 0.7 ? ('library' as const) : ('private' as const);
    const count = Math.floor(random() * 3);
    const attached = [document, pick(documents).slice(0, 4)].slice(0, count);
    return {
      by: Math.floor(random() * 3),
      question: random() < 0.5 ? pick(questions) : sentence(),
      system: pick(systems),
      systemScope: scope,
      documents: attached.map((lines) => ({ text: lines.join('\n'), scope })),
    };
  };
}

async function answer(client: EngineClient, by: ProfileId, asked: Question, policy: 'off' | 'exact') {
  const { message } = await ask(client, by, { ...asked, policy, sampling: { temperature: 0, maxTokens: 16 } });
  return { text: message.text, output: message.report?.outputTokens, reused: message.report?.tokens.exactPrefix ?? 0 };
}

test(`${PROMPTS} prompts: exact answers like off, through evictions and restarts`, async () => {
  engine = await startTestEngine();
  const people = await Promise.all(['ana', 'ben', 'cleo'].map((name) => person(engine!.client, name)));
  // Small enough that blocks are evicted, from memory and from the disk, all the time.
  await engine.client.call('settings.set', { cacheQuotaBytes: 6_000_000, memoryBudgetBytes: 1_000_000 });
  const next = promptGenerator(2026);
  let reusedTokens = 0;
  let promptsWithReuse = 0;
  for (let index = 1; index <= PROMPTS; index++) {
    const { by, ...asked } = next();
    const profileId = people[by] as ProfileId;
    const exact = await answer(engine.client, profileId, asked, 'exact');
    const off = await answer(engine.client, profileId, asked, 'off');
    expect({ index, text: exact.text, output: exact.output }).toEqual({ index, text: off.text, output: off.output });
    expect(off.reused).toBe(0);
    reusedTokens += exact.reused;
    promptsWithReuse += exact.reused > 0 ? 1 : 0;
    if (index % RESTART_EVERY === 0) await engine.restart();
    if (index % CLEAR_EVERY === 0) await engine.client.call('cache.clear', { scope: 'library' });
  }
  const stats = await engine.client.call('cache.stats', {});
  // The test is void where nothing was reused or nothing was evicted.
  expect(promptsWithReuse).toBeGreaterThan(PROMPTS / 3);
  expect(reusedTokens).toBeGreaterThan(PROMPTS * 10);
  expect(stats.evictions).toBeGreaterThan(0);
  expect((await engine.client.call('cache.verify', {})).clean).toBe(true);
}, 300_000);
