// What prefill costs on this machine with this model, learned from the steps that really ran.
// Gives the time that reuse saved, and the chunk that keeps a step short. It measures nothing itself.

/** Older steps count less and less, so that a machine that became slower or faster is noticed. */
const DECAY = 0.98;
/** How long a step may be, in ms: longer ones compute faster, but others wait for them, or somebody may come. */
const LONGEST_STEP_MS = { alone: 300, shared: 100, idle: 12 };
export type Pace = keyof typeof LONGEST_STEP_MS;
/** Fewer rows than the least would leave the cores idle: on two cores 16 at a time take half as long again as 32. */
const CHUNK_ROWS = { least: 32, most: 512, unknown: 32 };
/** Shorter steps say little about prefill. */
const LEAST_TELLING_ROWS = 16;

/** Cost of a row at position p, in milliseconds: base + slope · p (attention grows with what lies before). */
export class PrefillSpeed {
  // Weighted sums of a straight-line fit of y = milliseconds per row against x = middle position of the step.
  #weight = 0;
  #sumX = 0;
  #sumY = 0;
  #sumXX = 0;
  #sumXY = 0;

  /** A step that computed rows start..end-1 in `ms`. Short ones are left out. */
  record(start: number, end: number, ms: number): void {
    const rows = end - start;
    if (rows < LEAST_TELLING_ROWS || !(ms > 0)) return;
    const x = (start + end) / 2;
    const y = ms / rows;
    this.#weight = this.#weight * DECAY + rows;
    this.#sumX = this.#sumX * DECAY + rows * x;
    this.#sumY = this.#sumY * DECAY + rows * y;
    this.#sumXX = this.#sumXX * DECAY + rows * x * x;
    this.#sumXY = this.#sumXY * DECAY + rows * x * y;
  }

  /** Expected milliseconds for rows start..end-1; null before anything was measured. */
  estimateMs(start: number, end: number): number | null {
    if (this.#weight === 0) return null;
    const spread = this.#sumXX - (this.#sumX * this.#sumX) / this.#weight;
    const slope = spread > 1e-6 ? Math.max(0, (this.#sumXY - (this.#sumX * this.#sumY) / this.#weight) / spread) : 0;
    const base = Math.max(0, (this.#sumY - slope * this.#sumX) / this.#weight);
    return (end - start) * (base + (slope * (start + end)) / 2);
  }

  /** Rows for the next step from position `start` on, so that stop and other people are never kept waiting long. */
  chunkRows(start: number, pace: Pace = 'shared'): number {
    const perRowMs = this.estimateMs(start, start + 1);
    if (perRowMs === null || perRowMs <= 0) return CHUNK_ROWS.unknown;
    const rows = Math.floor(LONGEST_STEP_MS[pace] / perRowMs / CHUNK_ROWS.least) * CHUNK_ROWS.least;
    return Math.min(CHUNK_ROWS.most, Math.max(CHUNK_ROWS.least, rows));
  }
}
