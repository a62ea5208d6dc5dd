// Time and memory by length: every method at the same prompts, and rows that say what the runs were. No time is judged.

import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { describeLengths, lengthsPage, lengthsPlots } from './papers-lengths-report.ts';
import { lengthRows } from './papers-lengths-rows.ts';
import type { LengthRun } from './papers-lengths-rows.ts';
import { runLengths } from './papers-lengths.ts';

test('a row for each method and length, beside the full prefill of the same round', () => {
  const run = (method: string, round: number, ttftMs: number): LengthRun => ({
    wanted: 512,
    round,
    promptTokens: 500,
    method,
    ttftMs,
    kvBytes: method === 'EPIC-16' ? 2 ** 20 : 2 ** 21,
    plainBytes: 2 ** 22,
    prefillLayers: 0.25,
  });
  const epic = [run('EPIC-16', 0, 10), run('EPIC-16', 1, 20), run('EPIC-16', 2, 50)];
  const full = [run('full prefill', 2, 100), run('full prefill', 0, 100), run('full prefill', 1, 400)];
  expect(lengthRows([...epic, ...full]).map(({ method }) => method)).toEqual(['full prefill', 'EPIC-16']);
  expect(lengthRows([...epic, ...full])[1]).toEqual({
    wanted: 512,
    promptTokens: 500,
    method: 'EPIC-16',
    rounds: 3,
    ttftMs: 20,
    ratio: 10,
    leastRatio: 2,
    prefillLayers: 0.25,
    kvMiB: 1,
    kvShare: 0.5,
    kvOfPlain: 0.25,
  });
});

test('a document that moved is reused by each method, at the length that was asked for', async () => {
  const methods = ['exact', 'EPIC', 'SemShareKV', 'Hearth balanced', 'Hearth fast'];
  const result = await runLengths({
    name: 'papers-ttft',
    quick: true,
    tokens: 512,
    methods,
    dataFolder: temporaryFolder(),
  });
  const names = ['full prefill', 'exact prefix', 'EPIC-16', 'SemShareKV', 'SemShareKV, all rows kept'];
  expect(result.rows.map(({ method }) => method)).toEqual([
    ...names,
    'Hearth balanced',
    'Hearth balanced, compact',
    'Hearth fast',
  ]);
  const [full, exact, epic, semsharekv, allKept, balanced, compact, fast] = result.rows;
  expect(full!.promptTokens).toBeGreaterThan(490);
  expect(full!.promptTokens).toBeLessThanOrEqual(512);
  expect(full).toMatchObject({ prefillLayers: 1, ratio: 1, kvShare: 1 });
  expect(exact!.prefillLayers).toBeGreaterThan(0.9);
  for (const row of [epic!, fast!]) expect(row.prefillLayers).toBeLessThan(0.6);

  // Of plain rows at most 0.58, and half and room to grow; what is computed is the same with rows in 16 bits.
  expect(semsharekv!.kvOfPlain).toBeLessThanOrEqual(0.58);
  expect(allKept!.kvOfPlain).toBeGreaterThan(1);
  expect(compact!.kvOfPlain).toBeLessThan(0.66);
  expect(compact!.kvMiB).toBeLessThan(0.4 * balanced!.kvMiB);
  expect(compact!.prefillLayers).toBe(balanced!.prefillLayers);

  expect(describeLengths(result).join('\n')).toContain('| EPIC-16 ');
  const plots = lengthsPlots(result);
  expect(Object.keys(plots)).toEqual(['ttft', 'memory']);
  expect(lengthsPage(result, ['ttft.svg'])).toContain('![ttft.svg](ttft.svg)');
});
