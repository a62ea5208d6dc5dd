// Runs the cases of one workload after another and keeps what is finished in a file, so that a long run that is cut
// loses one workload at most. What a case is, and what its outcomes say, the scenarios know.

import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BenchFailure } from './request.ts';
import type { BenchRequest } from './request.ts';
import { resultFile } from './results.ts';
import { stampOf } from './stamp.ts';

export interface Job<Outcome> {
  name: string;
  /** Cases to run. */
  wanted: number;
  /** Case number `index`; null: it does not fit into the model's context. */
  run: (index: number) => Promise<Outcome[] | null>;
}

export interface JobOutcomes<Outcome> {
  /** By the names of the jobs, in their order. */
  outcomes: Map<string, Outcome[]>;
  isCut: boolean;
}

/** Cases that may be skipped before a workload is given up, beside as many as are wanted. */
const MOST_TOO_LONG = 20;
const PROGRESS_MS = 20_000;

/** `clear` empties the cache: the cases of a workload share it, so that each finds what the others left as well. */
export async function runJobs<Outcome>(
  request: BenchRequest,
  jobs: readonly Job<Outcome>[],
  clear: () => void,
): Promise<JobOutcomes<Outcome>> {
  const chosen = chosenOf(jobs, request.workloads, 'workload');
  const signal = request.endEarly?.() ?? new AbortController().signal;
  const journal = await Journal.open<Outcome>(request);
  const outcomes = new Map<string, Outcome[]>();
  for (const [at, job] of chosen.entries()) {
    if (signal.aborted) break;
    const place = `${request.name}: ${at + 1}/${chosen.length} ${job.name}`;
    const known = journal?.finished.get(job.name);
    if (known !== undefined) process.stderr.write(`${place}, from the run before\n`);
    if (known === undefined) clear();
    const own = known ?? (await runJob(job, { place, signal }));
    outcomes.set(job.name, own);
    if (known === undefined && !signal.aborted) journal?.keep(job.name, own);
  }
  if (!signal.aborted) journal?.remove();
  return { outcomes, isCut: signal.aborted };
}

/** All that were named, or all; a name may be the beginning of several. Throws where a name fits none. */
export function chosenOf<Named extends { name: string }>(
  all: readonly Named[],
  names: readonly string[] | undefined,
  what: string,
): Named[] {
  if (names === undefined) return [...all];
  const fits = (name: string, wanted: string) => name.toLowerCase().startsWith(wanted.toLowerCase());
  const unknown = names.find((wanted) => !all.some(({ name }) => fits(name, wanted)));
  if (unknown !== undefined) {
    const known = [...new Set(all.map(({ name }) => name))].join(', ');
    throw new BenchFailure(`There is no ${what} ${unknown}. Known: ${known}.`, { usage: true });
  }
  return all.filter(({ name }) => names.some((wanted) => fits(name, wanted)));
}

async function runJob<Outcome>(
  { name, wanted, run }: Job<Outcome>,
  { place, signal }: { place: string; signal: AbortSignal },
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const startedAt = performance.now();
  let shownAt = -Infinity;
  for (let index = 0, done = 0; done < wanted && !signal.aborted; index++) {
    if (performance.now() - shownAt > PROGRESS_MS) {
      shownAt = performance.now();
      const seconds = Math.round((shownAt - startedAt) / 1000);
      process.stderr.write(`${place}, ${done} of ${wanted} prompts, ${seconds} s\n`);
    }
    const ran = await run(index);
    if (ran !== null) done++;
    else if (index - done > MOST_TOO_LONG + wanted) {
      throw new BenchFailure(`Most prompts of ${name} are too long for this model.`, { usage: false });
    }
    outcomes.push(...(ran ?? []));
  }
  return outcomes;
}

/** Finished workloads, one JSON text a line, behind a line that says what they were measured of. */
class Journal<Outcome> {
  readonly finished = new Map<string, Outcome[]>();
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Null where results have no place. */
  static async open<Outcome>(request: BenchRequest): Promise<Journal<Outcome> | null> {
    const { weights, settings } = await stampOf(request);
    const file = resultFile(request, `${request.name}.local/${settings.slice(0, 8)}.jobs`);
    if (file === null) return null;
    const journal = new Journal<Outcome>(file);
    mkdirSync(dirname(file), { recursive: true });
    const first = JSON.stringify({ weights, settings });
    const lines = request.resume === true && existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    // A line that was cut off does not end like this.
    const taken = lines[0] === first ? lines.slice(1).filter((line) => line.endsWith(']}')) : [];
    for (const line of taken) {
      const { job, outcomes } = JSON.parse(line) as { job: string; outcomes: Outcome[] };
      journal.finished.set(job, outcomes);
    }
    writeFileSync(file, `${[first, ...taken].join('\n')}\n`);
    return journal;
  }

  keep(job: string, outcomes: readonly Outcome[]): void {
    appendFileSync(this.#file, `${JSON.stringify({ job, outcomes })}\n`);
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }
}
