// What a run of `fuzz` counted, what became of memory over it, and both in words. Pure.

import type { Footprint } from './fuzz-memory.ts';
import { mean, rounded } from './statistics.ts';

/** What was held after so many rounds. */
export interface FuzzPoint extends Footprint {
  round: number;
  restarts: number;
}

export interface FuzzCounts {
  rounds: number;
  restarts: number;
  edits: number;
  answers: number;
  stopped: number;
  /** Answers from rows that were moved, edited or similar, verified ones included. */
  approximate: number;
  /** Answers that called themselves exact, or were verified, and were compared with `off`. */
  compared: number;
  /** Of those, the ones that were not what `off` answers. */
  different: number;
  /** Reports whose spans do not cover the prompt in order. */
  brokenReports: number;
  reusedTokens: number;
}

export interface FuzzEnd {
  evictions: number;
  damagedBlocks: number;
  cleanAtTheEnd: boolean;
  blocksInUseAtTheEnd: number;
}

/** Of one figure over the run, in MB. */
export interface Course {
  first: number;
  half: number;
  last: number;
  most: number;
  /** Of a straight line through the second half. */
  perThousandRounds: number;
}

export interface FuzzSummary extends FuzzCounts, FuzzEnd {
  seed: number;
  memory: Record<'rss' | 'heap' | 'external', Course>;
  /** Between two looks, garbage included. */
  mostResidentMb: number;
  mostCacheOnDiskMb: number;
  quotaMb: number;
  /** What went wrong, with its round: the first few. */
  problems: string[];
}

export function courseOf(points: readonly FuzzPoint[], figure: keyof Footprint): Course {
  const values = points.map((point) => point[figure]);
  const late = points.slice(Math.floor(points.length / 2));
  return {
    first: values[0] ?? 0,
    half: late[0]?.[figure] ?? 0,
    last: values.at(-1) ?? 0,
    most: Math.max(0, ...values),
    perThousandRounds: rounded(1000 * slope(late.map((point) => [point.round, point[figure]]))),
  };
}

/** Of the straight line with the least squares; 0 where there is none. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const middleX = mean(points.map(([x]) => x)) ?? 0;
  const middleY = mean(points.map(([, y]) => y)) ?? 0;
  const spread = points.reduce((sum, [x]) => sum + (x - middleX) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - middleX) * (y - middleY), 0) / spread;
}

/** A few lines for a person. */
export function describeFuzz(summary: FuzzSummary): string[] {
  const { memory, problems } = summary;
  const line = (name: string, { first, half, last, perThousandRounds }: Course) =>
    `${name}: ${first} MB at first, ${half} MB at the half, ${last} MB at the end; ` +
    `over the second half ${perThousandRounds < 0 ? '' : '+'}${perThousandRounds} MB per 1,000 rounds`;
  return [
    `${summary.rounds} rounds: ${summary.answers} answers (${summary.approximate} from approximate rows, ` +
      `${summary.stopped} stopped), ${summary.reusedTokens} tokens reused, ${summary.edits} documents changed, ` +
      `${summary.evictions} blocks evicted, ${summary.restarts} restarts`,
    `${summary.compared} answers that must be those of off: ${summary.different} different`,
    `${summary.brokenReports} broken reports, ${summary.damagedBlocks} damaged blocks, ` +
      `${summary.blocksInUseAtTheEnd} blocks still held, ` +
      `cache ${summary.cleanAtTheEnd ? 'clean' : 'not clean'} at the end`,
    line('resident memory', memory.rss),
    line('JavaScript heap', memory.heap),
    line('buffers beside it', memory.external),
    `most at any moment ${summary.mostResidentMb} MB; cache on disk at most ${summary.mostCacheOnDiskMb} MB ` +
      `of ${summary.quotaMb} MB`,
    ...problems,
  ];
}
