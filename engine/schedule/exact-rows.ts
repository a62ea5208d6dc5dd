// The two ways in which exact rows come into a sequence: loaded from the cache, or computed in order. In short pieces.

import type { Pace, PrefillSpeed } from '../metrics/prefill-speed.ts';
import type { Model } from '../model/forward.ts';
import type { KvBuffer } from '../model/kv-buffer.ts';
import type { KvRows, TokenRange } from '../types.ts';

/** Rows that may be asked for when they are needed; null: they are gone, and nothing behind them counts. */
export type RowSource = () => KvRows | null;

/** Rows for the positions from `start` on. */
export interface PrefixSource extends TokenRange {
  rows: RowSource;
}

/** A step that loads cached rows ends after about this long. */
export const LOAD_STEP_MS = 50;

/** Appends cached rows behind those that are there, up to the first that is gone. Gives what each piece took. */
export async function* loadRows(
  kv: KvBuffer,
  sources: readonly PrefixSource[],
  model: Model,
): AsyncGenerator<{ rows: number; ms: number }> {
  const missing = sources.findIndex((source) => source.end > kv.rows);
  // A block that is there in part is loaded whole.
  if (missing !== -1) kv.truncate(Math.min(kv.rows, sources[missing]!.start));
  for (let next = missing === -1 ? sources.length : missing; next < sources.length;) {
    const startedAt = performance.now();
    const before = kv.rows;
    const rows: KvRows[] = [];
    while (next < sources.length && performance.now() - startedAt < LOAD_STEP_MS) {
      const block = sources[next]?.rows() ?? null;
      next = block === null ? sources.length : next + 1;
      if (block !== null) rows.push(block);
    }
    await model.load(kv, rows);
    yield { rows: kv.rows - before, ms: performance.now() - startedAt };
  }
}

export interface Chunk {
  start: number;
  end: number;
  ms: number;
  /** Only with the last chunk, [vocabulary]. */
  logits: Float32Array | null;
}

/** Computes the rows that are missing of `tokens`, in short chunks by what this machine has shown so far. */
export async function* prefillRows(
  kv: KvBuffer,
  tokens: Int32Array,
  { model, speed, logits, pace }: { model: Model; speed: PrefillSpeed; logits: boolean; pace: () => Pace },
): AsyncGenerator<Chunk> {
  while (kv.rows < tokens.length) {
    const start = kv.rows;
    const end = endOf(tokens.length, start + speed.chunkRows(start, pace()));
    const startedAt = performance.now();
    const wanted = logits && end === tokens.length ? 'last' : 'none';
    const result = await model.forward(kv, tokens.subarray(start, end), { logits: wanted, sameBits: true });
    const ms = performance.now() - startedAt;
    speed.record(start, end, ms);
    yield { start, end, ms, logits: result.logits };
  }
}

/** A run is not so short that only the last row is left: the runtime multiplies a single row by another routine. */
function endOf(length: number, end: number): number {
  return end === length - 1 ? end - 1 : Math.min(length, end);
}
