// Scenario `papers`: the methods of published papers and policy `hearth` on the same prompts, as published and at equal
// shares of rows computed again; and as published on documents that resemble the earlier one less and less.

import { BenchModel } from './bench-model.ts';
import { describeMachine } from './machine.ts';
import { FULL, PUBLISHED, SWEEP } from './papers-methods.ts';
import type { PaperMethod } from './papers-methods.ts';
import { ALL, atEqualLayers, curves, duels, lostCases, paperRows } from './papers-rows.ts';
import type { Duel, EqualCost, LostCase, PaperOutcome, PaperRow } from './papers-rows.ts';
import { runPaperCase } from './papers-run.ts';
import { CHANGES, LEVELS, PAPER_WORKLOADS, paperCase, similarityCase, TWINS } from './papers-workloads.ts';
import type { PaperCase } from './papers-workloads.ts';
import { BenchFailure } from './request.ts';
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

/** Prompts that may be skipped before a text is given up, beside as many as are wanted. */
const MOST_TOO_LONG = 20;

export async function runPapers(request: BenchRequest): Promise<PapersResult> {
  const { quick, limit } = request;
  const prompts = limit ?? (quick ? PAPERS.quickPrompts : PAPERS.prompts);
  const similar = limit ?? (quick ? PAPERS.quickSimilarPrompts : PAPERS.similarPrompts);
  const bench = await BenchModel.open(request);
  const run = (name: string, wanted: number, draw: (index: number) => PaperCase, methods: readonly PaperMethod[]) => {
    process.stderr.write(`papers: ${wanted} prompts of ${name}\n`);
    return runCases(bench, { name, wanted, draw, methods });
  };
  try {
    const outcomes: PaperOutcome[] = [];
    for (const name of PAPER_WORKLOADS) {
      const draw = (index: number) => paperCase(name, index, PAPERS.seed);
      outcomes.push(...(await run(name, prompts, draw, [...PUBLISHED, ...SWEEP])));
    }
    const resembling: PaperOutcome[] = [];
    for (const change of CHANGES) {
      for (const level of LEVELS) {
        const draw = (index: number) => similarityCase({ change, level }, index, PAPERS.seed);
        resembling.push(...(await run(`${change} ${level}`, similar, draw, PUBLISHED)));
      }
    }
    return {
      name: request.name,
      machine: describeMachine(),
      model: bench.loaded.summary.name,
      ...figuresOf(outcomes),
      similarity: paperRows(resembling),
      lost: lostCases([...outcomes, ...resembling], FULL),
    };
  } finally {
    await bench.close();
  }
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

interface Job {
  name: string;
  wanted: number;
  draw: (index: number) => PaperCase;
  methods: readonly PaperMethod[];
}

/** The cases share a cache, so that each finds what the others left as well. */
async function runCases(bench: BenchModel, { name, wanted, draw, methods }: Job): Promise<PaperOutcome[]> {
  bench.cache.remove({});
  const outcomes: PaperOutcome[] = [];
  for (let index = 0, done = 0; done < wanted; index++) {
    const ran = await runPaperCase(bench, draw(index), methods);
    if (ran !== null) done++;
    else if (index - done > MOST_TOO_LONG + wanted) {
      throw new BenchFailure(`Most prompts of ${name} are too long for this model.`, { usage: false });
    }
    outcomes.push(...(ran ?? []));
  }
  return outcomes;
}
