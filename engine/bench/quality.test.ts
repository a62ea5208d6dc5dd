// The ladder's runner on the model that ships: the same rows are found, used and compared as in a chat. Few cases, no
// figure is judged but those that hold for any model.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTinyModel } from '../testing/tiny-model.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { BenchModel } from './bench-model.ts';
import { runLadderChats } from './ladder-chats.ts';
import { runLadder } from './ladder.ts';
import { LADDER_WAYS } from './ladder-policies.ts';
import type { LadderOutcome } from './ladder-rows.ts';
import { runCase } from './quality.ts';
import { qualityCase, WORKLOADS } from './workloads.ts';
import type { QualityCase } from './workloads.ts';

const dataFolder = temporaryFolder();
let bench: BenchModel;

beforeAll(async () => {
  bench = await BenchModel.open({ name: 'ladder', quick: true, dataFolder });
});
afterAll(() => bench.close());

/** The first case of a workload with a document of some length. */
function longCase(workload: Parameters<typeof qualityCase>[0]): QualityCase {
  for (let index = 0; ; index++) {
    const each = qualityCase(workload, index, 1);
    const characters = each.probe.documents.join('').length;
    if (characters > 1200 && characters < 2400) return each;
  }
}

async function outcomesOf(of: QualityCase): Promise<Record<string, LadderOutcome>> {
  bench.cache.remove({});
  const outcomes = await runCase(bench, of, LADDER_WAYS);
  return Object.fromEntries(outcomes!.map((outcome) => [outcome.way, outcome]));
}

test('a moved document: exact reuses none of it, hearth most of it and repairs a part, stale rows are left as they are', async () => {
  const { off, exact, balanced, fast, verified, stale } = await outcomesOf(longCase('moved'));
  expect(off).toMatchObject({ spanTokens: 0, prefixTokens: 0, tokenLayers: 1 });
  expect(exact).toMatchObject({ spanTokens: 0, isIdentical: true });
  for (const each of [balanced, fast, verified, stale]) expect(each!.spanTokens).toBeGreaterThan(off!.promptTokens / 2);
  expect(balanced!.recomputedTokens).toBeGreaterThan(fast!.recomputedTokens);
  expect(fast!.recomputedTokens).toBeGreaterThan(0);
  expect(stale!.recomputedTokens).toBe(0);
  expect(verified).toMatchObject({ isIdentical: true, answer: off!.answer });
  expect(Math.max(...exact!.kl)).toBeLessThan(1e-3);
  expect(exact!.agreements).toBe(exact!.kl.length);
});

test('a compiled document is found behind another system text, and swapped documents both', async () => {
  const compiled = await outcomesOf(longCase('moved-compiled'));
  expect(compiled.balanced!.spanTokens).toBeGreaterThan(compiled.off!.promptTokens / 2);
  const swapped = await outcomesOf(longCase('swapped'));
  expect(swapped.balanced!.spanTokens).toBeGreaterThan(swapped.off!.promptTokens / 2);
});

test('a follow-up goes on behind the exact rows of the chat before', async () => {
  const { off, exact, balanced } = await outcomesOf(longCase('follow-up'));
  for (const each of [exact, balanced]) {
    expect(each!.prefixTokens).toBeGreaterThan(off!.promptTokens * 0.8);
    expect(each).toMatchObject({ spanTokens: 0, isIdentical: true });
  }
});

test('a model that is too small for the prompts is told so instead of running for ever', async () => {
  const model = `${dataFolder}/small`;
  await makeTinyModel(model, { context: 96 });
  await expect(runLadder({ name: 'ladder', out: dataFolder, quick: true, dataFolder, model })).rejects.toThrow(
    'too long for this model',
  );
});

test('in chats, with documents and idle time, a verified answer is the one of off, for every workload', async () => {
  const { rows } = await runLadderChats({ name: 'ladder-chats', quick: true, limit: 1, dataFolder });
  expect(rows.map(({ workload, differences }) => ({ workload, differences }))).toEqual(
    WORKLOADS.map((workload) => ({ workload, differences: [] })),
  );
  expect(rows.reduce((sum, { approximate }) => sum + approximate, 0)).toBeGreaterThan(0);
});
