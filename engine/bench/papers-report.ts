// The figures of scenario `papers` for a person: lines for a terminal, and a Markdown page. Pure.

import type { PapersResult } from './papers.ts';
import { EAGER, HEARTH, RATIOS } from './papers-methods.ts';
import { ALL, cheapestBest, curves, layersOf } from './papers-rows.ts';
import type { Duel, EqualCost, PaperRow } from './papers-rows.ts';
import { named, percent, section, table, times } from './papers-table.ts';
import type { Column } from './papers-table.ts';
import { CHANGES, LEVELS, similarityGroup } from './papers-workloads.ts';
import type { RepairRow } from './repair-rows.ts';
import type { BenchResult } from './request.ts';
import type { TraceSummary } from './trace-rows.ts';
import type { TraceResult } from './trace.ts';

export const METHOD_COLUMNS: readonly Column<PaperRow>[] = [
  ['method', ({ method, ratio }) => named(method, ratio)],
  ['n', ({ n }) => String(n)],
  ['as full', (row) => percent(row.identical)],
  ['right', (row) => percent(row.right)],
  ['wrong fact', (row) => percent(row.wrongFact)],
  ['ROUGE-L', ({ rougeL }) => rougeL.toFixed(3)],
  ['mean KL', (row) => row.meanKl?.toExponential(1) ?? '-'],
  ['top-1', (row) => percent(row.top1)],
  ['approximate', (row) => percent(row.approximate)],
  ['again', (row) => percent(row.recomputedShare)],
  ['token-layers', (row) => percent(row.prefillLayers)],
  ['repair', (row) => percent(row.repairLayers)],
  ['KV MiB', (row) => row.kvMiB.toFixed(1)],
  ['TTFT', ({ ttftRatio }) => times(ttftRatio)],
  ['ms/token', (row) => row.tpotMs?.toFixed(1) ?? '-'],
];

const DUEL_COLUMNS: readonly Column<Duel>[] = [
  ['text', ({ group }) => group],
  ['beside', ({ method, ratio }) => named(method, ratio)],
  ['n', ({ n }) => String(n)],
  [HEARTH, ({ hearth }) => percent(hearth)],
  ['other', ({ other }) => percent(other)],
  [`${HEARTH} token-layers`, ({ hearthLayers }) => percent(hearthLayers)],
  ['other token-layers', ({ otherLayers }) => percent(otherLayers)],
];

const EQUAL_COLUMNS: readonly Column<EqualCost>[] = [
  ['text', ({ group }) => group],
  ['beside', ({ method, ratio }) => named(method, ratio)],
  ['token-layers', ({ layers }) => percent(layers)],
  ['other', ({ other }) => percent(other)],
  [`${HEARTH} there`, ({ hearth }) => (hearth === null ? 'no point so cheap' : percent(hearth))],
];

const BEST_COLUMNS: readonly Column<ReturnType<typeof cheapestBest>[number]>[] = [
  ['method', ({ method, ratio }) => named(method, ratio)],
  ['as full', ({ identical }) => percent(identical)],
  ['token-layers', ({ layers }) => percent(layers)],
];

/** Lines for a terminal: the main tables alone. */
export function describePapers({ overall, twins, lost }: PapersResult): string[] {
  const published = overall.filter(({ ratio }) => ratio === null);
  const swept = overall.filter(({ ratio }) => ratio !== null);
  const twin = twins.filter(({ ratio }) => ratio === null);
  return [
    'All texts, as published',
    ...table(METHOD_COLUMNS, published),
    '',
    'Twins, as published',
    ...table(METHOD_COLUMNS, twin),
    '',
    'All texts, at equal shares',
    ...table(METHOD_COLUMNS, swept),
    '',
    `prompts that ${HEARTH} answered otherwise than a full prefill: ${new Set(lost.map(({ caseId }) => caseId)).size}`,
  ];
}

const HIT_COLUMNS: readonly Column<TraceSummary>[] = [
  ['day', ({ trace }) => trace],
  ['prefix caching, people apart', ({ apartHitRate }) => percent(apartHitRate)],
  ['prefix caching', ({ exactHitRate }) => percent(exactHitRate)],
  [HEARTH, ({ hearthHitRate }) => percent(hearthHitRate)],
  ['of people apart', ({ ratioToApart }) => times(ratioToApart)],
  ['of prefix caching', ({ ratio }) => times(ratio)],
  ['without idle time', ({ ratioAtOnce }) => times(ratioAtOnce)],
];

const REPAIR_NAMES = {
  none: 'no repair',
  bursts: `${HEARTH}: bursts`,
  'every-step': 'KVShare: three rows with every step',
} as const;

const REPAIR_COLUMNS: readonly Column<RepairRow>[] = [
  ['schedule', ({ name }) => REPAIR_NAMES[name]],
  ['ms/token', ({ tokensPerSecond }) => (1000 / tokensPerSecond).toFixed(2)],
  ['time more', ({ overhead }) => percent(overhead)],
  ['tokens/s fewer', ({ slowdown }) => percent(slowdown)],
  ['rows repaired', ({ repairedTokens, approximateTokens }) => `${repairedTokens} of ${approximateTokens}`],
];

/** Results of other scenarios with the same weights; null: there are none. */
export interface Beside {
  trace: TraceResult | null;
  repair: BenchResult<RepairRow> | null;
}

/** The page, which shows the plots by the names of their files. */
export function papersPage(result: PapersResult, plots: readonly string[], { trace, repair }: Beside): string {
  const { machine, model, overall, twins, rows, similarity, duels, equalCost, lost } = result;
  const published = (of: readonly PaperRow[]) => of.filter(({ ratio }) => ratio === null);
  const swept = (of: readonly PaperRow[]) => of.filter(({ ratio }) => ratio !== null);
  const lostDuels = duels.filter(({ hearth, other }) => hearth < other);
  const lostCost = equalCost.filter(({ hearth, other }) => hearth === null || hearth < other);
  return [
    '# Methods of published papers beside policy `hearth`',
    '',
    `Model ${model} on ${machine.cores} cores (${machine.cpu}). Made by \`hearth bench papers\`; every method found the same`,
    'exact rows, and answered the same prompts, greedily, in the same run as a full prefill.',
    '',
    '_as full_: the answer of a full prefill, token by token. _wrong fact_: a value that is not the one asked for.',
    '_ROUGE-L_: of the answer by that of a full prefill, F1, words. (BLEU is left out: no well-kept library was found.)',
    '_again_: of the reused rows, those computed again before the first token, of SemShareKV in all layers.',
    '_token-layers_: rows times layers computed before the first token, selection included, of those of a full prefill;',
    '_repair_: those computed again along the answer. _KV_: most keys and values held at once; _compact_: in 16 bits.',
    '_TTFT_: how many times sooner than a full prefill; equal plans share one time.',
    '',
    ...plots.map((plot) => `![${plot}](${plot})`),
    '',
    ...section(
      'All texts: answers as by a full prefill, by the share computed again',
      ratioTable(overall, 'identical'),
    ),
    ...section('Twins: wrong facts, by the share computed again', ratioTable(twins, 'wrongFact')),
    ...section('All texts, as published', table(METHOD_COLUMNS, published(overall))),
    ...section('Twins: a number, a name or a yes was changed', table(METHOD_COLUMNS, published(twins))),
    ...section('All texts, at equal shares of rows computed again', table(METHOD_COLUMNS, swept(overall))),
    ...section('Twins, at equal shares', table(METHOD_COLUMNS, swept(twins))),
    ...section('What the best answers of each method cost', [
      'The most answers as by a full prefill that any of its points gives, and the fewest token-layers that give them.',
      '',
      ...table(BEST_COLUMNS, cheapestBest(curves(overall))),
    ]),
    ...section(`${HEARTH} beside each method at an equal share`, [
      `Answers as by a full prefill, on prompts that both answered from approximate rows; ${EAGER}.`,
      '',
      ...table(DUEL_COLUMNS, duels.filter(ofAll)),
    ]),
    ...section(`Where ${HEARTH} loses at an equal share`, [
      ...(lostDuels.length === 0 ? ['Nowhere in this run.'] : table(DUEL_COLUMNS, lostDuels)),
    ]),
    ...section(`${HEARTH} beside each method at equal token-layers`, [
      `${HEARTH} on the line between its own points; prompts that it refused to answer from approximate rows count too.`,
      '',
      ...table(EQUAL_COLUMNS, equalCost.filter(ofAll)),
    ]),
    ...section(`Where ${HEARTH} loses at equal token-layers`, [
      ...(lostCost.length === 0 ? ['Nowhere in this run.'] : table(EQUAL_COLUMNS, lostCost)),
    ]),
    ...section(`Prompts that ${HEARTH} answered otherwise than a full prefill`, [
      ...(lost.length === 0 ? ['None in this run.'] : []),
      ...lost.map(
        ({ caseId, method, ratio, better, expected, actual, verdict }) =>
          `- ${caseId}, ${named(method, ratio)} (${verdict}): "${expected}" became "${actual}". ` +
          (better.length === 0 ? 'No other method that reused rows did better.' : `As full: ${better.join(', ')}.`),
      ),
    ]),
    ...(trace?.summary === undefined
      ? []
      : section('Tokens found on recorded days (`hearth bench trace`)', table(HIT_COLUMNS, trace.summary))),
    ...(repair === null
      ? []
      : section('Repair while the answer is written (`hearth bench repair`)', table(REPAIR_COLUMNS, repair.rows))),
    ...[...Map.groupBy(rows, ({ group }) => group)].flatMap(([group, own]) =>
      section(`Text: ${group}`, table(METHOD_COLUMNS, own)),
    ),
    ...CHANGES.flatMap((change) =>
      section(`Sentences ${change}: answers as full, by share`, similarityTable(similarity, change)),
    ),
  ].join('\n');
}

function ofAll({ group }: { group: string }): boolean {
  return group === ALL;
}

function ratioTable(rows: readonly PaperRow[], value: 'identical' | 'wrongFact'): string[] {
  const swept = rows.filter(({ ratio }) => ratio !== null);
  const columns: Column<string>[] = [
    ['method', (name) => name],
    ...RATIOS.map((ratio): Column<string> => [
      percent(ratio, 0),
      (name) => {
        const row = swept.find((each) => each.method === name && each.ratio === ratio);
        return row === undefined ? '-' : `${percent(row[value])} (${percent(layersOf(row), 0)})`;
      },
    ]),
  ];
  return ['In brackets: token-layers, repair included.', '', ...table(columns, methodsOf(swept))];
}

function similarityTable(rows: readonly PaperRow[], change: (typeof CHANGES)[number]): string[] {
  const columns: Column<string>[] = [
    ['method', (name) => name],
    ...LEVELS.map((level): Column<string> => [
      percent(level, 0),
      (name) => {
        const row = rowAt(rows, name, similarityGroup(change, level));
        return row === undefined ? '-' : `${percent(row.identical, 0)} (${percent(row.prefillLayers, 0)})`;
      },
    ]),
  ];
  return ['In brackets: token-layers.', '', ...table(columns, methodsOf(rows))];
}

export function methodsOf(rows: readonly PaperRow[]): string[] {
  return [...new Set(rows.map(({ method }) => method))];
}

export function rowAt(rows: readonly PaperRow[], method: string, group: string): PaperRow | undefined {
  return rows.find((row) => row.method === method && row.group === group);
}
