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
import type { TraceResult } from './trace.ts';

const folder = temporaryFolder();
const model = join(folder, 'model');
const common = ['--json', '--data', join(folder, 'data'), '--out', folder];

const longer = join(folder, 'longer');

beforeAll(async () => {
  await makeTinyModel(model, { context: 320 });
  await makeTinyModel(longer, { context: 2560 });
});

async function bench<Row extends object>(args: string[], on = model): Promise<BenchResult<Row>> {
  const ran = await runHearth(['bench', ...args, '--model', on, ...common]);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  return lastJson(ran);
}

test('prefix measures off, memory and disk in one run, and both reuse the whole document', async () => {
  const result = await bench<PrefixRow>(['prefix', '--quick']);
  expect(result.rows.map((row) => row.length)).toEqual([128, 'longest']);
  for (const row of result.rows) {
    expect(row.off.reusedTokens).toBe(0);
    expect(row.memory.reusedTokens).toBeGreaterThanOrEqual(row.documentTokens);
    expect(row.rested.reusedTokens).toBeGreaterThanOrEqual(row.documentTokens);
    expect(row.disk.reusedTokens).toBeGreaterThanOrEqual(row.documentTokens);
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
  const turns = [
    { ...turn, turn: 0, profile: 'nurse', chat: 'nurse-0', message: 'When?' },
    { ...turn, turn: 1, profile: 'doctor', chat: 'doctor-0', message: 'How?' },
    { ...turn, turn: 2, profile: 'doctor', chat: 'doctor-0', message: 'Why?', kind: 'follow-up' },
    { ...turn, turn: 3, profile: 'doctor', chat: 'doctor-1', message: 'Who?', documents: ['book'] },
    { ...turn, turn: 4, profile: 'nurse', chat: 'nurse-1', message: 'What?' },
  ];
  const prefix = writeTrace('day', [leaflet, book], turns);
  const args = ['trace', '--trace', prefix, '--policy', 'exact', '--max-tokens', '4', '--limit', '4'];
  const { name, rows } = await bench<TraceRow>(args);
  expect(name).toBe('trace-day-exact');
  expect(rows.map((row) => [row.kind, row.turns, row.failed])).toEqual([
    ['follow-up', 1, 0],
    ['library-question', 3, 1],
    ['all', 4, 1],
  ]);
  expect(rows.at(-1)?.sharedFrom.library).toBeGreaterThan(0);
  expect(rows[0]?.tokens.ownAnswer).toBeGreaterThan(0);
});

test('policies are compared on one trace: with idle time hearth starts from exact rows, and strangers find nothing', async () => {
  const page = { id: 'page', title: 'Page', scope: 'library', text: 'The clinic opens on Monday. '.repeat(6) };
  const note = { id: 'note', title: 'Note', scope: 'private', text: 'The child is at the house. '.repeat(6) };
  const turn = { scope: 'library', system: 'Be brief.', documents: ['page'], kind: 'library-question' };
  const turns = [
    { ...turn, turn: 0, atSeconds: 50, profile: 'nurse', chat: 'nurse-0', message: 'When?' },
    {
      ...turn,
      turn: 1,
      atSeconds: 90,
      profile: 'doctor',
      chat: 'doctor-0',
      message: 'How?',
      documents: ['note'],
      scope: 'private',
    },
    { ...turn, turn: 2, atSeconds: 130, profile: 'nurse', chat: 'nurse-0', message: 'Why?', kind: 'follow-up' },
  ];
  const prefix = writeTrace('compared', [page, note], turns);
  const result = await bench<TraceRow>(['trace', '--trace', prefix, '--quick', '--max-tokens', '4']);
  expect(result.name).toBe('trace-compared');
  const all = result.rows.filter((row) => row.kind === 'all');
  expect(all.map((row) => [row.policy, row.idle, row.turns, row.failed])).toEqual([
    ['exact', 'none', 3, 0],
    ['hearth', 'given', 3, 0],
  ]);
  expect(all[1]?.afterIdle).toEqual({ turns: 3, startedExact: 1 });
  expect(all[1]?.tokens.exactPrefix).toBeGreaterThan(all[0]!.tokens.exactPrefix);
  const { summary } = result as TraceResult;
  expect(summary).toMatchObject([{ trace: 'compared', strangers: { turns: 1, privateTokens: 0 } }]);
});

test('speed asks for every kind at one length, and reuses what it says', async () => {
  const { rows } = await bench<SpeedRow>(['speed', '--quick', '--tokens', '900'], longer);
  expect(rows.map((row) => row.donor)).toEqual(['other', 'canonical', 'none']);
  const [other, , none] = rows;
  expect(other?.promptTokens).toBeGreaterThan(850);
  expect(other?.promptTokens).toBeLessThanOrEqual(900);
  expect(other?.off.tokens.fresh).toBe(other?.promptTokens);
  expect(other?.exact?.tokens.exactPrefix).toBeGreaterThan(800);
  expect(none?.miss?.tokens).toMatchObject({ moved: 0, fresh: none?.promptTokens });
});

test('storage keeps the same texts in every precision; lossless rows come back bit by bit', async () => {
  const { rows } = await bench<StorageRow>(['storage', '--quick'], longer);
  expect(rows.map((row) => row.precision)).toEqual(['lossless', 'fp16', 'int8', 'int4']);
  expect(rows[0]).toMatchObject({ isBitEqual: true, sameAnswers: 1 });
  expect(new Set(rows.map((row) => row.keptTokens)).size).toBe(1);
  for (const row of rows) expect(row.prompts).toBe(6);
});

test('repair writes the same number of tokens with every schedule', async () => {
  const { rows } = await bench<RepairRow>(['repair', '--quick', '--tokens', '700'], longer);
  expect(rows.map((row) => row.name)).toEqual(['none', 'bursts', 'every-step']);
  expect(rows.map((row) => row.answers)).toEqual([2, 2, 2]);
  expect(rows[0]?.repairedTokens).toBe(0);
  expect(rows[1]?.repairedTokens).toBeGreaterThan(0);
});

function writeTrace(name: string, documents: object[], turns: object[]): string {
  const prefix = join(folder, name);
  const lines = (rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
  writeFileSync(`${prefix}.documents.jsonl`, lines(documents));
  writeFileSync(`${prefix}.turns.jsonl`, lines(turns));
  return prefix;
}
