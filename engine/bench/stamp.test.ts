// A stamp tells results of other weights and other settings apart, and only such results stand side by side.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { makeTinyModel } from '../testing/tiny-model.ts';
import { describeMachine } from './machine.ts';
import type { BenchRequest } from './request.ts';
import { readResult, writeResult } from './results.ts';
import { stampOf } from './stamp.ts';

const folder = temporaryFolder();
const request: BenchRequest = { name: 'papers', quick: false, dataFolder: folder, out: folder };

test('other weights and other settings give other stamps; the workloads that were chosen do not', async () => {
  const model = join(folder, 'model');
  await makeTinyModel(model, { context: 64 });
  const starter = await stampOf(request);
  expect(await stampOf({ ...request, workloads: ['moved'], resume: true })).toEqual(starter);
  const tiny = await stampOf({ ...request, model });
  expect(tiny.weights).not.toBe(starter.weights);
  for (const other of [{ limit: 5 }, { quick: true }, { name: 'ladder' }, { methods: ['EPIC'] }]) {
    const stamp = await stampOf({ ...request, ...other });
    expect(stamp.weights).toBe(starter.weights);
    expect(stamp.settings).not.toBe(starter.settings);
  }
  expect((await stampOf({ ...request, shape: 'smollm2-135m' })).weights).toBe('seeded smollm2-135m');
});

test('a result of the same weights is found, the full one first; one of other weights or without a stamp is not', () => {
  const result = { name: 'trace', machine: describeMachine(), model: 'm', rows: [], weights: 'w', settings: 's' };
  const local = { ...result, settings: 'quick' };
  expect(readResult(request, 'trace', 'w')).toBeNull();
  writeResult(local, { ...request, quick: true });
  expect(readResult(request, 'trace', 'w')?.result).toEqual(local);
  writeResult(result, request);
  expect(readResult(request, 'trace', 'w')).toEqual({ file: join(folder, 'trace.json'), result });
  expect(readResult(request, 'trace', 'other')).toBeNull();
  writeFileSync(join(folder, 'repair.json'), JSON.stringify({ ...result, weights: undefined }));
  expect(readResult(request, 'repair', 'w')).toBeNull();
});

test('a run that was cut or filtered is not the full one', () => {
  const result = { name: 'cut', machine: describeMachine(), model: 'm', rows: [], weights: 'w', settings: 's' };
  expect(writeResult({ ...result, isCut: true }, request)).toBe(join(folder, 'cut.local.json'));
  expect(writeResult(result, { ...request, workloads: ['moved'] })).toBe(join(folder, 'cut.local.json'));
  expect(writeResult(result, request)).toBe(join(folder, 'cut.json'));
});

test('a run on a busy machine takes the place of no other result', () => {
  const result = { name: 'times', machine: describeMachine(), model: 'm', rows: [], weights: 'w', settings: 's' };
  const file = writeResult(result, request);
  expect(writeResult({ ...result, isBusy: true }, request)).toBe(join(folder, 'times.busy.local.json'));
  expect(readResult(request, 'times', 'w')).toEqual({ file, result });
});
