// The report of a turn: what was reused, what was computed, and how long each part took.

import type { TimeSplit, TurnReport } from '../contract/chat.ts';
import type { Quality } from '../contract/settings.ts';
import { countOrigins, countScopes } from '../plan/reuse-plan.ts';
import type { ReusePlan } from '../plan/reuse-plan.ts';
import type { Sequence } from '../schedule/sequence.ts';
import type { PrefillSpeed } from './prefill-speed.ts';

export interface TurnTimes extends Pick<TimeSplit, 'queueMs' | 'encodeMs' | 'matchMs'> {
  ttftMs: number;
}

export interface TurnFacts {
  plan: ReusePlan;
  quality: Quality;
  modelId: string;
  sequence: Sequence;
  speed: PrefillSpeed;
  times: TurnTimes;
}

export function turnReport({ plan, quality, modelId, sequence, speed, times }: TurnFacts): TurnReport {
  const { reusedTokens, output, decodeMs } = sequence;
  const { loadMs, prefillMs, sampleMs } = sequence.time;
  const prefillOfReusedMs = speed.estimateMs(0, reusedTokens);
  const foundMs = times.matchMs + loadMs;
  return {
    policy: plan.policy,
    quality,
    model: modelId,
    state: 'exact',
    kvPrecision: 'lossless',
    promptTokens: plan.promptTokens,
    tokens: countOrigins(plan, reusedTokens),
    recomputed: 0,
    tokenLayers: (plan.promptTokens - reusedTokens) / plan.promptTokens,
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
    savedMs: prefillOfReusedMs === null ? null : round(Math.max(0, prefillOfReusedMs - foundMs)),
    sharedFrom: countScopes(plan, reusedTokens),
    // What was planned is pinned: it is not evicted any more, only found damaged.
    missReason: reusedTokens < plan.reusedTokens ? 'damaged' : plan.missReason,
    stopReason: sequence.stopReason ?? 'stopped',
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
