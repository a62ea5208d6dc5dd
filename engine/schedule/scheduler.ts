// Who is computed next. Up to `maxActive` sequences take turns, a step each; the others wait in the order they came.

import { EngineError } from '../errors.ts';
import type { Sequence } from './sequence.ts';

/** A place among the active ones; leaving the `using` block frees it, however it is left. */
export interface Slot extends Disposable {
  /** Hands the sequence to the loop, which steps it until it is done. */
  run(sequence: Sequence): void;
}

interface Waiting {
  enter(): void;
}

export class Scheduler {
  readonly #maxActive: number;
  readonly #running: Sequence[] = [];
  readonly #waiting: Waiting[] = [];
  #active = 0;
  #turn = 0;
  /** Somebody wants all places free; resolves when they are. Null: nobody does. */
  #emptied: (() => void) | null = null;
  /** Called when there is something to compute, or nobody computes any more. */
  onWork: () => void = () => {};

  constructor(maxActive: number) {
    this.#maxActive = maxActive;
  }

  /** How many would be computed before a request that comes now. */
  get queueLength(): number {
    return Math.max(0, this.#active - this.#maxActive + 1) + this.#waiting.length;
  }

  get activeCount(): number {
    return this.#active + this.#waiting.length;
  }

  /** Waits for a place. Throws `stopped` when the signal comes first. */
  async admit(signal: AbortSignal): Promise<Slot> {
    if (signal.aborted) throw stopped();
    if (this.#active >= this.#maxActive || this.#emptied !== null) await this.#wait(signal);
    else this.#active++;
    return this.#slot();
  }

  /** Runs `act` while nobody is computed: those who are end first, and who comes meanwhile waits. One call at a time. */
  async alone<T>(act: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
      if (this.#active === 0) resolve();
    });
    try {
      return await act();
    } finally {
      this.#emptied = null;
      for (const next of this.#waiting.splice(0, this.#maxActive)) {
        this.#active++;
        next.enter();
      }
      this.onWork();
    }
  }

  /** The sequence whose turn it is, or null when nobody has work. */
  next(): Sequence | null {
    for (let count = this.#running.length; count > 0; count--) {
      this.#turn = (this.#turn + 1) % this.#running.length;
      const sequence = this.#running[this.#turn];
      if (sequence === undefined || sequence.done) continue;
      sequence.pace = this.#active === 1 ? 'alone' : 'shared';
      return sequence;
    }
    return null;
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(stopped());
      };
      const entry: Waiting = {
        enter: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      this.#waiting.push(entry);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #slot(): Slot {
    let held: Sequence | null = null;
    let open = true;
    return {
      run: (sequence) => {
        held = sequence;
        this.#running.push(sequence);
        this.onWork();
      },
      [Symbol.dispose]: () => {
        if (!open) return;
        open = false;
        if (held !== null) this.#running.splice(this.#running.indexOf(held), 1);
        // A free place goes straight to whoever waits longest: `active` stays the same.
        const next = this.#emptied === null ? this.#waiting.shift() : undefined;
        if (next === undefined) this.#active--;
        else next.enter();
        if (this.#active === 0) this.#emptied?.();
        this.onWork();
      },
    };
  }
}

function stopped(): EngineError {
  return new EngineError('stopped', 'Stopped before the answer began. Your message is kept.');
}
