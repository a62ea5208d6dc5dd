// Waits until the machine has idle cores for a measurement. Threads that wait for each other in a tight loop, as those
// of llama.cpp do, lose far more to other programs than others: on a busy machine a comparison says nothing.

import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

const SAMPLE_MS = 250;

export class Quiet {
  readonly #threads: number;
  readonly #patienceMs: number;
  #turns = 0;
  #calmTurns = 0;

  /** `threads`: idle cores that are needed; `patienceMs`: how long a turn may wait for them. */
  constructor({ threads, patienceMs }: { threads: number; patienceMs: number }) {
    this.#threads = threads;
    this.#patienceMs = patienceMs;
  }

  /** Resolves when enough cores were idle for a moment, or patience ran out. */
  async wait(): Promise<void> {
    this.#turns++;
    const startedAt = performance.now();
    do {
      // Also lets threads of the last turn that still wait actively go to sleep.
      if ((await idleCores()) >= this.#threads - 0.2) {
        this.#calmTurns++;
        return;
      }
    } while (performance.now() - startedAt < this.#patienceMs);
  }

  /** Share of the turns that began on a calm machine. */
  get calmShare(): number {
    return this.#turns === 0 ? 1 : this.#calmTurns / this.#turns;
  }
}

async function idleCores(): Promise<number> {
  const before = cpus();
  await pause(SAMPLE_MS);
  const after = cpus();
  return after.reduce((sum, { times }, index) => {
    const earlier = before[index]?.times ?? times;
    const total = (of: typeof times) => Object.values(of).reduce((all, ms) => all + ms, 0);
    const passed = total(times) - total(earlier);
    return sum + (passed === 0 ? 1 : (times.idle - earlier.idle) / passed);
  }, 0);
}
