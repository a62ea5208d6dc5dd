// The installed models: the starter on first use, folders by path, and what changes when files change.

import { existsSync } from 'node:fs';
import { cp, mkdir, open, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { makeTinyModel } from '../testing/tiny-model.ts';
import type { TinyModelOptions } from '../testing/tiny-model.ts';
import { Catalog, summarizeModel } from './catalog.ts';
import { Model } from './forward.ts';
import { graphFile, readManifest, writeManifest } from './manifest.ts';

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
let models: string;
let starter: string;
let source: string;
let catalog: Catalog;
let made = 0;

beforeEach(async () => {
  const home = join(work, String(++made));
  [models, starter, source] = [join(home, 'models'), join(home, 'shipped'), join(home, 'My Model 7B')];
  await makeTinyModel(starter, { ...TINY, seed: 1 });
  await makeTinyModel(source, { ...TINY, seed: 2 });
  catalog = new Catalog({ models, starter });
});

async function touch(file: string): Promise<void> {
  await utimes(file, 1_000_000, 1_000_000);
}

async function importedAt(folder: string): Promise<number> {
  return (await stat(join(folder, graphFile('deep')))).mtimeMs;
}

test('the starter is imported on first use and then found', async () => {
  expect(existsSync(models)).toBe(false);
  const [first] = await catalog.list();
  expect(first).toMatchObject({ builtIn: true, manifest: { id: 'starter' } });
  const before = await importedAt(first!.folder);
  expect((await catalog.resolve('starter')).folder).toBe(join(models, 'starter'));
  expect(await importedAt(first!.folder)).toBe(before);
});

test('a changed starter is imported again, under the same id', async () => {
  const before = await catalog.resolve('starter');
  await rm(starter, { recursive: true });
  await makeTinyModel(starter, { ...TINY, seed: 3 });
  const after = await catalog.resolve('starter');
  expect(after.folder).toBe(before.folder);
  expect(after.manifest.fingerprint).not.toBe(before.manifest.fingerprint);
  await (await Model.open(after.folder, { threads: 1 })).close();
});

test('a starter whose installed files were lost is made anew', async () => {
  const { folder } = await catalog.resolve('starter');
  await rm(join(folder, graphFile('deep')));
  expect((await catalog.resolve('starter')).folder).toBe(folder);
  expect(existsSync(join(folder, graphFile('deep')))).toBe(true);
});

test('two programs may import the starter at the same time', async () => {
  const second = new Catalog({ models, starter });
  const [a, b] = await Promise.all([catalog.resolve('starter'), second.resolve('starter')]);
  expect(a.manifest.fingerprint).toBe(b.manifest.fingerprint);
  expect(await readdir(models)).toEqual(['starter']);
  await (await Model.open(a.folder, { threads: 1 })).close();
});

test('a folder is imported on first use, named after it, and reused afterwards', async () => {
  const first = await catalog.resolve(source);
  expect(basename(first.folder)).toMatch(/^my-model-7b-[0-9a-f]{8}$/);
  const before = await importedAt(first.folder);
  expect(await catalog.resolve(source)).toMatchObject({ folder: first.folder });
  expect(await catalog.resolve(first.manifest.id)).toMatchObject({ folder: first.folder });
  expect(await importedAt(first.folder)).toBe(before);
  expect((await catalog.list()).map((model) => model.manifest.id)).toEqual(['starter', first.manifest.id]);
});

test('weights of the same size and date are not read again', async () => {
  const weights = join(source, 'model.safetensors');
  await touch(weights);
  const first = await catalog.resolve(source);
  const { size } = await stat(weights);
  const file = await open(weights, 'r+');
  await file.write(Buffer.of(1), 0, 1, size - 1);
  await file.close();
  await touch(weights);
  expect((await catalog.resolve(source)).folder).toBe(first.folder);
});

test('the same files elsewhere, or with another date, are the same model', async () => {
  const first = await catalog.resolve(source);
  const copy = join(work, `copy-${made}`);
  await cp(source, copy, { recursive: true });
  await touch(join(copy, 'model.safetensors'));
  expect((await catalog.resolve(copy)).folder).toBe(first.folder);
});

test('a changed folder is another model', async () => {
  const first = await catalog.resolve(source);
  await rm(source, { recursive: true });
  await makeTinyModel(source, { ...TINY, seed: 9 });
  expect((await catalog.resolve(source)).folder).not.toBe(first.folder);
});

test('a model laid out by an older version is imported again from its own files', async () => {
  const first = await catalog.resolve(source);
  await writeManifest(first.folder, { ...first.manifest, layoutVersion: 0, fingerprint: 'old' });
  // The older version had fewer graphs.
  await rm(join(first.folder, graphFile('embedding')));
  await rm(source, { recursive: true });
  const renewed = await catalog.resolve(first.manifest.id);
  expect(renewed.manifest).toMatchObject({
    id: first.manifest.id,
    name: 'My Model 7B',
    fingerprint: first.manifest.fingerprint,
  });
  expect(await catalog.resolve(first.manifest.id)).toEqual(renewed);
  await (await Model.open(renewed.folder, { threads: 1 })).close();
});

test('an installed model whose weights changed is refused and imported again from the folder', async () => {
  const first = await catalog.resolve(source);
  await writeFile(join(first.folder, 'config.json'), '{}');
  await expect(catalog.resolve(first.manifest.id)).rejects.toMatchObject({ code: 'model-damaged' });
  expect((await catalog.resolve(source)).folder).toBe(first.folder);
  expect(await catalog.resolve(first.manifest.id)).toMatchObject({ folder: first.folder });
});

test('an unfinished import is not listed, and one that was abandoned is swept away', async () => {
  const abandoned = join(models, 'half-12345678.999.partial');
  await mkdir(abandoned, { recursive: true });
  await writeFile(join(abandoned, 'config.json'), '{}');
  await touch(abandoned);
  await mkdir(join(models, 'no-manifest'));
  await cp((await catalog.resolve('starter')).folder, join(models, 'nearly.1.partial'), { recursive: true });
  expect((await catalog.list()).map((model) => model.manifest.id)).toEqual(['starter']);
  expect(existsSync(abandoned)).toBe(false);
});

test('a model can be removed, its source stays, and the starter cannot be', async () => {
  const { manifest } = await catalog.resolve(source);
  await catalog.remove(manifest.id);
  await expect(catalog.resolve(manifest.id)).rejects.toMatchObject({ code: 'model-missing' });
  expect(await readFile(join(source, 'config.json'), 'utf8')).toContain('LlamaForCausalLM');
  await expect(catalog.remove(manifest.id)).rejects.toMatchObject({ code: 'not-found' });
  await expect(catalog.remove('../shipped')).rejects.toMatchObject({ code: 'not-found' });
  await expect(catalog.remove('starter')).rejects.toMatchObject({ code: 'forbidden' });
});

test('a summary tells what a person wants to know', async () => {
  const starterModel = await catalog.resolve('starter');
  expect(await summarizeModel(starterModel, true)).toMatchObject({
    id: 'starter',
    builtIn: true,
    loaded: true,
    contextTokens: 64,
  });
  const summary = await summarizeModel(await catalog.resolve(source), false);
  expect(summary).toMatchObject({ name: 'My Model 7B', builtIn: false, loaded: false, note: null });
  expect(summary.bytesOnDisk).toBeGreaterThan(4 * summary.parameters);
  expect((await readManifest(starterModel.folder)).parameters).toBe(summary.parameters);
});
