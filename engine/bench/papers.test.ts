// The runner of `papers` on the model that ships: every method really does what its name says. No figure is judged but
// those that hold for any model.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { describeMachine } from './machine.ts';
import { PaperBench } from './papers-bench.ts';
import { writePage } from './papers-files.ts';
import { FULL, PUBLISHED, SWEEP } from './papers-methods.ts';
import type { PaperMethod } from './papers-methods.ts';
import { papersPlots } from './papers-plots.ts';
import { describePapers, papersPage } from './papers-report.ts';
import { atEqualLayers, curves, duels, lostCases, paperRows } from './papers-rows.ts';
import type { PaperOutcome } from './papers-rows.ts';
import { runPaperCase } from './papers-run.ts';
import { paperCase, similarityCase } from './papers-workloads.ts';
import type { PaperCase } from './papers-workloads.ts';
import { repairRows } from './repair-rows.ts';
import { traceSummaries } from './trace-rows.ts';
import type { WorkloadName } from './workloads.ts';

const dataFolder = temporaryFolder();
let bench: PaperBench;

beforeAll(async () => {
  bench = await PaperBench.open({ name: 'papers', quick: true, dataFolder }, PUBLISHED);
});
afterAll(() => bench.close());

function longCase(workload: WorkloadName): PaperCase {
  for (let index = 0; ; index++) {
    const each = paperCase(workload, index, 1);
    const characters = each.of.probe.documents.join('').length;
    if (characters > 1200 && characters < 2400) return each;
  }
}

const METHODS = [...PUBLISHED, ...SWEEP];

async function outcomesOf(of: PaperCase, accept: (method: PaperMethod) => boolean): Promise<PaperOutcome[]> {
  bench.main.cache.remove({});
  return (await runPaperCase(bench, of, METHODS.filter(accept)))!;
}

/** The one of a method at a ratio. */
function by(outcomes: readonly PaperOutcome[], name: string, ratio: number | null = null): PaperOutcome {
  return outcomes.find((of) => of.method === name && of.ratio === ratio)!;
}

function share({ recomputedTokens, spanTokens }: PaperOutcome): number {
  return recomputedTokens / spanTokens;
}

test('a moved document is reused by each method, and repaired by as much as each was told', async () => {
  const outcomes = await outcomesOf(longCase('moved'), ({ ratio }) => [null, 0.1, 0.4].includes(ratio));
  const full = by(outcomes, FULL);
  expect(full).toMatchObject({ spanTokens: 0, prefillLayers: 1, isIdentical: true });
  for (const name of ['exact prefix', 'llama.cpp --cache-reuse']) expect(by(outcomes, name).spanTokens).toBe(0);
  const most = full.promptTokens / 2;
  for (const name of ['moved, no repair', 'CacheBlend-15', 'EPIC-16', 'ProphetKV-20', 'SemShareKV']) {
    expect(by(outcomes, name).spanTokens).toBeGreaterThan(most);
  }
  expect(by(outcomes, 'moved, no repair').recomputedTokens).toBe(0);
  for (const ratio of [0.1, 0.4]) {
    for (const name of ['CacheBlend', 'EPIC', 'ProphetKV', 'KVShare v2, prefill']) {
      expect(share(by(outcomes, name, ratio))).toBeCloseTo(ratio, 1);
    }
  }
  expect(by(outcomes, 'KVShare v2, prefill').repairLayers).toBe(0);
  expect(by(outcomes, 'KVShare v2, prefill and decode').repairLayers).toBeGreaterThan(0);
  const [bursts, everyStep] = ['KVShare v2, prefill and bursts', 'KVShare v2, prefill and decode'];
  expect(by(outcomes, bursts).repairLayers).toBeLessThan(by(outcomes, everyStep).repairLayers);
  expect(by(outcomes, 'SemShareKV').kvBytes).toBeLessThan(full.kvBytes);
  expect(by(outcomes, 'SemShareKV', 0.4).prefillLayers).toBeGreaterThan(by(outcomes, 'SemShareKV', 0.1).prefillLayers);
  expect(by(outcomes, 'Hearth fast, verified')).toMatchObject({ isIdentical: true, answer: full.answer });
});

test('rows in 16 bits take half of what plain ones take, and a method in them does what it does in others', async () => {
  const outcomes = await outcomesOf(longCase('moved'), ({ name }) => name.startsWith('Hearth balanced'));
  const [plain, compact] = [by(outcomes, 'Hearth balanced'), by(outcomes, 'Hearth balanced, compact')];
  expect(compact).toMatchObject({ spanTokens: plain.spanTokens, prefillLayers: plain.prefillLayers });
  expect(compact.kvBytes).toBeLessThan(0.4 * plain.kvBytes);
  expect(compact.kl).not.toEqual(plain.kl);
  expect(Math.max(...compact.kl)).toBeLessThan(1e-2);
});

test('equal plans are carried out once, others not', async () => {
  const [moved, cacheBlend, asKvshare] = ['moved, no repair', 'CacheBlend-15', 'KVShare v1'].map((name) =>
    METHODS.find((method) => method.name === name)!,
  ) as [PaperMethod, PaperMethod, PaperMethod];
  const again = { ...moved, name: 'again' };
  const other = { ...cacheBlend, name: 'other', deviationAlone: false };
  bench.main.cache.remove({});
  const outcomes = (await runPaperCase(bench, longCase('moved'), [moved, cacheBlend, again, asKvshare, other]))!;
  expect(by(outcomes, 'again').kl).toBe(by(outcomes, 'moved, no repair').kl);
  const different = ['moved, no repair', 'CacheBlend-15', 'KVShare v1', 'other'].map((name) => by(outcomes, name).kl);
  expect(new Set(different).size).toBe(4);
});

test("CacheBlend chooses other rows than KVShare's score would among the same ones", async () => {
  const cacheBlend = METHODS.find(({ name, ratio }) => name === 'CacheBlend' && ratio === 0.1)!;
  const asKvshare = { ...cacheBlend, name: 'as KVShare', deviationAlone: false };
  bench.main.cache.remove({});
  const outcomes = (await runPaperCase(bench, longCase('number-changed'), [cacheBlend, asKvshare]))!;
  const [own, other] = [by(outcomes, 'CacheBlend', 0.1), by(outcomes, 'as KVShare', 0.1)];
  expect(own.recomputedTokens).toBe(other.recomputedTokens);
  expect(own.kl).not.toEqual(other.kl);
});

test('--cache-reuse bridges a deleted sentence', async () => {
  const outcomes = await outcomesOf(
    similarityCase({ change: 'deleted', level: 0.1 }, 0, 1),
    ({ name }) => name === 'llama.cpp --cache-reuse',
  );
  expect(by(outcomes, 'llama.cpp --cache-reuse').spanTokens).toBeGreaterThan(32);
});

test('page, plots and tables show what was measured', async () => {
  const outcomes = await outcomesOf(paperCase('moved', 1, 1), ({ ratio }) => ratio === null || ratio === 0.3);
  const rows = paperRows(outcomes);
  const result = {
    name: 'papers',
    machine: describeMachine(),
    model: 'starter',
    rows,
    overall: paperRows(outcomes, () => 'all'),
    twins: rows,
    similarity: paperRows(outcomes, () => 'replaced-30').filter(({ ratio }) => ratio === null),
    duels: duels(outcomes),
    equalCost: atEqualLayers('all', curves(rows)),
    lost: lostCases(outcomes, FULL),
  };
  const folder = temporaryFolder();
  writePage(join(folder, 'papers.local.json'), papersPlots(result), (plots) =>
    papersPage(result, plots, { trace: null, repair: null }),
  );
  const page = readFileSync(join(folder, 'papers.local', 'README.md'), 'utf8');
  const shown = [...page.matchAll(/!\[.*\]\((.*)\)/g)].map(([, file]) => file!);
  expect(shown.length).toBe(5);
  for (const file of shown) expect(existsSync(join(folder, 'papers.local', file))).toBe(true);
  for (const { name } of PUBLISHED) expect(page).toContain(`| ${name} `);
  expect(describePapers(result).join('\n')).toContain('CacheBlend 30 %');

  expect(page).not.toContain('Tokens found on recorded days');

  const { name, machine, model } = result;
  const trace = { name, machine, model, rows: [], summary: traceSummaries([], new Map()) };
  const repair = { name, machine, model, rows: repairRows([]) };
  const whole = papersPage(result, [], { trace, repair });
  expect(whole).toContain('Tokens found on recorded days');
  expect(whole).toContain('| KVShare: three rows with every step |');
});
