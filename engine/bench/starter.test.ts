// Benchmark `starter` runs end to end on the model that ships. No figure is judged.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastJson, runHearth } from '../cli/test-command.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import type { StarterResult } from './starter.ts';

const folder = temporaryFolder();

test('every group is asked through the engine, and the chats are read', async () => {
  const common = ['--json', '--data', join(folder, 'data'), '--out', folder];
  const ran = await runHearth(['bench', 'starter', '--limit', '1', ...common]);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  const result: StarterResult = lastJson(ran);
  const groups = new Set(result.rows.map(({ group }) => group));
  expect([...groups]).toEqual([
    'library',
    'length',
    'familiar',
    'moved',
    'edit',
    'wording',
    'two-hop',
    'unanswerable',
    'chat',
    'kind',
  ]);
  expect(result.tooLong).toBe(0);
  expect(result.library.length).toBeGreaterThanOrEqual(9);
  for (const { answer } of result.library) expect(answer).not.toBe('');
  const [read, unread] = result.perplexity;
  expect(read!.tokens).toBe(unread!.tokens);
  expect(read!.perplexity).toBeLessThan(unread!.perplexity);
  expect(JSON.parse(readFileSync(join(folder, 'starter.local.json'), 'utf8'))).toEqual(result);
});
