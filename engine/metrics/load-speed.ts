// What loading cached rows costs on this machine with this model, rotation included, learned from loads that really
// ran. Says whether reuse pays. It measures nothing itself, and does not ask whether rows came from memory or disk.

/** Older loads count less and less: a cache that moved from disk to memory is noticed. */
const DECAY = 0.95;
/** Loads of fewer rows say more about the clock than about loading. */
const LEAST_ROWS = 16;

export class LoadSpeed {
  #rows = 0;
  #ms = 0;

  /** A step that loaded `rows` rows in `ms`. */
  record(rows: number, ms: number): void {
    if (rows < LEAST_ROWS || !(ms > 0)) return;
    this.#rows = this.#rows * DECAY + rows;
    this.#ms = this.#ms * DECAY + ms;
  }

  /** Expected milliseconds for `rows` rows; null before anything was measured. */
  estimateMs(rows: number): number | null {
    return this.#rows === 0 ? null : (rows * this.#ms) / this.#rows;
  }
}
