// Repair while decoding: which approximate rows are computed again with which step. The rows that the answer looks at
// most go first. A state machine: it runs no model; who asks carries the bursts out.

import type { RepairSchedule } from './reuse-plan.ts';

/** Rows that one look at the attention puts in line. They are taken over the next bursts, so attention lags. */
const POOL_ROWS = 32;
/** Below this share of attention approximate rows hardly touch the answer. */
const LEAST_ATTENTION = 0.02;
/** So many looks in a row with less than that end the repair for this answer. */
const QUIET_LOOKS = 3;

/** What decoding asks of a repair, once in each step. */
export interface Repair {
  /** No burst will come any more. */
  readonly finished: boolean;
  /** Whether the step under way should tell `observe` what its token looks at. */
  readonly wantsAttention: boolean;
  /** Rows to compute again together with decode step `step`, ascending, often none. They count as done. */
  nextBurst(step: number): Int32Array;
  /** Attention of a decoded token on every row, [rows]. */
  observe(attention: Float32Array): void;
}

export class DecodeRepair implements Repair {
  readonly #schedule: RepairSchedule;
  /** Rows that were not computed again yet. */
  readonly #approximate: Set<number>;
  /** Rows in line, the most important one first. */
  #pool: number[] = [];
  #nextStep = 0;
  #quietLooks = 0;

  constructor(schedule: RepairSchedule, approximateRows: Int32Array) {
    this.#schedule = schedule;
    this.#approximate = new Set(approximateRows);
  }

  /** No burst will come any more. */
  get finished(): boolean {
    return this.#approximate.size === 0 || this.#quietLooks >= QUIET_LOOKS;
  }

  /** Rows that are still approximate, ascending. */
  get approximateRows(): Int32Array {
    return Int32Array.from(this.#approximate).toSorted();
  }

  /** Whether the step that comes now should tell `observe` what its token looked at: the next one may be a burst. */
  get wantsAttention(): boolean {
    return !this.finished && this.#pool.length < this.#wanted && this.#isBurst(this.#nextStep);
  }

  /** Rows to compute again together with decode step `step` (0, 1, ...), ascending, often none. They count as done. */
  nextBurst(step: number): Int32Array {
    this.#nextStep = step + 1;
    if (this.finished || !this.#isBurst(step)) return new Int32Array();
    const rows = this.#pool.splice(0, this.#schedule.rows);
    for (const row of rows) this.#approximate.delete(row);
    return Int32Array.from(rows).toSorted();
  }

  /** Attention of a decoded token on every row, [rows]; lines up those that matter most. */
  observe(attention: Float32Array): void {
    let onApproximate = 0;
    for (const row of this.#approximate) onApproximate += attention[row] ?? 0;
    const total = attention.reduce((sum, value) => sum + value, 0);
    const quiet = !(onApproximate >= LEAST_ATTENTION * total) || onApproximate === 0;
    this.#quietLooks = quiet ? this.#quietLooks + 1 : 0;
    this.#pool = quiet ? [] : this.#mostAttended(attention);
  }

  get #wanted(): number {
    return Math.min(this.#schedule.rows, this.#approximate.size);
  }

  #isBurst(step: number): boolean {
    return (step + 1) % this.#schedule.everySteps === 0;
  }

  #mostAttended(attention: Float32Array): number[] {
    const pool: number[] = [];
    for (const row of this.#approximate) {
      const value = attention[row] ?? 0;
      if (pool.length === POOL_ROWS && value <= (attention[pool.at(-1)!] ?? 0)) continue;
      const place = pool.findLastIndex((other) => (attention[other] ?? 0) >= value) + 1;
      pool.splice(place, 0, row);
      if (pool.length > POOL_ROWS) pool.pop();
    }
    return pool;
  }
}
