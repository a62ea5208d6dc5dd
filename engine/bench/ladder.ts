// Scenario `ladder`: what moved, edited and similar text costs in quality. Every prompt is answered by `off`, by exact
// prefixes, at each quality, verified, and with stale rows, in one run; the answers are compared with those of `off`
// and with what the document says. Scenario `ladder-ablations` takes the ideas of policy `hearth` away one at a time.

import { BenchModel } from './bench-model.ts';
import { ABLATIONS, LADDER_WAYS } from './ladder-policies.ts';
import type { ReuseWay } from './ladder-policies.ts';
import { ladderRows, turnedWrong, verifiedDifferences } from './ladder-rows.ts';
import type { LadderOutcome, LadderRow, TurnedWrong, VerifiedAnswers } from './ladder-rows.ts';
import { describeMachine } from './machine.ts';
import { chosenOf, runJobs } from './quality-jobs.ts';
import { runCase } from './quality.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { QUALITY } from './scenarios.ts';
import { qualityCase, WORKLOADS } from './workloads.ts';
import type { WorkloadName } from './workloads.ts';

export interface LadderResult extends BenchResult<LadderRow> {
  verified: VerifiedAnswers;
  turnedWrong: TurnedWrong[];
}

export function runLadder(request: BenchRequest): Promise<LadderResult> {
  const { quick, limit } = request;
  const prompts = limit ?? (quick ? QUALITY.quickPrompts : QUALITY.prompts);
  return run(
    request,
    WORKLOADS.map((workload) => ({ workload, ways: LADDER_WAYS, prompts })),
  );
}

export function runAblations(request: BenchRequest): Promise<LadderResult> {
  const { quick, limit } = request;
  const prompts = limit ?? (quick ? QUALITY.quickAblationPrompts : QUALITY.ablationPrompts);
  const jobs = WORKLOADS.map((workload) => {
    const ways = ABLATIONS.filter(({ workloads }) => workloads.includes(workload)).map(({ way }) => way);
    return { workload, ways, prompts };
  });
  return run(
    request,
    jobs.filter(({ ways }) => ways.length > 0),
  );
}

interface LadderJob {
  workload: WorkloadName;
  ways: readonly ReuseWay[];
  prompts: number;
}

async function run(request: BenchRequest, jobs: readonly LadderJob[]): Promise<LadderResult> {
  const bench = await BenchModel.open(request);
  try {
    const ran = await runJobs<LadderOutcome>(
      request,
      jobs.map(({ workload, ways, prompts }) => ({
        name: workload,
        wanted: prompts,
        run: (index) =>
          runCase(bench, qualityCase(workload, index, QUALITY.seed), chosenOf(ways, request.methods, 'way')),
      })),
      () => bench.cache.remove({}),
    );
    const outcomes = [...ran.outcomes.values()].flat();
    return {
      name: request.name,
      machine: describeMachine(),
      model: bench.loaded.summary.name,
      rows: ladderRows(outcomes),
      verified: verifiedDifferences(outcomes),
      turnedWrong: turnedWrong(outcomes),
      ...(ran.isCut ? { isCut: true } : {}),
    };
  } finally {
    await bench.close();
  }
}
