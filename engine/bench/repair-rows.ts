// The rows of scenario `repair`, one per schedule: how fast answers were written, and what that cost. Pure.

import type { RepairSchedule } from '../plan/reuse-plan.ts';
import { median, rounded } from './statistics.ts';

export type RepairName = 'none' | 'bursts' | 'every-step';

/** One answer. The runs of all schedules stand in turn. */
export interface RepairRun {
  name: RepairName;
  schedule: RepairSchedule | null;
  /** Which prompt. */
  prompt: number;
  promptTokens: number;
  /** Approximate rows after the prefill. */
  approximateTokens: number;
  repairedTokens: number;
  decodedTokens: number;
  decodeMs: number;
}

/** Medians over the answers. */
export interface RepairRow {
  name: RepairName;
  schedule: RepairSchedule | null;
  answers: number;
  promptTokens: number;
  approximateTokens: number;
  repairedTokens: number;
  tokensPerSecond: number;
  /** How much more time a token takes than without repair, at the same prompt in the same round: 0.1 is 10 % more. */
  overhead: number;
  /** ... and how many fewer tokens come in a second. */
  slowdown: number;
}

export function repairRows(runs: readonly RepairRun[]): RepairRow[] {
  const of = (name: RepairName) => runs.filter((run) => run.name === name);
  const base = of('none');
  return (['none', 'bursts', 'every-step'] as const).map((name) => {
    const own = of(name);
    const middle = (value: (run: RepairRun) => number) => median(own.map(value)) ?? 0;
    const times = own.map((run, at) => msPerToken(run) / msPerToken(base[at] ?? run));
    const longer = median(times) ?? 1;
    return {
      name,
      schedule: own[0]?.schedule ?? null,
      answers: own.length,
      promptTokens: middle((run) => run.promptTokens),
      approximateTokens: middle((run) => run.approximateTokens),
      repairedTokens: middle((run) => run.repairedTokens),
      tokensPerSecond: rounded(
        middle((run) => 1000 / msPerToken(run)),
        1,
      ),
      overhead: rounded(longer - 1, 4),
      slowdown: rounded(1 - 1 / longer, 4),
    };
  });
}

function msPerToken({ decodeMs, decodedTokens }: RepairRun): number {
  return decodeMs / Math.max(1, decodedTokens);
}

/** One line per schedule, for a person. */
export function describeRepair(rows: readonly RepairRow[]): string[] {
  return rows.map((row) => {
    const { name, tokensPerSecond, repairedTokens, approximateTokens, overhead } = row;
    return (
      `${name}: ${tokensPerSecond} tokens/s, ${repairedTokens} of ${approximateTokens} approximate rows repaired, ` +
      `${rounded(100 * overhead, 1)} % more time a token (${rounded(100 * row.slowdown, 1)} % fewer tokens/s)`
    );
  });
}
