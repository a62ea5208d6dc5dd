// Scenario `papers-budgets`: ways to spend a fixed share of token-layers on moved and edited text, so that what policy
// `hearth` computes again can be chosen by figures. What others do at the same cost stands beside them.

import { describeMachine } from './machine.ts';
import { PaperBench } from './papers-bench.ts';
import { atBudget, BUDGETED, FIXED } from './papers-compositions.ts';
import type { Composition } from './papers-compositions.ts';
import { FULL, HEARTH, method, PUBLISHED } from './papers-methods.ts';
import type { PaperMethod } from './papers-methods.ts';
import { METHOD_COLUMNS } from './papers-report.ts';
import { ALL, paperRows } from './papers-rows.ts';
import type { PaperOutcome, PaperRow } from './papers-rows.ts';
import { runPaperCase } from './papers-run.ts';
import { table } from './papers-table.ts';
import { paperCase, TWINS } from './papers-workloads.ts';
import { chosenOf, runJobs } from './quality-jobs.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { PAPERS } from './scenarios.ts';
import type { WorkloadName } from './workloads.ts';

const WORKLOADS: readonly WorkloadName[] = ['moved', 'swapped', ...TWINS];
/** For comparison, as they come. */
const BESIDE: readonly string[] = ['moved, no repair', 'EPIC-16', `${HEARTH} balanced`, `${HEARTH} fast`];

export interface BudgetsResult extends BenchResult<PaperRow> {
  /** Of all workloads together. */
  overall: PaperRow[];
}

export async function runBudgets(request: BenchRequest): Promise<BudgetsResult> {
  const { quick, limit } = request;
  const wanted = limit ?? (quick ? PAPERS.quickBudgetPrompts : PAPERS.budgetPrompts);
  const methods = chosenOf(methodsAt(quick ? PAPERS.quickBudgets : PAPERS.budgets), request.methods, 'method');
  const bench = await PaperBench.open(request, methods);
  try {
    const jobs = WORKLOADS.map((name) => ({
      name,
      wanted,
      run: (index: number) => runPaperCase(bench, paperCase(name, index, PAPERS.seed), methods),
    }));
    const ran = await runJobs<PaperOutcome>(request, jobs, () => bench.main.cache.remove({}));
    const outcomes = [...ran.outcomes.values()].flat();
    return {
      name: request.name,
      machine: describeMachine(),
      model: bench.main.loaded.summary.name,
      rows: paperRows(outcomes),
      overall: paperRows(outcomes, () => ALL),
      ...(ran.isCut ? { isCut: true } : {}),
    };
  } finally {
    await bench.close();
  }
}

function methodsAt(budgets: readonly number[]): PaperMethod[] {
  const beside = PUBLISHED.filter(({ name }) => BESIDE.includes(name));
  const of = (composition: Composition, share: number | null) =>
    method(composition.name, atBudget(composition, share), {
      ratio: share,
      deviationAlone: composition.deviationAlone ?? false,
    });
  return [
    ...beside,
    ...FIXED.map((composition) => of(composition, null)),
    ...budgets.flatMap((share) => BUDGETED.map((composition) => of(composition, share))),
  ];
}

/** Best first, by the budget. */
export function describeBudgets({ overall }: BudgetsResult): string[] {
  const rows = overall.filter((row) => row.method !== FULL);
  return [...Map.groupBy(rows, ({ ratio }) => ratio).values()].flatMap((own) => [
    ...table(
      METHOD_COLUMNS,
      own.toSorted((a, b) => b.identical - a.identical || (a.meanKl ?? 0) - (b.meanKl ?? 0)),
    ),
    '',
  ]);
}
