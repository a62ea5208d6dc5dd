// The report of a turn: what was reused, what was computed, and how long each part took.

import type { TimeSplit, TurnReport, Verification } from '../contract/chat.ts';
import { countOrigins, countScopes, lowestPrecision, originSpans } from '../plan/plan-report.ts';
import type { ReusePlan } from '../plan/reuse-plan.ts';
import type { Sequence } from '../schedule/sequence.ts';
import type { PrefillSpeed } from './prefill-speed.ts';

export interface TurnTimes extends Pick<TimeSplit, 'queueMs' | 'encodeMs' | 'matchMs'> {
  ttftMs: number;
}

export interface TurnFacts {
  plan: ReusePlan;
  modelId: string;
  layers: number;
  sequence: Sequence;
  speed: PrefillSpeed;
  times: TurnTimes;
  verification: Verification | null;
}

export function turnReport(facts: TurnFacts): TurnReport {
  const { plan, sequence, times, verification } = facts;
  const { output, decodeMs, placed, recomputed } = sequence;
  const { loadMs, prefillMs, sampleMs } = sequence.time;
  const spans = originSpans(plan, sequence);
  const wasApproximate =
    placed.some(({ start, end }) => end > start) && (recomputed.length < rowsOf(placed) || sequence.dropsRows);
  return {
    policy: plan.policy,
    quality: plan.quality,
    model: facts.modelId,
    // A verified answer is what exact rows give.
    state: wasApproximate && verification === null ? 'approximate' : 'exact',
    healed: false,
    kvBytes: sequence.kvBytes,
    kvPrecision: lowestPrecision(plan),
    promptTokens: plan.promptTokens,
    tokens: countOrigins(spans),
    spans,
    recomputed: recomputed.length,
    repairedTokens: sequence.repairedTokens,
    verification,
    draft: { ...sequence.drafted },
    tokenLayers: sequence.rowLayers / (plan.promptTokens * facts.layers),
    ttftMs: round(times.ttftMs),
    prefillMs: round(prefillMs),
    time: {
      queueMs: round(times.queueMs),
      encodeMs: round(times.encodeMs),
      matchMs: round(times.matchMs),
      loadMs: round(loadMs),
      prefillMs: round(prefillMs),
      sampleMs: round(sampleMs),
    },
    // The first token of an answer comes out of the prefill.
    decodeTokensPerSecond: output.length > 1 && decodeMs > 0 ? round(((output.length - 1) * 1000) / decodeMs) : null,
    outputTokens: output.length,
    savedMs: savedMs(facts),
    sharedFrom: countScopes(spans),
    missReason: missReason(plan, sequence),
    stopReason: sequence.stopReason ?? 'stopped',
  };
}

/** Against a prefill of the whole prompt, by what prefill costs here; what finding and computing took is not saved. */
function savedMs({ plan, sequence, speed, times }: TurnFacts): number | null {
  const { loadMs, prefillMs } = sequence.time;
  const { reusedTokens, placed } = sequence;
  if (placed.length === 0) {
    const prefillOfReusedMs = speed.estimateMs(0, reusedTokens);
    return prefillOfReusedMs === null ? null : round(Math.max(0, prefillOfReusedMs - times.matchMs - loadMs));
  }
  const wholeMs = speed.estimateMs(0, plan.promptTokens);
  return wholeMs === null ? null : round(Math.max(0, wholeMs - times.matchMs - loadMs - prefillMs));
}

/** What was planned is pinned: it is not evicted any more, only found damaged. */
function missReason(plan: ReusePlan, { reusedTokens, placed }: Sequence): string | null {
  const planned = rowsOf(plan.approximate?.spans ?? []);
  return reusedTokens < plan.reusedTokens || rowsOf(placed) < planned ? 'damaged' : plan.missReason;
}

function rowsOf(ranges: readonly { start: number; end: number }[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
