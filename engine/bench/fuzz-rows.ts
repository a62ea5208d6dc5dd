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
  /** When a quarter of the rounds was over: what comes before is warming up. */
  warm: number;
  last: number;
  most: number;
  /** Of a straight line from there on. */
  perThousandRounds: number;
  /** How far the looks are from that line: one standard deviation. */
  scatter: number;
  /** `level`: the line rises by no more than its looks scatter. Memory wanders: short stretches rise and fall by as much. */
  verdict: 'level' | 'rising' | 'too short to tell';
}

export interface FuzzSummary extends FuzzCounts, FuzzEnd {
  seed: number;
  memory: Record<'rss' | 'heap' | 'heapPages' | 'external' | 'native', Course>;
  /** Between two looks, garbage included. */
  mostResidentMb: number;
  mostCacheOnDiskMb: number;
  quotaMb: number;
  /** What went wrong, with its round: the first few. */
  problems: string[];
}

/** The young generation of the heap grows for some 900 rounds. */
const WARM_UP_SHARE = 0.25;
/** In fewer rounds that, and compiling, is most of what there is to see. */
const LEAST_ROUNDS = 1000;

export function courseOf(points: readonly FuzzPoint[], figure: keyof Footprint): Course {
  const values = points.map((point) => point[figure]);
  const late = points.slice(Math.floor(points.length * WARM_UP_SHARE));
  const { slope, scatter } = lineThrough(late.map((point) => [point.round, point[figure]]));
  const [start, end] = [late[0]?.round ?? 0, late.at(-1)?.round ?? 0];
  const isLevel = slope * (end - start) <= scatter;
  return {
    first: values[0] ?? 0,
    warm: late[0]?.[figure] ?? 0,
    last: values.at(-1) ?? 0,
    most: Math.max(0, ...values),
    perThousandRounds: rounded(1000 * slope),
    scatter: rounded(scatter),
    verdict: end < LEAST_ROUNDS ? 'too short to tell' : isLevel ? 'level' : 'rising',
  };
}

/** The straight line with the least squares, and the standard deviation from it; 0 and 0 where there is none. */
function lineThrough(points: readonly (readonly [x: number, y: number])[]): { slope: number; scatter: number } {
  const middleX = mean(points.map(([x]) => x)) ?? 0;
  const middleY = mean(points.map(([, y]) => y)) ?? 0;
  const spread = points.reduce((sum, [x]) => sum + (x - middleX) ** 2, 0);
  if (spread === 0) return { slope: 0, scatter: 0 };
  const slope = points.reduce((sum, [x, y]) => sum + (x - middleX) * (y - middleY), 0) / spread;
  const squares = points.map(([x, y]) => (y - middleY - slope * (x - middleX)) ** 2);
  return { slope, scatter: Math.sqrt(mean(squares) ?? 0) };
}

/** A few lines for a person. */
export function describeFuzz(summary: FuzzSummary): string[] {
  const { memory, problems } = summary;
  const line = (name: string, { first, warm, last, perThousandRounds, scatter, verdict }: Course) =>
    `${name}: ${first} MB at first, ${warm} MB after a quarter, ${last} MB at the end; from the quarter on ` +
    `${perThousandRounds < 0 ? '' : '+'}${perThousandRounds} MB per 1,000 rounds, looks scatter by ${scatter} MB: ${verdict}`;
  return [
    `${summary.rounds} rounds: ${summary.answers} answers (${summary.approximate} from approximate rows, ` +
      `${summary.stopped} stopped), ${summary.reusedTokens} tokens reused, ${summary.edits} documents changed, ` +
      `${summary.evictions} blocks evicted, ${summary.restarts} restarts`,
    `${summary.compared} answers that must be those of off: ${summary.different} different`,
    `${summary.brokenReports} broken reports, ${summary.damagedBlocks} damaged blocks, ` +
      `${summary.blocksInUseAtTheEnd} blocks still held, ` +
      `cache ${summary.cleanAtTheEnd ? 'clean' : 'not clean'} at the end`,
    line('resident memory', memory.rss),
    line('of it JavaScript objects', memory.heap),
    line('their heap, with room for more', memory.heapPages),
    line('buffers beside it', memory.external),
    line('all else', memory.native),
    `most at any moment ${summary.mostResidentMb} MB; cache on disk at most ${summary.mostCacheOnDiskMb} MB ` +
      `of ${summary.quotaMb} MB`,
    `verdict: ${holds(summary) ? 'integrity holds' : 'INTEGRITY IS BROKEN'}; memory: ${memory.rss.verdict}`,
    ...problems,
  ];
}

/** Nothing was different, nothing broken or damaged, and nothing is held by anybody any more. */
function holds({ different, brokenReports, damagedBlocks, cleanAtTheEnd, blocksInUseAtTheEnd }: FuzzSummary): boolean {
  return cleanAtTheEnd && different + brokenReports + damagedBlocks + blocksInUseAtTheEnd === 0;
}
