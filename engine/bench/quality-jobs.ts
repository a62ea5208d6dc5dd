// Runs the cases of one workload after another and keeps what is finished in files, so that a long run that is cut
// loses one workload at most, and may be made in parts, also at the same time: some workloads in each, and a last run
// that resumes them all. What a case is, and what its outcomes say, the scenarios know.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BenchFailure } from './request.ts';
import type { BenchRequest } from './request.ts';
import { resultFile } from './results.ts';
import { stampOf } from './stamp.ts';
import type { Stamp } from './stamp.ts';

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

type Finished<Outcome> = Stamp & { outcomes: Outcome[] };

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
  if (request.resume !== true) journal?.forget(chosen);
  const outcomes = new Map<string, Outcome[]>();
  for (const [at, job] of chosen.entries()) {
    if (signal.aborted) break;
    const place = `${request.name}: ${at + 1}/${chosen.length} ${job.name}`;
    const known = journal?.finished(job.name);
    if (known !== undefined) process.stderr.write(`${place}, from the run before\n`);
    if (known === undefined) clear();
    const own = known ?? (await runJob(job, { place, signal }));
    outcomes.set(job.name, own);
    if (known === undefined && !signal.aborted) journal?.keep(job.name, own);
  }
  if (!signal.aborted && chosen.length === jobs.length) journal?.forget(jobs);
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

/** Finished workloads, each in a file of its own, with what they were measured of. */
class Journal<Outcome> {
  readonly #stamp: Stamp;
  readonly #fileOf: (job: string) => string;

  private constructor(stamp: Stamp, fileOf: (job: string) => string) {
    this.#stamp = stamp;
    this.#fileOf = fileOf;
  }

  /** Null where results have no place. */
  static async open<Outcome>(request: BenchRequest): Promise<Journal<Outcome> | null> {
    const stamp = await stampOf(request);
    const fileOf = (job: string) => resultFile(request, `${request.name}.local/${stamp.settings.slice(0, 8)}/${job}`);
    return fileOf('') === null ? null : new Journal<Outcome>(stamp, (job) => fileOf(job)!);
  }

  /** Undefined: not finished, or measured of something else. */
  finished(job: string): Outcome[] | undefined {
    const file = this.#fileOf(job);
    if (!existsSync(file)) return undefined;
    const { weights, settings, outcomes } = JSON.parse(readFileSync(file, 'utf8')) as Finished<Outcome>;
    return weights === this.#stamp.weights && settings === this.#stamp.settings ? outcomes : undefined;
  }

  keep(job: string, outcomes: readonly Outcome[]): void {
    const file = this.#fileOf(job);
    mkdirSync(dirname(file), { recursive: true });
    // Whole or not at all, should the run be cut here.
    writeFileSync(`${file}.new`, JSON.stringify({ ...this.#stamp, outcomes }));
    renameSync(`${file}.new`, file);
  }

  forget(jobs: readonly { name: string }[]): void {
    for (const { name } of jobs) rmSync(this.#fileOf(name), { force: true });
  }
}
