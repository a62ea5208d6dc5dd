// The rows of scenario `prefix`: medians over its turns, by where the reused blocks came from. Pure.

import type { TimeSplit, TurnReport } from '../contract/chat.ts';
import { median, rounded } from './statistics.ts';

/** Medians over the repeats. */
export interface Measured {
  ttftMs: number;
  time: TimeSplit;
  reusedTokens: number;
  decodeTokensPerSecond: number | null;
}

export interface PrefixRow {
  length: number | 'longest';
  promptTokens: number;
  documentTokens: number;
  repeats: number;
  off: Measured;
  rested: Compared;
  memory: Compared;
  disk: Compared;
  restart: Compared;
}

/** `ratio`: how many times sooner the first token came than with `off`. */
type Compared = Measured & { ratio: number };

/** What was measured at one length. */
export interface Length extends WarmRuns {
  length: PrefixRow['length'];
  documentTokens: number;
  restart: TurnReport[];
}

export type WarmRuns = Record<'off' | 'rested' | 'memory' | 'disk', TurnReport[]>;

export function rowOf(measured: Length): PrefixRow {
  const off = summarise(measured.off);
  const compare = (reports: TurnReport[]): Compared => {
    const summary = summarise(reports);
    return { ...summary, ratio: rounded(off.ttftMs / summary.ttftMs) };
  };
  return {
    length: measured.length,
    promptTokens: measured.off[0]?.promptTokens ?? 0,
    documentTokens: measured.documentTokens,
    repeats: measured.off.length,
    off,
    rested: compare(measured.rested),
    memory: compare(measured.memory),
    disk: compare(measured.disk),
    restart: compare(measured.restart),
  };
}

function summarise(reports: TurnReport[]): Measured {
  const middle = (of: (report: TurnReport) => number) => rounded(median(reports.map(of)) ?? Number.NaN);
  const speeds = reports.flatMap((report) => report.decodeTokensPerSecond ?? []);
  const speed = median(speeds);
  return {
    ttftMs: middle((report) => report.ttftMs),
    time: {
      queueMs: middle((report) => report.time.queueMs),
      encodeMs: middle((report) => report.time.encodeMs),
      matchMs: middle((report) => report.time.matchMs),
      loadMs: middle((report) => report.time.loadMs),
      prefillMs: middle((report) => report.time.prefillMs),
      sampleMs: middle((report) => report.time.sampleMs),
    },
    reusedTokens: middle((report) => report.promptTokens - report.tokens.fresh),
    decodeTokensPerSecond: speed === null ? null : rounded(speed, 1),
  };
}

/** One line per length, for a person. */
export function describePrefix(rows: PrefixRow[]): string[] {
  return rows.map((row) => {
    const compared = (['rested', 'memory', 'disk', 'restart'] as const).map(
      (kind) => `${kind} ${row[kind].ttftMs} ms (${row[kind].ratio}x, ${row[kind].reusedTokens} reused)`,
    );
    const speed = row.off.decodeTokensPerSecond;
    const decoding = speed === null ? 'nothing decoded' : `${speed} tokens/s`;
    return `${row.promptTokens} prompt tokens: off ${row.off.ttftMs} ms, ${compared.join(', ')}, ${decoding}`;
  });
}
