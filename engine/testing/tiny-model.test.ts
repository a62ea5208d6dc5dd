// The tiny model is a fair stand-in: the same for a seed, readable, and sensitive to its context.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { expect, test } from 'vitest';
import { Model } from '../model/forward.ts';
import { importModel } from '../model/import/import-model.ts';
import { continueGreedily } from './greedy-answer.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { makeTinyModel } from './tiny-model.ts';

const work = temporaryFolder();

async function tokenizerOf(folder: string): Promise<Tokenizer> {
  const read = async (file: string): Promise<object> => JSON.parse(await readFile(join(folder, file), 'utf8'));
  return new Tokenizer(await read('tokenizer.json'), await read('tokenizer_config.json'));
}

test('a seed always gives the same weights, another seed others', async () => {
  await makeTinyModel(join(work, 'a'), { seed: 5 });
  await makeTinyModel(join(work, 'b'), { seed: 5 });
  await makeTinyModel(join(work, 'c'), { seed: 6 });
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => readFile(join(work, name, 'model.safetensors'))));
  expect(a!.equals(b!)).toBe(true);
  expect(a!.equals(c!)).toBe(false);
});

test('its tokenizer takes any text there and back and knows the roles as single tokens', async () => {
  await makeTinyModel(join(work, 'text'), {});
  const tokenizer = await tokenizerOf(join(work, 'text'));
  const text = '<|user|>When does the clinic open? Ünïcode ☃ 12:30\n<|end|><|assistant|>';
  const { ids } = tokenizer.encode(text);
  expect(tokenizer.decode(ids, { skip_special_tokens: false })).toBe(text);
  expect([ids[0], ids.at(-2), ids.at(-1)]).toEqual([2, 4, 3]);
  expect(ids.length).toBeLessThan(text.length - 30);
});

test('its greedy answers depend on the prompt and are not one token over and over', async () => {
  await makeTinyModel(join(work, 'answer'), { seed: 7 });
  await importModel({ source: join(work, 'answer'), target: join(work, 'answer-installed') });
  const tokenizer = await tokenizerOf(join(work, 'answer'));
  const model = await Model.open(join(work, 'answer-installed'), { threads: 2 });
  const answers: string[] = [];
  for (const verb of ['open', 'close']) {
    const { ids } = tokenizer.encode(`<|user|>When does the clinic ${verb} on Monday?<|end|><|assistant|>`);
    const kv = model.newKvBuffer();
    const { logits } = await model.forward(kv, ids, { logits: 'last' });
    const tokens = await continueGreedily(model, { kv, logits: logits! }, 24);
    expect(new Set(tokens).size).toBeGreaterThan(8);
    answers.push(tokenizer.decode(tokens));
  }
  expect(answers[0]).not.toBe(answers[1]);
  expect(answers.join('')).toMatch(/^[ -~]+$/);
  await model.close();
});
