// `hearth compare --all`: every policy in one table, or as JSON. How one policy is compared is tested with approximate
// answers.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Comparisons } from '../contract/chat.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { makeTinyModel } from '../testing/tiny-model.ts';
import { done, runHearth } from './test-command.ts';

const folder = temporaryFolder();
const model = join(folder, 'model');
const rules = join(folder, 'rules.md');
const asked = ['compare', 'When?', '--document', rules, '--tokens', '4', '--all'];
const common = ['--data', join(folder, 'data'), '--model', model];
const NAMES = ['off', 'exact', 'hearth exact', 'hearth balanced', 'hearth fast', 'kvshare', 'semsharekv'];

beforeAll(async () => {
  await makeTinyModel(model);
  writeFileSync(rules, Array.from({ length: 8 }, (_, index) => `The clinic closes at ${index}.`).join('\n'));
});

test('every policy has a line, and the answer of off stands below', async () => {
  const ran = await runHearth([...asked, ...common]);
  const lines = ran.stdout.trimEnd().split('\n');
  expect(lines.map((line) => /^\S+( exact| balanced| fast)?/.exec(line)?.[0])).toEqual(['policy', ...NAMES, 'off:']);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
});

test('as JSON it is what the engine tells', async () => {
  const { off, ways }: Comparisons = await done(runHearth([...asked, ...common, '--json']));
  expect(off).toMatchObject({ top1Agreement: 1, report: { policy: 'off' } });
  expect(ways.map((way) => way?.report.policy)).toEqual(NAMES.slice(1).map((name) => name.split(' ')[0]));
});

test('one policy and all of them is a contradiction', async () => {
  const ran = await runHearth([...asked, '--policy', 'exact', ...common]);
  expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('cannot be used with option') });
});
