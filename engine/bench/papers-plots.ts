// The figures of scenario `papers` as plots. Pure.

import { lineChart } from './papers-chart.ts';
import type { Axis } from './papers-chart.ts';
import type { PapersResult } from './papers.ts';
import { COMPACT, FULL, HEARTH, VERIFIED } from './papers-methods.ts';
import { methodsOf, rowAt } from './papers-report.ts';
import { curves, layersOf } from './papers-rows.ts';
import type { PaperRow } from './papers-rows.ts';
import { CHANGES, LEVELS, similarityGroup } from './papers-workloads.ts';

const LAYERS: Axis = { label: 'token-layers of a full prefill, selection and repair included', scale: 'percent' };
const AS_FULL: Axis = { label: 'answers as by a full prefill', scale: 'percent' };

/** A plot of more lines cannot be read. */
const NOT_PLOTTED: readonly string[] = [
  FULL,
  'exact prefix',
  'llama.cpp --cache-reuse',
  'KVShare v2, prefill and decode',
  'KVShare v2, prefill and bursts',
  'SemShareKV, all rows kept',
  COMPACT,
  VERIFIED,
];

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
  // A run of some workloads only may have none of these texts.
  for (const change of similarity.length === 0 ? [] : CHANGES) {
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
