// The graph against the recorded logits and greedy answers of trained models, where those models are at hand.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { continueGreedily, greedyToken } from '../testing/greedy-answer.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { Model } from './forward.ts';
import { checkModelFolder, importModel } from './import/import-model.ts';

const models = join(process.env['HEARTH_SHARED'] ?? resolve(import.meta.dirname, '../../../shared'), 'models');
const work = temporaryFolder();
const goldenCase = z.object({
  prompt_ids: z.array(z.number()),
  next_top5: z.array(z.tuple([z.number(), z.number()])),
  greedy_ids: z.array(z.number()),
});
const goldenFile = z.object({ cases: z.array(goldenCase).min(1) });

const shipped = resolve(import.meta.dirname, '../../resources/models/starter');
const references = ['stories260k', 'tinystories-656k', 'babyllama-char-0.9m', 'starter-spike'].map(
  (name): [string, string] => [name, join(models, name)],
);

describe.each([['starter', shipped], ...references])('%s', (name, source) => {
  test.skipIf(!existsSync(source))(
    'gives the recorded logits and greedy answers (skipped without the model)',
    async () => {
      await importModel({ source, target: join(work, name) });
      const model = await Model.open(join(work, name), { threads: 2 });
      const golden = goldenFile.parse(JSON.parse(await readFile(join(source, 'golden.json'), 'utf8')));
      for (const { prompt_ids: prompt, next_top5: top, greedy_ids: greedy } of golden.cases) {
        const kv = model.newKvBuffer();
        const logits = (await model.forward(kv, prompt, { logits: 'last' })).logits!;
        for (const [id, value] of top) expect(Math.abs(logits[id]! - value)).toBeLessThan(1e-3);
        expect(await continueGreedily(model, { kv, logits }, greedy.length)).toEqual(greedy);
      }
      await model.close();
    },
  );

  test.skipIf(!existsSync(source))('is near them with live rows in 16 bits (skipped without the model)', async () => {
    await importModel({ source, target: join(work, name) });
    const model = await Model.open(join(work, name), { threads: 2, liveRows: 'fp16' });
    const golden = goldenFile.parse(JSON.parse(await readFile(join(source, 'golden.json'), 'utf8')));
    for (const { prompt_ids: prompt, next_top5: top, greedy_ids: greedy } of golden.cases) {
      const logits = (await model.forward(model.newKvBuffer(), prompt, { logits: 'last' })).logits!;
      for (const [id, value] of top) expect(Math.abs(logits[id]! - value)).toBeLessThan(0.05);
      if (top[0]![1] - top[1]![1] > 0.1) expect(greedyToken(logits)).toBe(greedy[0]);
    }
    await model.close();
  });
});

const gpt2 = join(models, 'tinychat-3.4m-gpt2');
test.skipIf(!existsSync(gpt2))('a real GPT-2 folder is refused by name (skipped without the model)', async () => {
  await expect(importModel({ source: gpt2, target: join(work, 'gpt2') })).rejects.toMatchObject({
    code: 'model-unsupported',
  });
  expect(existsSync(join(work, 'gpt2'))).toBe(false);
  expect(await checkModelFolder(gpt2)).toMatchObject({
    ok: false,
    problems: [expect.stringContaining('GPT2LMHeadModel')],
  });
});
