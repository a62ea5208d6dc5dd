// `ask`, `chat` and `cache` against a real engine and one data folder, each command in a process of its own.

import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CacheEntry, CacheStats, CacheVerify } from '../contract/cache.ts';
import type { TurnReport } from '../contract/chat.ts';
import type { LibraryDocument } from '../contract/library.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { makeTinyModel } from '../testing/tiny-model.ts';
import { done, failure, runHearth, startHearth } from './test-command.ts';

interface Answered {
  answer: string;
  report: TurnReport;
}

const folder = temporaryFolder();
const data = join(folder, 'data');
const model = join(folder, 'model');
const lines = Array.from({ length: 24 }, (_, index) => `The water house closes every day at ${index + 1}.`);
const common = ['--data', data, '--model', model];

const hearth = (...args: string[]) => runHearth([...args, ...common]);
const ask = (question: string, ...args: string[]) => hearth('ask', question, '--max-tokens', '6', ...args);

function written(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + statSync(join(entry.parentPath, entry.name)).size, 0);
}

let handbook: string;
let diary: string;

beforeAll(async () => {
  await makeTinyModel(model, { context: 1024 });
  handbook = written('handbook.md', lines.join('\n'));
  diary = written('diary.txt', `My child. ${lines.toReversed().join('\n')}`);
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
    const { documents }: { documents: LibraryDocument[] } = await done(hearth('library', 'list', '--json'));
    expect(documents.map(({ title, ownerName }) => [title, ownerName])).toEqual([['handbook.md', 'ana']]);
    expect(first.report.sharedFrom.library).toBe(0);
    expect(Object.values(first.report.tokens).reduce((sum, count) => sum + count, 0)).toBe(first.report.promptTokens);
    expect(second.report.sharedFrom.library).toBeGreaterThanOrEqual(0.9 * (documents[0]?.tokens ?? Infinity));
  });

  test('what one person read privately is not there for another, and is for the same person', async () => {
    const privately = ['--document', diary, '--json'];
    await done(ask('When does it close?', '--profile', 'ana', ...privately));
    const ben: Answered = await done(ask('When does it close?', '--profile', 'ben', ...privately));
    const ana: Answered = await done(ask('When does it close?', '--profile', 'ana', ...privately));
    expect(ben.report.sharedFrom.private).toBe(0);
    expect(ben.report.tokens.fresh).toBeGreaterThan(0.8 * ben.report.promptTokens);
    expect(ana.report.sharedFrom.private).toBeGreaterThan(0.8 * ana.report.promptTokens);
  });

  test('with --policy off everything is computed, and the answer is the same', async () => {
    const shared = ['--profile', 'ben', '--document', handbook, '--scope', 'library', '--json'];
    const off: Answered = await done(ask('Who opens it?', ...shared, '--policy', 'off'));
    const exact: Answered = await done(ask('Who opens it?', ...shared, '--policy', 'exact'));
    expect(off.report.tokens.fresh).toBe(off.report.promptTokens);
    expect(exact.report.tokens.fresh).toBeLessThan(exact.report.promptTokens / 2);
    expect(exact.answer).toBe(off.answer);
  });

  test('a prompt beyond the context fails with its length', async () => {
    const long = written('long.txt', Array.from({ length: 20 }, () => lines.join('\n')).join('\n'));
    const said = await failure(ask('Why?', '--profile', 'ana', '--document', long));
    expect(said).toMatch(/tokens long; the model reads at most 1024/);
  });

  test('Ctrl+C stops the answer and keeps what was written', async () => {
    const args = ['ask', 'Go on.', '--profile', 'ana', '--max-tokens', '900', '--temperature', '1', '--seed'];
    let said = '';
    // On a busy machine the answer may be over before the signal arrives: then another one is tried.
    for (let seed = 3; seed < 7 && !said.endsWith('stopped.\n'); seed++) {
      const running = startHearth([...args, String(seed), ...common]);
      running.process.stdout?.once('data', () => running.process.kill('SIGINT'));
      const ran = await running.ended;
      expect(ran.code).toBe(0);
      said = ran.stderr;
    }
    expect(said).toMatch(/stopped\.\n$/);
  });
});

describe('chatting over a pipe', () => {
  test('every line is a message, and a turn reuses the answers before it', async () => {
    const input = 'When does the clinic open?\n\nAnd on Monday?\n';
    const chat = runHearth(['chat', '--profile', 'ana', '--max-tokens', '6', '--json', ...common], { input });
    const { answers }: { answers: Answered[] } = await done(chat);
    expect(answers).toHaveLength(2);
    expect(answers[1]?.report.tokens.ownAnswer).toBeGreaterThan(0);
  });

  test('a message that fails is told, and the next one is answered', async () => {
    const input = `${'water '.repeat(1200)}\nWhen?\n`;
    const ran = await runHearth(['chat', '--profile', 'ana', '--max-tokens', '6', ...common], { input });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/tokens long; the model reads at most 1024/);
  });
});

describe('the cache', () => {
  test('has totals that equal the folder also after the command has ended', async () => {
    const stats: CacheStats = await done(hearth('cache', 'stats', '--json'));
    expect(stats.blocks).toBeGreaterThan(0);
    expect(stats.byScope.library.tokens).toBeGreaterThan(0);
    expect(stats.bytesOnDisk).toBe(bytesOf(join(data, 'cache')));
  });

  test('shows private entries only to their owner', async () => {
    const labels = async (...args: string[]) => {
      const { entries }: { entries: CacheEntry[] } = await done(hearth('cache', 'list', '--json', ...args));
      return entries.map((entry) => `${entry.scope}: ${entry.label}`);
    };
    const everybody = await labels();
    expect(everybody).toContain('library: handbook.md');
    expect(everybody.filter((entry) => entry.startsWith('private'))).toEqual([]);
    expect(await labels('--profile', 'ana')).toContain('private: diary.txt');
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
