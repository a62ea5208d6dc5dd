// Adds up the turns of a replayed trace: one row per kind of turn, and one of kind `all`. Pure.

import type { TokenOrigins, TurnReport } from '../contract/chat.ts';
import { percentile, rounded } from './statistics.ts';

export interface TraceOutcome {
  kind: string;
  /** Null: the turn failed. */
  report: TurnReport | null;
}

export interface TraceRow {
  kind: string;
  turns: number;
  failed: number;
  promptTokens: number;
  tokens: TokenOrigins;
  recomputed: number;
  /** Share of promptTokens × layers that was computed, over all tokens of the row. */
  tokenLayers: number | null;
  ttftMs: { p50: number | null; p95: number | null };
  sharedFrom: TurnReport['sharedFrom'];
  /** Share of the answered turns that started from exact rows only. */
  startedExact: number | null;
}

/** Kinds in the order of the alphabet, `all` last. Sums are over the turns that were answered. */
export function traceRows(outcomes: TraceOutcome[]): TraceRow[] {
  const kinds = [...new Set(outcomes.map((outcome) => outcome.kind))].sort();
  const rows = kinds.map((kind) =>
    row(
      kind,
      outcomes.filter((outcome) => outcome.kind === kind),
    ),
  );
  return [...rows, row('all', outcomes)];
}

function row(kind: string, outcomes: TraceOutcome[]): TraceRow {
  const reports = outcomes.flatMap((outcome) => outcome.report ?? []);
  const sum = (of: (report: TurnReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  const promptTokens = sum((report) => report.promptTokens);
  const computed = sum((report) => report.tokenLayers * report.promptTokens);
  const exact = reports.filter((report) => report.state === 'exact').length;
  return {
    kind,
    turns: outcomes.length,
    failed: outcomes.length - reports.length,
    promptTokens,
    tokens: {
      exactPrefix: sum((report) => report.tokens.exactPrefix),
      ownAnswer: sum((report) => report.tokens.ownAnswer),
      moved: sum((report) => report.tokens.moved),
      edited: sum((report) => report.tokens.edited),
      similar: sum((report) => report.tokens.similar),
      fresh: sum((report) => report.tokens.fresh),
    },
    recomputed: sum((report) => report.recomputed),
    tokenLayers: promptTokens === 0 ? null : rounded(computed / promptTokens, 4),
    ttftMs: { p50: ttft(reports, 0.5), p95: ttft(reports, 0.95) },
    sharedFrom: {
      private: sum((report) => report.sharedFrom.private),
      library: sum((report) => report.sharedFrom.library),
      app: sum((report) => report.sharedFrom.app),
    },
    startedExact: reports.length === 0 ? null : rounded(exact / reports.length, 4),
  };
}

function ttft(reports: TurnReport[], share: number): number | null {
  const value = percentile(
    reports.map((report) => report.ttftMs),
    share,
  );
  return value === null ? null : rounded(value);
}
