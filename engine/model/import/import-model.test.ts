// Importing a folder: what is refused and how it is said, and that a refused or interrupted import leaves nothing.

import { existsSync } from 'node:fs';
import { appendFile, open, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../contract/errors.ts';
import { EngineError } from '../../errors.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { makeTinyModel } from '../../testing/tiny-model.ts';
import type { TinyModelOptions } from '../../testing/tiny-model.ts';
import { isIntact, LAYOUT_VERSION, readManifest } from '../manifest.ts';
import { checkModelFolder, importModel, installModel } from './import-model.ts';
import { inspectModelFolder } from './inspect.ts';

const work = temporaryFolder();
const TINY: TinyModelOptions = {
  layers: 2,
  hidden: 16,
  heads: 2,
  kvHeads: 1,
  intermediate: 32,
  vocabulary: 300,
  context: 64,
};
let source: string;
let target: string;
let made = 0;

beforeEach(async () => {
  source = join(work, `source-${++made}`);
  target = join(work, `installed-${made}`, 'tiny');
  await makeTinyModel(source, TINY);
});

async function editConfig(changes: object): Promise<void> {
  await editJson('config.json', changes);
}

async function editJson(file: string, changes: object): Promise<void> {
  const before: object = JSON.parse(await readFile(join(source, file), 'utf8'));
  await writeFile(join(source, file), JSON.stringify({ ...before, ...changes }));
}

/** Rewrites the header of the weights in place, keeping its length. */
async function editHeader(edit: (header: string) => string): Promise<void> {
  const path = join(source, 'model.safetensors');
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE());
  const header = edit(bytes.subarray(8, 8 + length).toString());
  const file = await open(path, 'r+');
  await file.write(Buffer.from(header.padEnd(length).slice(0, length)), 0, length, 8);
  await file.close();
}

interface BadFolder {
  what: string;
  spoil: () => Promise<unknown>;
  code: ErrorCode;
  says: RegExp;
}
const inSource = (file: string): string => join(source, file);
const rope = (scaling: object) => async () => editConfig({ rope_scaling: scaling });
const bad: BadFolder[] = [
  { what: 'no folder', spoil: () => rm(source, { recursive: true }), code: 'model-missing', says: /no folder/ },
  {
    what: 'no config',
    spoil: () => rm(inSource('config.json')),
    code: 'model-missing',
    says: /config\.json is missing/,
  },
  {
    what: 'a config that is not JSON',
    spoil: () => writeFile(inSource('config.json'), '{'),
    code: 'model-damaged',
    says: /config\.json.*not JSON/,
  },
  {
    what: 'a config without architecture',
    spoil: () => writeFile(inSource('config.json'), '{}'),
    code: 'model-damaged',
    says: /architecture/,
  },
  {
    what: 'an unknown architecture',
    spoil: () => editConfig({ architectures: ['GPT2LMHeadModel'] }),
    code: 'model-unsupported',
    says: /GPT2LMHeadModel/,
  },
  {
    what: 'a missing size',
    spoil: () => editConfig({ hidden_size: undefined }),
    code: 'model-damaged',
    says: /hidden_size/,
  },
  {
    what: 'a nonsense size',
    spoil: () => editConfig({ num_hidden_layers: -3 }),
    code: 'model-damaged',
    says: /num_hidden_layers/,
  },
  {
    what: 'heads that do not divide',
    spoil: () => editConfig({ num_attention_heads: 5, head_dim: 8, num_key_value_heads: 3 }),
    code: 'model-damaged',
    says: /cannot share/,
  },
  {
    what: 'one layer',
    spoil: () => editConfig({ num_hidden_layers: 1 }),
    code: 'model-unsupported',
    says: /one layer/,
  },
  {
    what: 'another activation',
    spoil: () => editConfig({ hidden_act: 'gelu' }),
    code: 'model-unsupported',
    says: /gelu/,
  },
  // Cached keys are turned to new positions, which is exact only where a position always has the same rotation.
  ...['yarn', 'dynamic', 'longrope'].map((kind) => ({
    what: `the rope scaling ${kind}, whose rotation is not one per position`,
    spoil: rope({ rope_type: kind, factor: 4 }),
    code: 'model-unsupported' as const,
    says: new RegExp(kind),
  })),
  {
    what: 'a rope scaling without its figures',
    spoil: rope({ rope_type: 'llama3', factor: 4 }),
    code: 'model-damaged',
    says: /rope/,
  },
  {
    what: 'partial rotation',
    spoil: () => editConfig({ partial_rotary_factor: 0.5 }),
    code: 'model-unsupported',
    says: /part of each head/,
  },
  {
    what: 'quantised weights',
    spoil: () => editConfig({ quantization_config: { bits: 4 } }),
    code: 'model-unsupported',
    says: /quantised/,
  },
  {
    what: 'no tokenizer',
    spoil: () => rm(inSource('tokenizer.json')),
    code: 'model-missing',
    says: /tokenizer\.json is missing/,
  },
  {
    what: 'a broken tokenizer',
    spoil: () => writeFile(inSource('tokenizer.json'), '[]'),
    code: 'model-damaged',
    says: /tokenizer\.json/,
  },
  {
    what: 'a foreign tokenizer',
    spoil: () => editConfig({ vocab_size: 200 }),
    code: 'model-damaged',
    says: /more tokens than the 200/,
  },
  {
    what: 'no weights',
    spoil: () => rm(inSource('model.safetensors')),
    code: 'model-missing',
    says: /No weights found/,
  },
  {
    what: 'weights of another format',
    spoil: () => writeFile(inSource('model.safetensors'), 'version https://git-lfs.github.com/spec/v1'),
    code: 'model-damaged',
    says: /not a safetensors file/,
  },
  {
    what: 'empty weights',
    spoil: () => truncate(inSource('model.safetensors'), 0),
    code: 'model-damaged',
    says: /cut off/,
  },
  {
    what: 'weights cut in the header',
    spoil: () => truncate(inSource('model.safetensors'), 100),
    code: 'model-damaged',
    says: /cut off/,
  },
  {
    what: 'weights cut in the data',
    spoil: async () => truncate(inSource('model.safetensors'), (await stat(inSource('model.safetensors'))).size - 4),
    code: 'model-damaged',
    says: /cut off before the end of/,
  },
  {
    what: 'a header that is not JSON',
    spoil: () => editHeader((header) => header.replace('{', '[')),
    code: 'model-damaged',
    says: /header/,
  },
  {
    what: 'a shape against its bytes',
    spoil: () => editHeader((header) => header.replace('[300,16]', '[301,16]')),
    code: 'model-damaged',
    says: /does not fit its shape/,
  },
  {
    what: 'a wrong number type',
    spoil: () => editHeader((header) => header.replaceAll('"F32"', '"I32"')),
    code: 'model-unsupported',
    says: /I32/,
  },
  {
    what: 'a missing weight',
    spoil: () => editHeader((header) => header.replace('model.norm', 'model.gone')),
    code: 'model-damaged',
    says: /model\.norm\.weight is missing/,
  },
  {
    what: 'weights of another size',
    spoil: () => editConfig({ intermediate_size: 48 }),
    code: 'model-damaged',
    says: /do not belong together/,
  },
];

describe('a folder is refused, with the reason, and nothing is left behind:', () => {
  test.each(bad)('$what', async ({ spoil, code, says }) => {
    await spoil();
    const error: unknown = await importModel({ source, target }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(says) });
    expect(existsSync(join(target, '..')) ? await readdir(join(target, '..')) : []).toEqual([]);
    const check = await checkModelFolder(source);
    expect(check.ok).toBe(false);
    expect(check.problems.join('\n')).toMatch(says);
  });
});

describe('sharded weights', () => {
  beforeEach(() => rm(source, { recursive: true }).then(() => makeTinyModel(source, { ...TINY, shards: 2 })));

  test('are imported, each shard in place', async () => {
    const manifest = await importModel({ source, target });
    const shards = manifest.sourceFiles.filter(({ name }) => name.endsWith('.safetensors'));
    expect(shards).toHaveLength(2);
    for (const { name } of shards)
      expect((await stat(join(target, name))).ino).toBe((await stat(join(source, name))).ino);
  });

  test('with one shard missing are refused by its name', async () => {
    await rm(join(source, 'model-00002-of-00002.safetensors'));
    await expect(importModel({ source, target })).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining('00002-of-00002'),
    });
  });

  test('that point outside the folder are refused', async () => {
    await editJson('model.safetensors.index.json', { weight_map: { 'model.norm.weight': '../elsewhere.safetensors' } });
    await expect(importModel({ source, target })).rejects.toMatchObject({
      code: 'model-damaged',
      message: expect.stringContaining('outside'),
    });
  });
});

describe('a good folder', () => {
  test('becomes an installed model whose manifest tells its shape and origin', async () => {
    await writeFile(join(source, 'generation_config.json'), '{"eos_token_id":[4,9]}');
    const manifest = await importModel({ source, target });
    expect(await readManifest(target)).toEqual(manifest);
    expect(await isIntact(target, manifest)).toBe(true);
    expect(manifest).toMatchObject({ id: 'tiny', architecture: 'LlamaForCausalLM', layoutVersion: LAYOUT_VERSION });
    expect(manifest.shape).toMatchObject({
      layers: 2,
      boundary: 1,
      headSize: 8,
      context: 64,
      attentionBias: 'none',
      eosTokenIds: [4, 9],
    });
    expect(await readdir(join(target, '..'))).toEqual(['tiny']);
  });

  test('is described by the check, which writes nothing', async () => {
    const before = await readdir(source);
    const check = await checkModelFolder(source);
    expect(check).toMatchObject({ ok: true, architecture: 'LlamaForCausalLM', contextTokens: 64, problems: [] });
    expect(check.memoryBytes).toBeGreaterThan(4 * (check.parameters! - 300 * 16));
    expect(await readdir(source)).toEqual(before);
  });

  test('may store its tied table as the head only', async () => {
    await rm(source, { recursive: true });
    await makeTinyModel(source, { ...TINY, tied: true });
    await editHeader((header) => header.replace('model.embed_tokens.weight', 'lm_head.weight'));
    expect((await importModel({ source, target })).shape.tied).toBe(true);
  });

  test('has the same fingerprint wherever it lies, and another one when a weight or the config changes', async () => {
    const first = await importModel({ source, target });
    const moved = join(work, `moved-${made}`);
    await rename(source, moved);
    const second = await importModel({ source: moved, target: `${target}-2` });
    expect(second.fingerprint).toBe(first.fingerprint);
    source = moved;
    await editConfig({ rope_theta: 20_000 });
    const third = await importModel({ source, target: `${target}-3` });
    expect(third.fingerprint).not.toBe(first.fingerprint);
    expect(third.tokenizerFingerprint).toBe(first.tokenizerFingerprint);
    await appendFile(join(source, 'chat_template.jinja'), '{{ messages }}');
    const fourth = await importModel({ source, target: `${target}-4` });
    expect(fourth.fingerprint).toBe(third.fingerprint);
    expect(fourth.tokenizerFingerprint).not.toBe(third.tokenizerFingerprint);
  });

  test('with a sliding window gets the window as its context', async () => {
    await editConfig({ architectures: ['MistralForCausalLM'], sliding_window: 32 });
    expect((await importModel({ source, target })).shape.context).toBe(32);
  });

  test('replaces an older import in the same place', async () => {
    const before = await importModel({ source, target });
    await editConfig({ rms_norm_eps: 1e-6 });
    const after = await importModel({ source, target });
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(await readManifest(target)).toEqual(after);
    expect(await readdir(join(target, '..'))).toEqual(['tiny']);
  });

  test('that goes away during the import leaves nothing half done', async () => {
    const model = await inspectModelFolder(source);
    await rm(join(source, 'config.json'));
    await expect(installModel(model, { target, fingerprint: 'any' })).rejects.toThrow('config.json');
    expect(await readdir(join(target, '..'))).toEqual([]);
  });
});
