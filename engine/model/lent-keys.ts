// Which rows of a sequence still have their raw keys in the cached block they came from, so that loading need not
// copy what is seldom asked for. Blocks never change once they are made; a row that is computed again leaves its block.

import type { KvRows } from '../types.ts';

/** Rows start..end-1 of the sequence are the rows offset.. of the block. */
interface Loan {
  start: number;
  end: number;
  block: KvRows;
  offset: number;
}

export class LentKeys {
  #loans: Loan[] = [];

  /** All rows of `block` stand at start.. from now on. */
  lend(start: number, block: KvRows): void {
    const end = start + block.count;
    this.takeBack(start, end);
    this.#loans.push({ start, end, block, offset: 0 });
  }

  /** The rows start..end-1 are no longer those of a block. */
  takeBack(start: number, end: number): void {
    if (!this.#loans.some((loan) => loan.start < end && loan.end > start)) return;
    this.#loans = this.#loans.flatMap((loan) => {
      const before = { ...loan, end: Math.min(loan.end, start) };
      const from = Math.max(loan.start, end);
      const after = { ...loan, start: from, offset: loan.offset + from - loan.start };
      return [before, after].filter((part) => part.start < part.end);
    });
  }

  /** Puts the raw keys that are on loan among the rows start..end-1 into `copy`, [lanes, end - start, headSize]. */
  copyInto(copy: Float32Array, range: { start: number; end: number }, headSize: number): void {
    const count = range.end - range.start;
    const lanes = copy.length / (count * headSize);
    for (const { start, end, block, offset } of this.#loans) {
      const [from, to] = [Math.max(start, range.start), Math.min(end, range.end)];
      if (from >= to) continue;
      const first = offset + from - start;
      for (let lane = 0; lane < lanes; lane++) {
        const row = lane * block.count + first;
        const keys = block.k.subarray(row * headSize, (row + to - from) * headSize);
        copy.set(keys, (lane * count + from - range.start) * headSize);
      }
    }
  }
}
