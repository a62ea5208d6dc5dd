// What loading cached rows costs on this machine with this model, rotation included, learned from loads that really
// ran. Says whether reuse pays. It measures nothing itself, and does not ask whether rows came from memory or disk.

/**
 * Loads that count. Of them the middle one: a load takes a millisecond, and one that another program interrupted says
 * ten times as much. A cache that moved from disk to memory is noticed after half as many.
 */
const COUNTED_LOADS = 9;
/** Loads of fewer rows say more about the clock than about loading. */
const LEAST_ROWS = 16;

export class LoadSpeed {
  readonly #perRowMs: number[] = [];

  /** A step that loaded `rows` rows in `ms`. */
  record(rows: number, ms: number): void {
    if (rows < LEAST_ROWS || !(ms > 0)) return;
    this.#perRowMs.push(ms / rows);
    if (this.#perRowMs.length > COUNTED_LOADS) this.#perRowMs.shift();
  }

  /** Expected milliseconds for `rows` rows; null before anything was measured. */
  estimateMs(rows: number): number | null {
    const sorted = this.#perRowMs.toSorted((one, other) => one - other);
    const middle = sorted[(sorted.length - 1) >> 1];
    return middle === undefined ? null : rows * middle;
  }
}
