// How a plan reads in a report: tokens by where they came from, by scope, and span by span.

import type { OriginSpan, ReusePlanReport, TokenOrigins, TurnReport } from '../contract/chat.ts';
import type { KvPrecision } from '../contract/settings.ts';
import { KV_PRECISIONS } from '../contract/settings.ts';
import { scopeKind } from '../types.ts';
import type { TokenRange } from '../types.ts';
import type { ReusePlan } from './reuse-plan.ts';

/** What of a plan came true; by default all of it. */
export interface PlanOutcome {
  /** Rows of the exact prefix that were there. */
  reusedTokens: number;
  /** Span positions whose rows were there, ascending. */
  placed: readonly TokenRange[];
  /** Of those, the positions that were computed again, ascending. */
  recomputed: Int32Array;
}

const NO_ORIGINS: TokenOrigins = { exactPrefix: 0, ownAnswer: 0, moved: 0, edited: 0, similar: 0, fresh: 0 };

export function asPlanned(plan: ReusePlan): PlanOutcome {
  const placed = plan.approximate?.spans.map(({ start, end }) => ({ start, end })) ?? [];
  return { reusedTokens: plan.reusedTokens, placed, recomputed: new Int32Array() };
}

/** The prompt as spans of one origin and scope; they cover it in order. */
export function originSpans(plan: ReusePlan, outcome: PlanOutcome): OriginSpan[] {
  const spans: OriginSpan[] = [];
  const add = (span: Omit<OriginSpan, 'recomputed'>) => {
    if (span.end <= span.start) return;
    const last = spans.at(-1);
    if (last?.origin === span.origin && last.scope === span.scope && last.end === span.start) last.end = span.end;
    else spans.push({ ...span, recomputed: [] });
  };
  for (const { start, count, decoded, scope: of } of plan.reuse) {
    const end = Math.min(start + count, outcome.reusedTokens);
    const scope = scopeKind(of);
    const answerStart = clamp(decoded.start, start, end);
    const answerEnd = clamp(decoded.end, answerStart, end);
    add({ start, end: answerStart, origin: 'exactPrefix', scope });
    add({ start: answerStart, end: answerEnd, origin: 'ownAnswer', scope });
    add({ start: answerEnd, end, origin: 'exactPrefix', scope });
  }
  let at = outcome.reusedTokens;
  for (const { origin, rows } of plan.approximate?.spans ?? []) {
    for (const row of rows) {
      for (const part of overlaps(row, outcome.placed)) {
        add({ start: at, end: part.start, origin: 'fresh', scope: null });
        add({ ...part, origin, scope: scopeKind(row.scope) });
        at = part.end;
      }
    }
  }
  add({ start: at, end: plan.promptTokens, origin: 'fresh', scope: null });
  markRecomputed(spans, outcome.recomputed);
  return spans;
}

export function countOrigins(spans: readonly OriginSpan[]): TokenOrigins {
  const origins = { ...NO_ORIGINS };
  for (const { origin, start, end } of spans) origins[origin] += end - start;
  return origins;
}

/** Reused tokens by the scope of the block they came from. */
export function countScopes(spans: readonly OriginSpan[]): TurnReport['sharedFrom'] {
  const counts = { private: 0, library: 0, app: 0 };
  for (const { scope, start, end } of spans) if (scope !== null) counts[scope] += end - start;
  return counts;
}

/** The lowest precision of the rows that a plan reuses. */
export function lowestPrecision(plan: ReusePlan): KvPrecision {
  const rows = [...plan.reuse, ...(plan.approximate?.spans.flatMap((span) => span.rows) ?? [])];
  const ranks = rows.map(({ precision }) => KV_PRECISIONS.indexOf(precision));
  return KV_PRECISIONS[Math.max(0, ...ranks)]!;
}

export function reportPlan(plan: ReusePlan, contextTokens: number): ReusePlanReport {
  const spans = originSpans(plan, asPlanned(plan));
  return {
    policy: plan.policy,
    promptTokens: plan.promptTokens,
    contextTokens,
    tokens: countOrigins(spans),
    sharedFrom: countScopes(spans),
    missReason: plan.missReason,
  };
}

function* overlaps(row: { start: number; count: number }, ranges: readonly TokenRange[]): Generator<TokenRange> {
  for (const range of ranges) {
    const start = Math.max(row.start, range.start);
    const end = Math.min(row.start + row.count, range.end);
    if (end > start) yield { start, end };
  }
}

function markRecomputed(spans: readonly OriginSpan[], positions: Int32Array): void {
  let next = 0;
  for (const span of spans) {
    for (; next < positions.length && positions[next]! < span.end; next++) {
      const position = positions[next]!;
      const last = span.recomputed.at(-1);
      if (last?.[1] === position) last[1] = position + 1;
      else span.recomputed.push([position, position + 1]);
    }
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
