// Ends an answer at a stop string, and holds back text that may turn out to be the beginning of one.

import { assert } from '../lib/assert.ts';

export interface StopStep {
  /** Text that is sure to belong to the answer. */
  text: string;
  stopped: boolean;
}

export class StopStrings {
  readonly #stops: readonly string[];
  readonly #longest: number;
  #held = '';
  #stopped = false;

  constructor(stops: readonly string[]) {
    assert(!stops.includes(''), 'a stop string is empty');
    this.#stops = stops;
    this.#longest = Math.max(0, ...stops.map((stop) => stop.length));
  }

  /** Takes the next piece of the answer. After a stop string all further text is dropped. */
  push(text: string): StopStep {
    if (this.#stopped) return { text: '', stopped: true };
    const pending = this.#held + text;
    const start = this.#startOfStop(pending);
    this.#stopped = start !== null;
    const end = start ?? pending.length - this.#undecided(pending);
    this.#held = start === null ? pending.slice(end) : '';
    return { text: pending.slice(0, end), stopped: this.#stopped };
  }

  /** The text still held back, when the answer has ended without a stop string. */
  flush(): string {
    const text = this.#held;
    this.#held = '';
    return text;
  }

  /** Of the stop strings in `pending` the one that ends first, then the longest: how the text was cut up does not matter. */
  #startOfStop(pending: string): number | null {
    let first: { start: number; end: number } | null = null;
    for (const stop of this.#stops) {
      const start = pending.indexOf(stop);
      if (start < 0) continue;
      const end = start + stop.length;
      if (first === null || end < first.end || (end === first.end && start < first.start)) first = { start, end };
    }
    return first?.start ?? null;
  }

  /** How many characters at the end of `pending` may be the beginning of a stop string. */
  #undecided(pending: string): number {
    for (let count = Math.min(pending.length, this.#longest - 1); count > 0; count--) {
      const tail = pending.slice(-count);
      if (this.#stops.some((stop) => stop.startsWith(tail))) return count;
    }
    return 0;
  }
}
