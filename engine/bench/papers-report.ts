// The figures of scenario `papers` for a person: a Markdown page and its plots. Pure.

import { lineChart } from './papers-chart.ts';
import type { Axis } from './papers-chart.ts';
import type { PapersResult } from './papers.ts';
import { EAGER, FULL, HEARTH, VERIFIED } from './papers-methods.ts';
import { ALL, cheapestBest, curves, layersOf } from './papers-rows.ts';
import type { Duel, EqualCost, PaperRow } from './papers-rows.ts';
import { CHANGES, LEVELS, similarityGroup } from './papers-workloads.ts';

type Column<Row> = [head: string, value: (row: Row) => string];

const METHOD_COLUMNS: readonly Column<PaperRow>[] = [
  ['method', ({ method, ratio }) => named(method, ratio)],
  ['n', ({ n }) => String(n)],
  ['as full', (row) => percent(row.identical)],
  ['right', (row) => percent(row.right)],
  ['wrong fact', (row) => percent(row.wrongFact)],
  ['mean KL', (row) => row.meanKl?.toExponential(1) ?? '-'],
  ['top-1', (row) => percent(row.top1)],
  ['approximate', (row) => percent(row.approximate)],
  ['again', (row) => percent(row.recomputedShare)],
  ['token-layers', (row) => percent(row.prefillLayers)],
  ['repair', (row) => percent(row.repairLayers)],
  ['KV MiB', (row) => row.kvMiB.toFixed(1)],
  ['TTFT', (row) => (row.ttftRatio === null ? '-' : `${row.ttftRatio.toFixed(2)}x`)],
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

const LAYERS: Axis = { label: 'token-layers of a full prefill, selection and repair included', scale: 'percent' };
const AS_FULL: Axis = { label: 'answers as by a full prefill', scale: 'percent' };

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

/** The page, which shows the plots by the names of their files. */
export function papersPage(result: PapersResult, plots: readonly string[]): string {
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
    '_again_: of the reused rows, those computed again before the first token. _token-layers_: rows times layers computed',
    'before the first token, selection included, of those of a full prefill; _repair_: those computed again along the',
    'answer. _TTFT_: how many times sooner than a full prefill.',
    '',
    ...plots.map((plot) => `![${plot}](${plot})`),
    '',
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

/** Plots by a name for their file. */
export function papersPlots({ overall, twins, similarity }: PapersResult): Record<string, string> {
  const sweep = (rows: readonly PaperRow[], value: (row: PaperRow) => number | null) =>
    curves(rows.filter(({ ratio }) => ratio !== null)).map(({ method }) => ({
      name: method,
      stressed: method === HEARTH,
      points: rows
        .filter((row) => row.method === method && row.ratio !== null)
        .map((row) => [layersOf(row), value(row) ?? Number.NaN] as const)
        .sort((a, b) => a[0] - b[0]),
    }));
  const shares: Axis = { label: 'wrong facts', scale: 'percent' };
  const kl: Axis = { label: 'mean KL from a full prefill', scale: 'log' };
  const plots: Record<string, string> = {
    'as-full': lineChart({
      title: 'Answers as by a full prefill, all texts',
      x: LAYERS,
      y: AS_FULL,
      series: sweep(overall, (row) => row.identical),
    }),
    kl: lineChart({ title: 'Divergence, all texts', x: LAYERS, y: kl, series: sweep(overall, (row) => row.meanKl) }),
    'wrong-facts': lineChart({
      title: 'Wrong facts on twins',
      x: LAYERS,
      y: shares,
      series: sweep(twins, (row) => row.wrongFact),
    }),
  };
  for (const change of CHANGES) {
    const x: Axis = { label: `sentences ${change}`, scale: 'percent' };
    const series = methodsOf(similarity)
      .filter((name) => !NOT_PLOTTED.includes(name))
      .map((name) => ({
        name,
        stressed: name.startsWith(HEARTH),
        points: LEVELS.flatMap((level) => {
          const row = rowAt(similarity, name, similarityGroup(change, level));
          return row === undefined ? [] : [[level, row.identical] as const];
        }),
      }));
    plots[`similarity-${change}`] = lineChart({
      title: `Answers as by a full prefill, sentences ${change}`,
      x,
      y: AS_FULL,
      series,
    });
  }
  return plots;
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

/** A plot of more lines cannot be read. */
const NOT_PLOTTED: readonly string[] = [
  FULL,
  'exact prefix',
  'llama.cpp --cache-reuse',
  'KVShare v2, prefill and decode',
  'SemShareKV, all rows kept',
  VERIFIED,
];

function methodsOf(rows: readonly PaperRow[]): string[] {
  return [...new Set(rows.map(({ method }) => method))];
}

function rowAt(rows: readonly PaperRow[], method: string, group: string): PaperRow | undefined {
  return rows.find((row) => row.method === method && row.group === group);
}

function section(title: string, lines: readonly string[]): string[] {
  return [`## ${title}`, '', ...lines, ''];
}

function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = [columns.map(([head]) => head), ...rows.map((row) => columns.map(([, value]) => value(row)))];
  const widths = columns.map((_, at) => Math.max(3, ...cells.map((line) => line[at]!.length)));
  const pad = (line: readonly string[]) =>
    `| ${line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const [head, ...body] = cells.map(pad);
  return [head!, rule, ...body];
}

function named(method: string, ratio: number | null): string {
  return ratio === null ? method : `${method} ${percent(ratio, 0)}`;
}

function percent(value: number | null, digits = 1): string {
  return value === null ? '-' : `${(100 * value).toFixed(digits)} %`;
}
