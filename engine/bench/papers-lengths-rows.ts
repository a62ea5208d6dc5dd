// Adds up the runs of scenario `papers-ttft`: one row for each method and length of prompt. Pure.

import { FULL } from './papers-methods.ts';
import { mean, median, rounded } from './statistics.ts';

/** One answer up to its first token. */
export interface LengthRun {
  /** Length that was asked for. */
  wanted: number;
  round: number;
  promptTokens: number;
  method: string;
  ttftMs: number;
  kvBytes: number;
  /** Of the keys and values of all rows of the prompt, each once. */
  plainBytes: number;
  prefillLayers: number;
}

export interface LengthRow {
  wanted: number;
  promptTokens: number;
  method: string;
  rounds: number;
  /** Median. */
  ttftMs: number;
  /** How many times sooner than a full prefill at the same prompt: median, and the least of any round. */
  ratio: number | null;
  leastRatio: number | null;
  /** Share of a full prefill's token-layers. */
  prefillLayers: number;
  /**
   * Most keys and values held at once: in those of a full prefill here, which keeps unrotated keys for the cache beside
   * them and room to grow, and in those of the prompt's rows alone.
   */
  kvMiB: number;
  kvShare: number | null;
  kvOfPlain: number;
}

/** By length, then in the order in which methods first come. */
export function lengthRows(runs: readonly LengthRun[]): LengthRow[] {
  const full = new Map(runs.filter(({ method }) => method === FULL).map((run) => [`${run.wanted} ${run.round}`, run]));
  const names = [FULL, ...new Set(runs.map(({ method }) => method).filter((name) => name !== FULL))];
  const lengths = [...new Set(runs.map(({ wanted }) => wanted))];
  return lengths.flatMap((wanted) =>
    names.flatMap((name) => {
      const own = runs.filter((run) => run.wanted === wanted && run.method === name);
      return own.length === 0 ? [] : [rowOf(own, full)];
    }),
  );
}

function rowOf(own: readonly LengthRun[], full: ReadonlyMap<string, LengthRun>): LengthRow {
  const { wanted, method } = own[0]!;
  const middle = (value: (run: LengthRun) => number) => median(own.map(value))!;
  const pairs = own.flatMap((run) => {
    const base = full.get(`${run.wanted} ${run.round}`);
    return base === undefined ? [] : [{ run, base }];
  });
  const ratios = pairs.map(({ run, base }) => base.ttftMs / run.ttftMs);
  const shares = pairs.map(({ run, base }) => run.kvBytes / base.kvBytes);
  return {
    wanted,
    promptTokens: middle(({ promptTokens }) => promptTokens),
    method,
    rounds: own.length,
    ttftMs: rounded(middle(({ ttftMs }) => ttftMs)),
    ratio: ratios.length === 0 ? null : rounded(median(ratios)!),
    leastRatio: ratios.length === 0 ? null : rounded(Math.min(...ratios)),
    prefillLayers: rounded(mean(own.map(({ prefillLayers }) => prefillLayers))!, 4),
    kvMiB: rounded(middle(({ kvBytes }) => kvBytes) / 2 ** 20),
    kvShare: shares.length === 0 ? null : rounded(median(shares)!, 4),
    kvOfPlain: rounded(
      middle(({ kvBytes, plainBytes }) => kvBytes / plainBytes),
      4,
    ),
  };
}
