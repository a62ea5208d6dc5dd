// The figures of scenario `papers-ttft` for a person: a Markdown page and its plots. Pure.

import { lineChart } from './papers-chart.ts';
import { COMPACT, FULL, HEARTH } from './papers-methods.ts';
import type { LengthRow } from './papers-lengths-rows.ts';
import { percent, section, table, times } from './papers-table.ts';
import type { Column } from './papers-table.ts';
import type { BenchResult } from './request.ts';

const COLUMNS: readonly Column<LengthRow>[] = [
  ['method', ({ method }) => method],
  ['tokens', ({ promptTokens }) => String(promptTokens)],
  ['TTFT ms', ({ ttftMs }) => ttftMs.toFixed(1)],
  ['sooner than full', ({ ratio }) => times(ratio)],
  ['at least', ({ leastRatio }) => times(leastRatio)],
  ['token-layers', ({ prefillLayers }) => percent(prefillLayers)],
  ['KV MiB', ({ kvMiB }) => kvMiB.toFixed(1)],
  ['of full', ({ kvShare }) => percent(kvShare)],
  ['of plain', ({ kvOfPlain }) => percent(kvOfPlain)],
];

export function describeLengths({ rows }: BenchResult<LengthRow>): string[] {
  return table(COLUMNS, rows);
}

export function lengthsPage(result: BenchResult<LengthRow>, plots: readonly string[]): string {
  const { machine, model, rows } = result;
  return [
    '# Time to the first token and memory, by the length of the prompt',
    '',
    `Model ${model} on ${machine.cores} cores (${machine.cpu}). Made by \`hearth bench papers-ttft\`: a document is read again behind`,
    'another system text; all methods in turn at the same prompt, medians. What is reused is planned by token-layers.',
    '_KV_: most keys and values held at once. _of full_: of what a full prefill holds here, which keeps unrotated keys for',
    'the cache beside the others, and room to grow. _of plain_: of the keys and values of the prompt alone, each once.',
    '',
    ...plots.map((plot) => `![${plot}](${plot})`),
    '',
    ...[...Map.groupBy(rows, ({ wanted }) => wanted).values()].flatMap((own) =>
      section(`${own[0]!.promptTokens} tokens`, table(COLUMNS, own)),
    ),
  ].join('\n');
}

/** A plot of more lines cannot be read. */
const NOT_PLOTTED: readonly string[] = [
  'exact prefix',
  'llama.cpp --cache-reuse',
  'KVShare v2, prefill and decode',
  'KVShare v2, prefill and bursts',
  'SemShareKV, all rows kept',
];
/** All others hold what a full prefill holds. */
const MEMORY_PLOTTED: readonly string[] = [FULL, 'SemShareKV', 'SemShareKV, all rows kept', COMPACT];

export function lengthsPlots({ rows }: BenchResult<LengthRow>): Record<string, string> {
  const names = [...new Set(rows.map(({ method }) => method))];
  const series = (accept: (name: string) => boolean, value: (row: LengthRow) => number) =>
    names.filter(accept).map((name) => ({
      name,
      stressed: name.startsWith(HEARTH),
      points: rows.filter(({ method }) => method === name).map((row) => [row.promptTokens, value(row)] as const),
    }));
  const x = { label: 'tokens of the prompt', scale: 'number' } as const;
  return {
    ttft: lineChart({
      title: 'Time to the first token',
      x,
      y: { label: 'milliseconds', scale: 'log' },
      series: series(
        (name) => !NOT_PLOTTED.includes(name),
        ({ ttftMs }) => ttftMs,
      ),
    }),
    memory: lineChart({
      title: 'Most keys and values held at once',
      x,
      y: { label: 'of the keys and values of the prompt', scale: 'percent' },
      series: series(
        (name) => MEMORY_PLOTTED.includes(name),
        ({ kvOfPlain }) => kvOfPlain,
      ),
    }),
  };
}
