// Repair while decoding as KVShare does it (arXiv 2503.16525, the second stage of DHD): every step scores the rows that
// are still approximate anew, and a few of the best are computed again with the step that follows. It never ends before
// all rows are done. A state machine: it runs no model.
//
// Guesses, where the paper is silent: the score is that of the prefill with the newest token's attention in it, so
// attention times ‖Δv‖₁ as the prefill measured it (attention alone where nothing was measured); attention is the mean
// over the middle layers that this engine looks at; the first step has nothing to go by yet and repairs nothing.

import type { Repair } from './repair.ts';

export class StepRepair implements Repair {
  readonly #rowsPerStep: number;
  /** What is still approximate, with how far its values are off. */
  readonly #approximate: Map<number, number>;
  #next: number[] = [];

  constructor(rowsPerStep: number, approximateRows: Int32Array, changes: Float32Array | null) {
    this.#rowsPerStep = rowsPerStep;
    this.#approximate = new Map(Array.from(approximateRows, (row, index) => [row, changes?.[index] ?? 1]));
  }

  get finished(): boolean {
    return this.#approximate.size === 0 && this.#next.length === 0;
  }

  get wantsAttention(): boolean {
    return this.#approximate.size > 0;
  }

  nextBurst(): Int32Array {
    return Int32Array.from(this.#next.splice(0)).toSorted();
  }

  observe(attention: Float32Array): void {
    const scored = Array.from(this.#approximate, ([row, change]) => ({ row, score: (attention[row] ?? 0) * change }));
    scored.sort((left, right) => right.score - left.score || left.row - right.row);
    this.#next = scored.slice(0, this.#rowsPerStep).map(({ row }) => row);
    for (const row of this.#next) this.#approximate.delete(row);
  }
}
