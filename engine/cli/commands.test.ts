// Every command against a real engine and a real data folder, each in a process of its own.

import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CacheEntry, CacheStats, CacheVerify } from '../contract/cache.ts';
import type { TurnReport } from '../contract/chat.ts';
import type { LibraryDocument } from '../contract/library.ts';
import type { ModelCheck, ModelSummary } from '../contract/models.ts';
import type { Profile } from '../contract/profiles.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { makeTinyModel } from '../testing/tiny-model.ts';
import { lastJson, runHearth, startHearth } from './test-command.ts';
import type { Ran } from './test-command.ts';

const folder = temporaryFolder();
const data = join(folder, 'data');
const model = join(folder, 'model');
const handbook = join(folder, 'handbook.md');
const lines = Array.from(
  { length: 24 },
  (_, index) => `The water house closes every day at ${index + 1} for the nurse.`,
);

interface Answered {
  answer: string;
  report: TurnReport;
}

/** Without --model, as JSON. */
const plain = (...args: string[]) => runHearth([...args, '--data', data, '--json']);
const hearth = (...args: string[]) => runHearth([...args, '--data', data, '--model', model]);
const ask = (question: string, ...args: string[]) => hearth('ask', question, '--max-tokens', '6', ...args);

/** The JSON of a command that must succeed. */
async function done(running: Promise<Ran>) {
  const ran = await running;
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  return lastJson(ran);
}

/** The one line of a command that must fail. */
async function failure(running: Promise<Ran>): Promise<string> {
  const ran = await running;
  expect(ran.code).toBe(1);
  const said = ran.stderr.trimEnd().split('\n');
  expect(said).toHaveLength(1);
  return said[0] ?? '';
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + statSync(join(entry.parentPath, entry.name)).size, 0);
}

beforeAll(async () => {
  await makeTinyModel(model, { context: 1024 });
  writeFileSync(handbook, lines.join('\n'));
});

describe('people', () => {
  test('are added once, listed, and removed by name', async () => {
    const added: Profile = await done(hearth('profiles', 'add', 'Mia', '--json'));
    expect(added.name).toBe('Mia');
    expect(await failure(hearth('profiles', 'add', 'mia'))).toMatch(/already/);
    const { profiles }: { profiles: Profile[] } = await done(hearth('profiles', 'list', '--json'));
    expect(profiles.map((profile) => profile.name)).toContain('Mia');
    expect(await done(hearth('profiles', 'remove', 'MIA', '--json'))).toEqual({ removed: 'Mia' });
    expect(await failure(hearth('profiles', 'remove', 'Mia'))).toMatch(/no profile named Mia/);
  });
});

describe('asking', () => {
  test('prints the answer on stdout and one line on what was reused on stderr', async () => {
    const ran = await ask('When?', '--profile', 'zoe');
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout.trim()).not.toBe('');
    expect(ran.stderr).toMatch(/^Reused \d+ of \d+ tokens.*first token after \d+ ms.*\n$/);
  });

  test('a second person reuses what the first one read from a shared document, in another process', async () => {
    const shared = ['--document', handbook, '--scope', 'library', '--json'];
    const first: Answered = await done(ask('When does it close?', '--profile', 'ana', ...shared));
    const second: Answered = await done(ask('Who is it for?', '--profile', 'ben', ...shared));
    expect(first.report.sharedFrom.library).toBe(0);
    expect(Object.values(first.report.tokens).reduce((sum, count) => sum + count, 0)).toBe(first.report.promptTokens);
    expect(second.report.sharedFrom.library).toBeGreaterThan(0.9 * lines.length * 10);
    expect(second.report.tokens.exactPrefix).toBeGreaterThan(second.report.tokens.fresh);
    const { documents }: { documents: LibraryDocument[] } = await done(hearth('library', 'list', '--json'));
    expect(documents.map(({ title, ownerName }) => [title, ownerName])).toEqual([['handbook.md', 'ana']]);
  });

  test('what one person read privately is not there for another, and is for the same person', async () => {
    const diary = join(folder, 'diary.txt');
    writeFileSync(diary, lines.toReversed().join('\n'));
    const privately = ['--document', diary, '--json'];
    await done(ask('When does it close?', '--profile', 'ana', ...privately));
    const ben: Answered = await done(ask('When does it close?', '--profile', 'ben', ...privately));
    const ana: Answered = await done(ask('When does it close?', '--profile', 'ana', ...privately));
    expect(ben.report.sharedFrom).toMatchObject({ private: 0, library: 0 });
    expect(ana.report.sharedFrom.private).toBeGreaterThan(200);
  });

  test('with --policy off everything is computed, and the answer is the same', async () => {
    const shared = ['--profile', 'ben', '--document', handbook, '--scope', 'library', '--json'];
    const off: Answered = await done(ask('Who opens it?', ...shared, '--policy', 'off'));
    const exact: Answered = await done(ask('Who opens it?', ...shared, '--policy', 'exact'));
    expect(off.report.tokens.fresh).toBe(off.report.promptTokens);
    expect(exact.report.tokens.fresh).toBeLessThan(exact.report.promptTokens / 2);
    expect(exact.answer).toBe(off.answer);
  });

  test('a prompt beyond the context fails with its length, and the next one still works', async () => {
    const long = join(folder, 'long.txt');
    writeFileSync(long, Array.from({ length: 20 }, () => lines.join('\n')).join('\n'));
    expect(await failure(ask('Why?', '--profile', 'ana', '--document', long))).toMatch(
      /tokens long; the model reads at most 1024/,
    );
    await done(ask('Why?', '--profile', 'ana', '--json'));
  });

  test('an unknown model fails with what is installed', async () => {
    const ran = runHearth(['ask', 'Why?', '--profile', 'ana', '--data', data, '--model', 'nothing-like-it']);
    expect(await failure(ran)).toMatch(/no model or folder called nothing-like-it/);
  });

  test('Ctrl+C stops the answer and keeps what was written', async () => {
    const args = ['ask', 'Go on.', '--profile', 'ana', '--max-tokens', '900', '--temperature', '1', '--data', data];
    const running = startHearth([...args, '--model', model]);
    running.process.stdout?.once('data', () => running.process.kill('SIGINT'));
    const ran = await running.ended;
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/stopped\.\n$/);
  });
});

describe('chatting over a pipe', () => {
  test('every line is a message, and a turn reuses the answers before it', async () => {
    const args = ['chat', '--profile', 'ana', '--max-tokens', '6', '--json', '--data', data, '--model', model];
    const ran = await runHearth(args, { input: 'When does the clinic open?\n\nAnd on Monday?\n' });
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    const { answers }: { answers: Answered[] } = lastJson(ran);
    expect(answers).toHaveLength(2);
    expect(answers[1]?.report.tokens.ownAnswer).toBeGreaterThan(0);
  });
});

describe('the library', () => {
  test('keeps a text once, and removes it by id', async () => {
    const leaflet = join(folder, 'leaflet.md');
    writeFileSync(leaflet, '# Water\n\nDo not water the house on Monday.');
    const added: LibraryDocument = await done(hearth('library', 'add', leaflet, '--profile', 'ana', '--json'));
    const again: LibraryDocument = await done(hearth('library', 'add', leaflet, '--profile', 'ben', '--json'));
    expect(again.id).toBe(added.id);
    expect(await done(hearth('library', 'remove', added.id, '--json'))).toEqual({ removed: added.id });
    expect(await failure(hearth('library', 'remove', added.id))).toMatch(/There is no document/);
  });
});

describe('models', () => {
  test('are checked, imported once, listed and removed; --model leaves the choice for other runs as it is', async () => {
    const check: ModelCheck = await done(plain('models', 'check', model));
    expect(check).toMatchObject({ ok: true, contextTokens: 1024 });
    const { id }: ModelSummary = await done(plain('models', 'import', model));
    const { models }: { models: ModelSummary[] } = await done(plain('models', 'list'));
    expect(models.map((each) => [each.id, each.loaded])).toEqual([
      ['starter', true],
      [id, false],
    ]);
    expect(await done(plain('models', 'remove', id))).toEqual({ removed: id });
    expect(await failure(plain('models', 'remove', id))).toMatch(/no installed model/);
  });

  test('a folder that cannot be used says why, as JSON too', async () => {
    const broken = join(folder, 'broken');
    await makeTinyModel(broken);
    writeFileSync(join(broken, 'model.safetensors'), 'short');
    const ran = await hearth('models', 'check', broken, '--json');
    expect(ran.code).toBe(1);
    const check: ModelCheck = lastJson(ran);
    expect(check.ok).toBe(false);
    expect(ran.stderr).toContain(check.problems[0]);
    expect(await failure(hearth('models', 'import', broken))).not.toBe('');
  });
});

describe('the cache', () => {
  test('its totals equal the folder also after the command has ended', async () => {
    const stats: CacheStats = await done(hearth('cache', 'stats', '--json'));
    expect(stats.blocks).toBeGreaterThan(0);
    expect(stats.bytesOnDisk).toBe(bytesOf(join(data, 'cache')));
    expect(stats.byScope.library.tokens).toBeGreaterThan(0);
  });

  test('shows private entries only to their owner', async () => {
    const scopes = async (...args: string[]) => {
      const { entries }: { entries: CacheEntry[] } = await done(hearth('cache', 'list', '--json', ...args));
      return entries.map((entry) => `${entry.scope} ${entry.label}`);
    };
    expect(await scopes()).toContain('library handbook.md');
    expect((await scopes()).filter((entry) => entry.startsWith('private'))).toEqual([]);
    expect(await scopes('--profile', 'ana')).toContain('private diary.txt');
    expect(await failure(hearth('cache', 'list', '--profile', 'nobody'))).toMatch(/no profile named nobody/);
  });

  test('verifies clean, and is cleared by person, by scope, and whole', async () => {
    const verified: CacheVerify = await done(hearth('cache', 'verify', '--json'));
    expect(verified).toMatchObject({ clean: true, damaged: 0 });
    const clear = async (...args: string[]): Promise<number> =>
      (await done(hearth('cache', 'clear', '--json', ...args))).removedBlocks;
    expect(await clear('--profile', 'ana')).toBeGreaterThan(0);
    expect(await clear('--profile', 'ana')).toBe(0);
    expect(await clear('--scope', 'library')).toBeGreaterThan(0);
    await clear();
    const stats: CacheStats = await done(hearth('cache', 'stats', '--json'));
    expect(stats).toMatchObject({ blocks: 0, entries: 0 });
  });
});

test('a data folder that is in use is refused in one line', async () => {
  const first = startHearth(['chat', '--profile', 'ana', '--data', data, '--model', model]);
  await new Promise((resolve) => first.process.stderr?.once('data', resolve));
  expect(await failure(hearth('cache', 'stats'))).toMatch(/already running/);
  first.process.stdin?.end();
  expect(await first.ended).toMatchObject({ code: 0 });
});
