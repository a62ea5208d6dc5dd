// Whether the machine was at rest while something was measured. Threads that wait for each other in a tight loop, as
// those of llama.cpp do, lose far more to other programs than others: on a busy machine a comparison says nothing.

import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

const SAMPLE_MS = 100;
/** Of the cores that must be idle; what the machine does for itself. */
const SLACK_CORES = 0.25;

export interface Calm {
  /** Share of the turns before which enough cores were idle. */
  share: number;
  /** Cores that other programs used during the turns, on average. */
  othersCores: number;
}

/** Medians bear a few turns that were disturbed. */
const LEAST: Calm = { share: 0.8, othersCores: 0.3 };

/** Whether figures may stand. */
export function isCalm({ share, othersCores }: Calm): boolean {
  return share >= LEAST.share && othersCores <= LEAST.othersCores;
}

/** Milliseconds that all cores together were busy or idle, and that this process was. */
interface Snapshot {
  atMs: number;
  busyMs: number;
  idleMs: number;
  ownMs: number;
}

export class Quiet {
  readonly #threads: number;
  #patienceMs: number;
  #turns = 0;
  #calmTurns = 0;
  #othersMs = 0;
  #wallMs = 0;

  /** `threads`: idle cores that are needed; `patienceMs`: how long all turns together may wait for them. */
  constructor({ threads, patienceMs }: { threads: number; patienceMs: number }) {
    this.#threads = threads;
    this.#patienceMs = patienceMs;
  }

  /** Runs when enough cores were idle for a moment, or patience ran out. `run` says what other processes it kept busy. */
  async turn<Ran extends { childMs: number }>(run: () => Promise<Ran>): Promise<Ran> {
    await this.#wait();
    const before = snapshot();
    const ran = await run();
    const after = snapshot();
    const own = after.ownMs - before.ownMs + ran.childMs;
    this.#othersMs += Math.max(0, after.busyMs - before.busyMs - own);
    this.#wallMs += after.atMs - before.atMs;
    return ran;
  }

  get calm(): Calm {
    return {
      share: this.#turns === 0 ? 1 : this.#calmTurns / this.#turns,
      othersCores: this.#wallMs === 0 ? 0 : this.#othersMs / this.#wallMs,
    };
  }

  async #wait(): Promise<void> {
    this.#turns++;
    for (;;) {
      // Also lets threads of the last turn that still wait actively go to sleep.
      const before = snapshot();
      await pause(SAMPLE_MS);
      const after = snapshot();
      const idle = after.idleMs - before.idleMs;
      const all = idle + after.busyMs - before.busyMs;
      if (all === 0 || (cpus().length * idle) / all >= this.#threads - SLACK_CORES) {
        this.#calmTurns++;
        return;
      }
      if (this.#patienceMs <= 0) return;
      this.#patienceMs -= after.atMs - before.atMs;
    }
  }
}

function snapshot(): Snapshot {
  const { user, system } = process.cpuUsage();
  const taken: Snapshot = { atMs: performance.now(), busyMs: 0, idleMs: 0, ownMs: (user + system) / 1000 };
  for (const { times } of cpus()) {
    taken.idleMs += times.idle;
    taken.busyMs += times.user + times.nice + times.sys + times.irq;
  }
  return taken;
}
