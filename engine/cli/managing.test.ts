// `profiles`, `library`, `models` and `serve` against a real engine, each command in a process of its own.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LibraryDocument } from '../contract/library.ts';
import type { ModelCheck, ModelSummary } from '../contract/models.ts';
import type { Profile } from '../contract/profiles.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { makeTinyModel } from '../testing/tiny-model.ts';
import { done, failure, lastJson, runHearth, startHearth } from './test-command.ts';

const folder = temporaryFolder();
const data = join(folder, 'data');

const hearth = (...args: string[]) => runHearth([...args, '--data', data]);

test('people are added once, listed, and removed by name', async () => {
  const added: Profile = await done(hearth('profiles', 'add', 'Mia', '--json'));
  expect(added.name).toBe('Mia');
  expect(await failure(hearth('profiles', 'add', 'mia'))).toMatch(/already/);
  const { profiles }: { profiles: Profile[] } = await done(hearth('profiles', 'list', '--json'));
  expect(profiles).toEqual([added]);
  expect(await done(hearth('profiles', 'remove', 'MIA', '--json'))).toEqual({ removed: 'Mia' });
  expect(await failure(hearth('profiles', 'remove', 'Mia'))).toMatch(/no profile named Mia/);
});

test('what a person chose is kept and listed; a clinic is one', async () => {
  const wanted = ['--clinic', '--policy', 'hearth', '--quality', 'fast', '--no-verify'];
  const ward: Profile = await done(hearth('profiles', 'add', 'Ward', ...wanted, '--json'));
  expect(ward).toMatchObject({ kind: 'clinic', policy: 'hearth', quality: 'fast', verify: false });
  const noa: Profile = await done(hearth('profiles', 'add', 'Noa', '--verify', '--json'));
  expect(noa).toMatchObject({ kind: 'personal', policy: null, quality: null, verify: true });
  const listed = (await hearth('profiles', 'list')).stdout;
  expect(listed).toMatch(/^Ward {2}clinic +policy hearth, quality fast, not verified +since /m);
  expect(listed).toMatch(/^Noa {3}personal +verified +since /m);
});

test('the library keeps a text once, and removes it by id', async () => {
  const leaflet = join(folder, 'leaflet.md');
  writeFileSync(leaflet, '# Water\n\nDo not water the house on Monday.');
  const added: LibraryDocument = await done(hearth('library', 'add', leaflet, '--profile', 'ana', '--json'));
  const again: LibraryDocument = await done(hearth('library', 'add', leaflet, '--profile', 'ben', '--json'));
  expect(again.id).toBe(added.id);
  expect(await failure(hearth('library', 'remove', added.id, '--profile', 'ben'))).toMatch(/ana added this document/);
  expect(await done(hearth('library', 'remove', added.id, '--json'))).toEqual({ removed: added.id });
  expect(await failure(hearth('library', 'remove', added.id))).toMatch(/There is no document/);
});

test('settings are shown, and changed by name where the value makes sense', async () => {
  const set = ['--set', 'liveKv=compact', '--set', 'threads=1'];
  expect(await done(hearth('settings', ...set, '--json'))).toMatchObject({ liveKv: 'compact', threads: 1 });
  expect(await failure(hearth('settings', '--set', 'liveKv=tiny'))).toMatch(/liveKv/);
  expect(await done(hearth('settings', '--set', 'liveKv=full', '--json'))).toMatchObject({
    liveKv: 'full',
    threads: 1,
  });
  expect((await hearth('settings')).stdout).toMatch(/^liveKv +full$/m);
});

test('models are checked, imported, listed and removed', async () => {
  const model = join(folder, 'model');
  await makeTinyModel(model, { context: 1024 });
  const check: ModelCheck = await done(hearth('models', 'check', model, '--json'));
  expect(check).toMatchObject({ ok: true, contextTokens: 1024 });
  const { id }: ModelSummary = await done(hearth('models', 'import', model, '--json'));
  const loaded = async (...args: string[]) => {
    const { models }: { models: ModelSummary[] } = await done(hearth('models', 'list', '--json', ...args));
    return models.filter((each) => each.loaded).map((each) => each.id);
  };
  // --model serves one run; the choice for other runs stays.
  expect(await loaded('--model', model)).toEqual([id]);
  expect(await loaded()).toEqual(['starter']);
  expect(await done(hearth('models', 'remove', id, '--json'))).toEqual({ removed: id });
  expect(await failure(hearth('models', 'remove', id))).toMatch(/no installed model/);
});

test('a model folder that cannot be used says why, as JSON too', async () => {
  const broken = join(folder, 'broken');
  await makeTinyModel(broken);
  writeFileSync(join(broken, 'model.safetensors'), 'short');
  const ran = await hearth('models', 'check', broken, '--json');
  const check: ModelCheck = lastJson(ran);
  expect(check.ok).toBe(false);
  expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining(check.problems[0] ?? 'a problem') });
  await failure(hearth('models', 'import', broken));
  await failure(hearth('ask', 'Why?', '--profile', 'ana', '--model', broken));
});

test('an unknown model fails with what is installed', async () => {
  const said = await failure(hearth('ask', 'Why?', '--profile', 'ana', '--model', 'nothing-like-it'));
  expect(said).toMatch(/no model or folder called nothing-like-it.*starter/);
});

test('the page is served until the server is told to end; meanwhile the data folder is in use', async () => {
  const server = startHearth(['serve', '--data', data]);
  const line = await new Promise<string>((resolve) =>
    server.process.stdout?.once('data', (text) => resolve(String(text))),
  );
  expect(line).toMatch(/^Hearth is ready at http:\/\/127\.0\.0\.1:\d+\/\S+\n$/);
  expect(await failure(hearth('cache', 'stats'))).toMatch(/Close the other one/);
  server.process.kill('SIGTERM');
  expect(await server.ended).toMatchObject({ code: 0, stdout: line });
  await done(hearth('cache', 'stats', '--json'));
});
