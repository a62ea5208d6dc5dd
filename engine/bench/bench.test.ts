// The benchmarks run end to end on a tiny model and give rows of the form that others rely on. No figure is judged.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { lastJson, runHearth } from '../cli/test-command.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { makeTinyModel } from '../testing/tiny-model.ts';
import type { PrefixRow } from './prefix-rows.ts';
import type { RepairRow } from './repair-rows.ts';
import type { BenchResult } from './request.ts';
import type { SpeedRow } from './speed-rows.ts';
import type { StorageRow } from './storage-rows.ts';
import type { TraceRow } from './trace-rows.ts';

const folder = temporaryFolder();
const model = join(folder, 'model');
const common = ['--json', '--data', join(folder, 'data'), '--model', model, '--out', folder];

beforeAll(() => makeTinyModel(model, { context: 320 }));

test('prefix measures off, memory and disk in one run, and both reuse the whole document', async () => {
  const ran = await runHearth(['bench', 'prefix', '--quick', ...common]);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  const result: BenchResult<PrefixRow> = lastJson(ran);
  expect(result.rows.map((row) => row.length)).toEqual([128, 'longest']);
  for (const row of result.rows) {
    expect(row.off.reusedTokens).toBe(0);
    expect(row.memory.reusedTokens).toBeGreaterThanOrEqual(row.documentTokens);
    expect(row.disk.reusedTokens).toBe(row.memory.reusedTokens);
    expect(row.restart.reusedTokens).toBeGreaterThanOrEqual(row.documentTokens);
    expect(Object.keys(row.off.time)).toEqual(['queueMs', 'encodeMs', 'matchMs', 'loadMs', 'prefillMs', 'sampleMs']);
  }
  expect(result.machine).toMatchObject({ node: process.versions.node });
  expect(JSON.parse(readFileSync(join(folder, 'prefix.local.json'), 'utf8'))).toEqual(result);
});

test('a trace is replayed with one profile per person; a turn that is too long is counted and the run goes on', async () => {
  const leaflet = {
    id: 'leaflet',
    title: 'Leaflet',
    scope: 'library',
    text: 'Take it with water every day. '.repeat(8),
  };
  const book = { id: 'book', title: '', scope: 'library', text: 'The house on Monday. '.repeat(200) };
  const turn = { scope: 'library', system: 'Be brief.', documents: ['leaflet'], kind: 'library-question' };
  const private0 = { ...turn, scope: 'private', documents: [], kind: 'talk' };
  const turns = [
    { ...turn, turn: 0, profile: 'nurse', chat: 'nurse-0', message: 'When?' },
    { ...turn, turn: 1, profile: 'doctor', chat: 'doctor-0', message: 'How?' },
    { ...turn, turn: 2, profile: 'doctor', chat: 'doctor-0', message: 'Why?', kind: 'follow-up' },
    { ...turn, turn: 3, profile: 'doctor', chat: 'doctor-1', message: 'Who?', documents: ['book'] },
    { ...turn, turn: 4, profile: 'nurse', chat: 'nurse-1', message: 'What?' },
  ];
  const prefix = join(folder, 'day');
  writeFileSync(`${prefix}.documents.jsonl`, [leaflet, book].map((line) => JSON.stringify(line)).join('\n'));
  writeFileSync(`${prefix}.turns.jsonl`, turns.map((line) => JSON.stringify(line)).join('\n'));
  const args = ['bench', 'trace', '--trace', prefix, '--policy', 'exact', '--max-tokens', '4', '--limit', '4'];
  const ran = await runHearth([...args, ...common]);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  const { name, rows }: BenchResult<TraceRow> = lastJson(ran);
  expect(name).toBe('trace-day-exact');
  expect(rows.map((row) => [row.kind, row.turns, row.failed])).toEqual([
    ['follow-up', 1, 0],
    ['library-question', 3, 1],
    ['all', 4, 1],
  ]);
  expect(rows.at(-1)?.sharedFrom.library).toBeGreaterThan(0);
  expect(rows[0]?.tokens.ownAnswer).toBeGreaterThan(0);
});
