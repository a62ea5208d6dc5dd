// Policy `hearth` from the command line: approximate answers, their check, their healing, and the comparison with
// a full computation. A real engine and one data folder, each command in a process of its own.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CacheStats } from '../contract/cache.ts';
import type { Comparison, TurnReport } from '../contract/chat.ts';
import type { LibraryDocument } from '../contract/library.ts';
import type { Profile } from '../contract/profiles.ts';
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
const common = ['--data', data, '--model', model];
const handbook = join(folder, 'handbook.md');
const rules = join(folder, 'rules.md');
const swapped = ['--document', rules, '--document', handbook, '--policy', 'hearth'];

const hearth = (...args: string[]) => runHearth([...args, ...common]);
const ask = (question: string, ...args: string[]) => hearth('ask', question, '--max-tokens', '6', ...args);

beforeAll(async () => {
  // Large enough that computing takes far longer than loading: else nothing approximate is worth its while.
  await makeTinyModel(model, { layers: 8, hidden: 256, heads: 8, kvHeads: 2, intermediate: 512, context: 2048 });
  const lines = (what: string) => Array.from({ length: 24 }, (_, index) => `The ${what} closes every day at ${index}.`);
  writeFileSync(handbook, lines('water house').join('\n'));
  writeFileSync(rules, lines('clinic').join('\n'));
  await done(ask('When?', '--profile', 'ana', '--document', handbook, '--document', rules, '--json'));
});

describe('asking', () => {
  test('documents in another order are reused approximately, and the next process starts exact', async () => {
    const first: Answered = await done(ask('When?', '--profile', 'ana', ...swapped, '--no-verify', '--json'));
    expect(first.report).toMatchObject({ policy: 'hearth', state: 'approximate', verification: null });
    expect(first.report.tokens.moved).toBeGreaterThan(0);
    const again: Answered = await done(ask('When?', '--profile', 'ana', ...swapped, '--json'));
    expect(again.report).toMatchObject({ state: 'exact', tokens: { moved: 0 } });
    expect(again.report.tokens.exactPrefix).toBeGreaterThan(0.9 * again.report.promptTokens);
    expect(await done(hearth('cache', 'heal', '--json'))).toEqual({ healedTokens: 0 });
  });

  test('a checked answer is that of a full computation, and stdout holds nothing else', async () => {
    const system = ['--system', 'Answer in one word.', '--profile', 'ana'];
    const off: Answered = await done(ask('Who?', ...system, ...swapped, '--policy', 'off', '--json'));
    const checked = await ask('Who?', ...system, ...swapped, '--verify');
    expect(checked).toMatchObject({ code: 0, stdout: `${off.answer}\n` });
    expect(checked.stderr).toMatch(/\d+ moved; .*verified.*\n$/);
  });
});

test('Ctrl+C while rows are healed ends the command, and the answer stands', async () => {
  const args = ['ask', 'Why?', '--system', 'Be kind.', '--profile', 'ana', ...swapped, '--max-tokens', '6'];
  const running = startHearth([...args, ...common]);
  running.process.stderr?.once('data', () => running.process.kill('SIGINT'));
  const ran = await running.ended;
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/./) });
  expect(ran.stderr).toMatch(/; approximate; /);
});

describe('comparing', () => {
  test('says how far a policy is from computing everything, and leaves nothing behind', async () => {
    await done(hearth('cache', 'heal', '--json'));
    const before = await inventory();
    const asked = ['compare', 'How many?', ...swapped, '--profile', 'ana', '--tokens', '8'];
    const compared: Comparison = await done(hearth(...asked, '--system', 'Count.', '--json'));
    expect(compared).toMatchObject({ tokens: 8, report: { policy: 'hearth', state: 'approximate' } });
    expect(compared.meanKl).toBeGreaterThan(0);
    expect(compared.maxKl).toBeGreaterThanOrEqual(compared.meanKl);
    expect(compared.top1Agreement).toBeGreaterThanOrEqual(0);
    expect(compared.top1Agreement).toBeLessThanOrEqual(1);
    const exact: Comparison = await done(hearth(...asked, '--policy', 'exact', '--json'));
    expect(exact).toMatchObject({ top1Agreement: 1, report: { state: 'exact' } });
    expect(exact.maxKl).toBeLessThan(1e-9);
    expect(await inventory()).toEqual(before);
  });

  test('needs nobody: where no one is there yet, it asks as somebody who leaves again', async () => {
    const empty = ['--data', join(folder, 'empty'), '--model', model];
    const ran = await runHearth(['compare', 'Why?', '--document', rules, '--tokens', '4', ...empty]);
    expect(ran.stdout).toMatch(
      /^Over \d tokens 100\.0 % of the likeliest tokens are the same .* mean KL 0, largest 0\.\n/,
    );
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(await done(runHearth(['profiles', 'list', '--json', ...empty]))).toEqual({ profiles: [] });
  });
});

test('a library document read ahead of time is exact for everybody', async () => {
  const file = join(folder, 'guide.md');
  writeFileSync(file, Array.from({ length: 24 }, (_, index) => `Guests open door ${index} on Monday.`).join('\n'));
  const { id }: LibraryDocument = await done(hearth('library', 'add', file, '--profile', 'ana', '--json'));
  const { tokens }: { tokens: number } = await done(hearth('library', 'prepare', id, '--json'));
  expect(tokens).toBeGreaterThan(64);
  const asked = ask('Which door?', '--profile', 'cleo', '--document', file, '--scope', 'library', '--json');
  const { report }: Answered = await done(asked);
  expect(report.sharedFrom.library + report.sharedFrom.app).toBeGreaterThanOrEqual(0.9 * tokens);
  expect(await failure(hearth('library', 'prepare', 'nothing'))).toMatch(/There is no document nothing/);
});

/** What a command may leave behind. */
async function inventory(): Promise<object> {
  const { profiles }: { profiles: Profile[] } = await done(hearth('profiles', 'list', '--json'));
  const { documents }: { documents: LibraryDocument[] } = await done(
    hearth('library', 'list', '--profile', 'ana', '--json'),
  );
  const { blocks, entries }: CacheStats = await done(hearth('cache', 'stats', '--json'));
  return { profiles, documents, blocks, entries };
}
