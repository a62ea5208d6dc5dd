// Scenario `papers`: the methods of published papers and policy `hearth` on the same prompts, as published and at equal
// shares of rows computed again; and as published on documents that resemble the earlier one less and less. Texts are
// compared by exact match and ROUGE-L; BLEU is left out, because no well-kept library for it was found.

import { describeMachine } from './machine.ts';
import { PaperBench } from './papers-bench.ts';
import { FULL, PUBLISHED, SWEEP } from './papers-methods.ts';
import type { PaperMethod } from './papers-methods.ts';
import { ALL, atEqualLayers, curves, duels, lostCases, paperRows } from './papers-rows.ts';
import type { Duel, EqualCost, LostCase, PaperOutcome, PaperRow } from './papers-rows.ts';
import { runPaperCase } from './papers-run.ts';
import {
  CHANGES,
  LEVELS,
  PAPER_WORKLOADS,
  paperCase,
  similarityCase,
  similarityGroup,
  TWINS,
} from './papers-workloads.ts';
import { chosenOf, runJobs } from './quality-jobs.ts';
import type { Job } from './quality-jobs.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { PAPERS } from './scenarios.ts';

export interface PapersResult extends BenchResult<PaperRow> {
  /** Of all workloads together, and of the twins among them. */
  overall: PaperRow[];
  twins: PaperRow[];
  similarity: PaperRow[];
  duels: Duel[];
  equalCost: EqualCost[];
  lost: LostCase[];
}

export async function runPapers(request: BenchRequest): Promise<PapersResult> {
  const methods = chosenOf([...PUBLISHED, ...SWEEP], request.methods, 'method');
  const bench = await PaperBench.open(request, methods);
  try {
    const { texts, resembling } = jobsOf(bench, methods, request);
    const ran = await runJobs(request, [...texts, ...resembling], () => bench.main.cache.remove({}));
    const of = (jobs: readonly Job<PaperOutcome>[]) => jobs.flatMap(({ name }) => ran.outcomes.get(name) ?? []);
    return {
      name: request.name,
      machine: describeMachine(),
      model: bench.main.loaded.summary.name,
      ...figuresOf(of(texts)),
      similarity: paperRows(of(resembling)),
      lost: lostCases([...of(texts), ...of(resembling)], FULL),
      ...(ran.isCut ? { isCut: true } : {}),
    };
  } finally {
    await bench.close();
  }
}

interface PaperJobs {
  texts: Job<PaperOutcome>[];
  resembling: Job<PaperOutcome>[];
}

function jobsOf(bench: PaperBench, methods: readonly PaperMethod[], { quick, limit }: BenchRequest): PaperJobs {
  const prompts = limit ?? (quick ? PAPERS.quickPrompts : PAPERS.prompts);
  const similar = limit ?? (quick ? PAPERS.quickSimilarPrompts : PAPERS.similarPrompts);
  const published = methods.filter(({ ratio }) => ratio === null);
  const texts = PAPER_WORKLOADS.map((name) => ({
    name,
    wanted: prompts,
    run: (index: number) => runPaperCase(bench, paperCase(name, index, PAPERS.seed), methods),
  }));
  const resembling = CHANGES.flatMap((change) =>
    LEVELS.map((level) => ({
      name: similarityGroup(change, level),
      wanted: similar,
      run: (index: number) => runPaperCase(bench, similarityCase({ change, level }, index, PAPERS.seed), published),
    })),
  );
  // Where nothing has changed, one kind of change is as good as the other.
  return { texts, resembling: [...new Map(resembling.map((job) => [job.name, job])).values()] };
}

function figuresOf(
  outcomes: readonly PaperOutcome[],
): Omit<PapersResult, 'name' | 'machine' | 'model' | 'similarity' | 'lost'> {
  const rows = paperRows(outcomes);
  const overall = paperRows(outcomes, () => ALL);
  const groups = Map.groupBy([...overall, ...rows], ({ group }) => group);
  const isTwin = ({ group }: PaperOutcome) => TWINS.some((name) => name === group);
  return {
    rows,
    overall,
    twins: paperRows(outcomes.filter(isTwin), () => 'twins'),
    duels: [...duels(outcomes, () => ALL), ...duels(outcomes)],
    equalCost: [...groups].flatMap(([group, own]) => atEqualLayers(group, curves(own))),
  };
}
