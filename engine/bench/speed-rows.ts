// The rows of scenario `speed`: medians of its turns by how they were computed, and what that gains over `off`. Pure.

import type { TimeSplit, TokenOrigins, TurnReport } from '../contract/chat.ts';
import { median, rounded } from './statistics.ts';

/** Turns of each kind, in the order in which they ran. */
export type SpeedRuns = { off: TurnReport[] } & Partial<Record<ComparedKind, TurnReport[]>>;

type ComparedKind = 'exact' | 'balanced' | 'fast' | 'miss';
const COMPARED: readonly ComparedKind[] = ['exact', 'balanced', 'fast', 'miss'];

/** Medians over the rounds. */
interface SpeedFigures {
  ttftMs: number;
  time: TimeSplit;
  tokens: TokenOrigins;
  recomputed: number;
  tokenLayers: number;
}

type ComparedFigures = SpeedFigures & {
  /** How many times sooner the first token came than with `off`: of the medians, and the least of any round. */
  ratio: number;
  leastRatio: number;
};

export interface SpeedRow {
  /** What the rows of moved text were computed behind; `none`: nothing was there to be moved. */
  donor: 'other' | 'canonical' | 'none';
  promptTokens: number;
  rounds: number;
  off: SpeedFigures;
  exact?: ComparedFigures;
  balanced?: ComparedFigures;
  fast?: ComparedFigures;
  /**
   * Text that was never read. `slowdown`: median over the rounds of its time in that of `off` on the same prompt, and
   * `middleHalf` where half of the rounds lie; `searchShare`: what looking for rows took, in the time of `off`.
   */
  miss?: ComparedFigures & { slowdown: number; middleHalf: [number, number]; searchShare: number };
}

export function speedRow(donor: SpeedRow['donor'], runs: SpeedRuns): SpeedRow {
  const off = figures(runs.off);
  const row: SpeedRow = { donor, promptTokens: runs.off[0]?.promptTokens ?? 0, rounds: runs.off.length, off };
  for (const kind of COMPARED) {
    const reports = runs[kind];
    if (reports === undefined) continue;
    const own = figures(reports);
    const ratios = reports.map((report, round) => (runs.off[round]?.ttftMs ?? Number.NaN) / report.ttftMs);
    const compared = { ...own, ratio: rounded(off.ttftMs / own.ttftMs), leastRatio: rounded(Math.min(...ratios)) };
    if (kind === 'miss') {
      const slower = ratios.map((ratio) => 1 / ratio).toSorted((a, b) => a - b);
      const at = (share: number) => rounded(slower[Math.round(share * (slower.length - 1))] ?? Number.NaN, 3);
      const searchShare = rounded(own.time.matchMs / off.ttftMs, 4);
      row.miss = { ...compared, slowdown: rounded(middle(slower), 3), middleHalf: [at(0.25), at(0.75)], searchShare };
    } else row[kind] = compared;
  }
  return row;
}

function figures(reports: TurnReport[]): SpeedFigures {
  const of = (value: (report: TurnReport) => number, digits = 2) => rounded(middle(reports.map(value)), digits);
  const time = (name: keyof TimeSplit) => of((report) => report.time[name]);
  const tokens = (name: keyof TokenOrigins) => of((report) => report.tokens[name]);
  return {
    ttftMs: of((report) => report.ttftMs),
    time: {
      queueMs: time('queueMs'),
      encodeMs: time('encodeMs'),
      matchMs: time('matchMs'),
      loadMs: time('loadMs'),
      prefillMs: time('prefillMs'),
      sampleMs: time('sampleMs'),
    },
    tokens: {
      exactPrefix: tokens('exactPrefix'),
      ownAnswer: tokens('ownAnswer'),
      moved: tokens('moved'),
      edited: tokens('edited'),
      similar: tokens('similar'),
      fresh: tokens('fresh'),
    },
    recomputed: of((report) => report.recomputed),
    tokenLayers: of((report) => report.tokenLayers, 4),
  };
}

function middle(values: readonly number[]): number {
  return median(values) ?? Number.NaN;
}

/** One line per row, for a person. */
export function describeSpeed(rows: readonly SpeedRow[]): string[] {
  return rows.map((row) => {
    const compared = COMPARED.flatMap((kind) => {
      const own = row[kind];
      if (own === undefined) return [];
      const { moved, exactPrefix } = own.tokens;
      if (row.miss !== undefined && kind === 'miss') {
        return [
          `miss ${own.ttftMs} ms (slower by ${row.miss.slowdown}x, half of the rounds ${row.miss.middleHalf.join(' to ')})`,
        ];
      }
      const reused = kind === 'exact' ? `${exactPrefix} reused` : `${moved} moved, ${own.recomputed} of them computed`;
      return [`${kind} ${own.ttftMs} ms (${own.ratio}x, ${reused})`];
    });
    return `${row.promptTokens} prompt tokens, ${row.donor} donor: off ${row.off.ttftMs} ms, ${compared.join(', ')}`;
  });
}
