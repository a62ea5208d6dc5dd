// Adds up the turns of a replayed trace: one row per kind of turn, and one of kind `all`; and what policy `hearth`
// gains over reusing exact prefixes alone. Pure.

import type { TokenOrigins, TurnReport } from '../contract/chat.ts';
import type { PolicyName } from '../contract/settings.ts';
import { percentile, rounded } from './statistics.ts';

/** How a trace was replayed. */
export interface TraceRun {
  trace: string;
  policy: PolicyName;
  /** `given`: between turns the engine had the time that the trace left it. `none`: turn followed turn at once. */
  idle: 'given' | 'none';
  /** `scopes`: as the trace has it. `none`: nothing is shared between people, as where caches are kept apart. */
  sharing: 'scopes' | 'none';
}

export interface TraceOutcome {
  kind: string;
  /** Seconds since the turn before. */
  gapSeconds: number;
  /** Null: the turn failed. */
  report: TurnReport | null;
}

export interface TraceRow extends TraceRun {
  kind: string;
  turns: number;
  failed: number;
  promptTokens: number;
  tokens: TokenOrigins;
  /** Share of the prompt tokens that were found in the cache, and of those found on each rung. */
  hitRate: number | null;
  hitRates: Omit<TokenOrigins, 'fresh'> | null;
  recomputed: number;
  /** Share of promptTokens × layers that was computed, over all tokens of the row. */
  tokenLayers: number | null;
  ttftMs: { p50: number | null; p95: number | null };
  sharedFrom: TurnReport['sharedFrom'];
  /** Share of the answered turns that started from exact rows only. */
  startedExact: number | null;
  /** The answered turns before which nobody had asked anything for a while. */
  afterIdle: { turns: number; startedExact: number | null };
}

/** Nobody has asked anything for so long: by then chats are prepared and answers healed. */
export const IDLE_SECONDS = 10;

/** Kinds in the order of the alphabet, `all` last. Sums are over the turns that were answered. */
export function traceRows(run: TraceRun, outcomes: TraceOutcome[]): TraceRow[] {
  const kinds = [...new Set(outcomes.map((outcome) => outcome.kind))].sort();
  const rows = kinds.map((kind) => {
    const ofKind = outcomes.filter((outcome) => outcome.kind === kind);
    return rowOf(run, kind, ofKind);
  });
  return [...rows, rowOf(run, 'all', outcomes)];
}

function rowOf(run: TraceRun, kind: string, outcomes: TraceOutcome[]): TraceRow {
  const answered = outcomes.flatMap(({ report, gapSeconds }) => (report === null ? [] : { report, gapSeconds }));
  const reports = answered.map(({ report }) => report);
  const idle = answered.filter(({ gapSeconds }) => gapSeconds >= IDLE_SECONDS).map(({ report }) => report);
  const sum = (of: (report: TurnReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  const promptTokens = sum((report) => report.promptTokens);
  const computed = sum((report) => report.tokenLayers * report.promptTokens);
  const tokens = {
    exactPrefix: sum((report) => report.tokens.exactPrefix),
    ownAnswer: sum((report) => report.tokens.ownAnswer),
    moved: sum((report) => report.tokens.moved),
    edited: sum((report) => report.tokens.edited),
    similar: sum((report) => report.tokens.similar),
    fresh: sum((report) => report.tokens.fresh),
  };
  return {
    ...run,
    kind,
    turns: outcomes.length,
    failed: outcomes.length - reports.length,
    promptTokens,
    tokens,
    ...ratesOf(tokens, promptTokens),
    recomputed: sum((report) => report.recomputed),
    tokenLayers: promptTokens === 0 ? null : rounded(computed / promptTokens, 4),
    ttftMs: { p50: ttft(reports, 0.5), p95: ttft(reports, 0.95) },
    sharedFrom: {
      private: sum((report) => report.sharedFrom.private),
      library: sum((report) => report.sharedFrom.library),
      app: sum((report) => report.sharedFrom.app),
    },
    startedExact: shareExact(reports),
    afterIdle: { turns: idle.length, startedExact: shareExact(idle) },
  };
}

function ratesOf(tokens: TokenOrigins, promptTokens: number): Pick<TraceRow, 'hitRate' | 'hitRates'> {
  if (promptTokens === 0) return { hitRate: null, hitRates: null };
  const rate = (count: number) => rounded(count / promptTokens, 4);
  const { exactPrefix, ownAnswer, moved, edited, similar, fresh } = tokens;
  return {
    hitRate: rate(promptTokens - fresh),
    hitRates: {
      exactPrefix: rate(exactPrefix),
      ownAnswer: rate(ownAnswer),
      moved: rate(moved),
      edited: rate(edited),
      similar: rate(similar),
    },
  };
}

/** A turn that was made exact later, by checking its answer, did not start so. */
function shareExact(reports: TurnReport[]): number | null {
  const exact = reports.filter(({ tokens }) => tokens.moved + tokens.edited + tokens.similar === 0).length;
  return reports.length === 0 ? null : rounded(exact / reports.length, 4);
}

function ttft(reports: TurnReport[], share: number): number | null {
  const values = reports.map((report) => report.ttftMs);
  const value = percentile(values, share);
  return value === null ? null : rounded(value);
}

/** What newcomers found of others' private texts when they asked the same: nothing, or scopes are broken. */
export interface Strangers {
  turns: number;
  privateTokens: number;
}

export interface TraceSummary {
  trace: string;
  exactHitRate: number | null;
  /** Of exact prefixes where every person has a cache of their own. */
  apartHitRate: number | null;
  hearthHitRate: number | null;
  /** Hit rate of `hearth` in those of `exact`; null where one of them is not known. */
  ratio: number | null;
  ratioToApart: number | null;
  /** The same without any time between turns: what finding moved and edited text gains alone. */
  ratioAtOnce: number | null;
  startedExactAfterIdle: number | null;
  ttftMs: Record<'off' | 'exact' | 'hearth', number | null>;
  strangers: Strangers | null;
}

/** One summary for each trace that was replayed with more than one policy. */
export function traceSummaries(rows: TraceRow[], strangers: Map<string, Strangers>): TraceSummary[] {
  const all = rows.filter((row) => row.kind === 'all');
  return [...new Set(all.map((row) => row.trace))].map((trace) => {
    const runs = all.filter((row) => row.trace === trace);
    const of = (policy: PolicyName, idle: TraceRun['idle'], sharing: TraceRun['sharing'] = 'scopes') =>
      runs.find((row) => row.policy === policy && row.idle === idle && row.sharing === sharing);
    const [off, exact, apart] = [of('off', 'none'), of('exact', 'none'), of('exact', 'none', 'none')];
    const [hearth, atOnce] = [of('hearth', 'given'), of('hearth', 'none')];
    const ratio = (row: TraceRow | undefined, to: TraceRow | undefined) => {
      const [hits, base] = [row?.hitRate ?? null, to?.hitRate ?? null];
      return hits === null || base === null || base === 0 ? null : rounded(hits / base, 3);
    };
    return {
      trace,
      exactHitRate: exact?.hitRate ?? null,
      apartHitRate: apart?.hitRate ?? null,
      hearthHitRate: hearth?.hitRate ?? null,
      ratio: ratio(hearth, exact),
      ratioToApart: ratio(hearth, apart),
      ratioAtOnce: ratio(atOnce, exact),
      startedExactAfterIdle: hearth?.afterIdle.startedExact ?? null,
      ttftMs: {
        off: off?.ttftMs.p50 ?? null,
        exact: exact?.ttftMs.p50 ?? null,
        hearth: hearth?.ttftMs.p50 ?? null,
      },
      strangers: strangers.get(trace) ?? null,
    };
  });
}

/** One line per row, and one per summary, for a person. */
export function describeTrace(rows: TraceRow[], summaries: readonly TraceSummary[] = []): string[] {
  return [...rows.map(describeRow), ...summaries.map(describeSummary)];
}

function describeRow(row: TraceRow): string {
  const { trace, policy, idle, sharing, kind, turns, failed, promptTokens, tokens, ttftMs, afterIdle } = row;
  const how = `${policy === 'hearth' && idle === 'none' ? ' at once' : ''}${sharing === 'none' ? ' apart' : ''}`;
  const name = `${trace} ${policy}${how}, ${kind}`;
  const exact = afterIdle.startedExact === null ? '' : `, exact after idle ${percent(afterIdle.startedExact)}`;
  return (
    `${name}: ${turns} turns, ${failed} failed, ${promptTokens - tokens.fresh} of ${promptTokens} tokens reused, ` +
    `computed ${row.tokenLayers ?? '-'}, first token after ${ttftMs.p50 ?? '-'} ms (p95 ${ttftMs.p95 ?? '-'} ms)${exact}`
  );
}

function describeSummary(summary: TraceSummary): string {
  const { trace, exactHitRate, hearthHitRate, strangers } = summary;
  const crossed =
    strangers === null ? '' : `; ${strangers.turns} strangers found ${strangers.privateTokens} private tokens`;
  return (
    `${trace}: tokens found exact ${percent(exactHitRate)} (people apart ${percent(summary.apartHitRate)}), ` +
    `hearth ${percent(hearthHitRate)}: ${summary.ratio ?? '-'}x (${summary.ratioToApart ?? '-'}x), ` +
    `at once ${summary.ratioAtOnce ?? '-'}x, ` +
    `exact after idle ${percent(summary.startedExactAfterIdle)}${crossed}`
  );
}

function percent(share: number | null): string {
  return share === null ? '-' : `${rounded(100 * share, 1)} %`;
}
