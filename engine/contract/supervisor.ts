// What an engine process and its host say to each other about the process itself, and how a host keeps one running.
// It starts no process: the host says how (child process, Electron's utility process).

import type { WireError } from './errors.ts';
import { RemoteError } from './errors.ts';
import type { EngineNotice } from './host-api.ts';

/** Engine to host: how its start went. After `failed` the process exits with code 1. */
export type EngineSignal = { engine: 'ready' } | { engine: 'failed'; error: WireError };
/** Host to engine: finish what is being written, then exit. */
export interface QuitSignal {
  quit: true;
}
/** Clients that share one pipe (child process IPC). Where each client has a port of its own, nothing is wrapped. */
export type PipeFrame =
  | { client: number; open: true }
  | { client: number; frame: unknown }
  | { client: number; close: true };

/** One engine process, from its start to its end. */
export interface EngineLife {
  quit(): void;
  kill(): void;
}
export interface LifeEvents {
  ready(): void;
  failed(error: WireError): void;
  /** The process is gone; fires once. */
  ended(): void;
}

export interface Supervisor {
  readonly notice: EngineNotice;
  /** Returns the function that ends the listening. */
  readonly onNotice: (listener: (notice: EngineNotice) => void) => () => void;
  /** Resolves with the first `ready`; rejects with a RemoteError when the first start fails. */
  readonly started: Promise<void>;
  /** Asks the engine to finish; ends it by force after `graceMs`. */
  readonly close: (graceMs?: number) => Promise<void>;
}

/** Waits before the first, second, … restart in a row. After the last one the engine counts as failed. */
const RESTART_DELAYS_MS = [0, 250, 1_000, 4_000];
/** An engine that ran this long is trusted again: the next end is a first one. */
const TRUSTED_AFTER_MS = 30_000;

const RESTARTING = 'The engine ended and is being started again. Your text is kept.';
const FAILED =
  'The engine ended several times in a row and was not started again. Your text is kept; close Hearth and open it again.';

/** Starts the engine, and starts it again whenever it ends, with growing waits. A start that fails with a reason is final. */
export function supervise(start: (events: LifeEvents) => EngineLife): Supervisor {
  const listeners = new Set<(notice: EngineNotice) => void>();
  let notice: EngineNotice = { engine: 'starting', message: null };
  let life: EngineLife | null = null;
  let restarts = 0;
  let readyAt: number | null = null;
  let closing: (() => void) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const { promise: started, resolve, reject } = Promise.withResolvers<void>();
  started.catch(() => {});

  const tell = (next: EngineNotice) => {
    notice = next;
    for (const listener of listeners) listener(next);
  };
  const fail = (error: WireError) => {
    tell({ engine: 'failed', message: error.message });
    reject(new RemoteError(error));
  };
  const ended = () => {
    life = null;
    if (closing !== null) return closing();
    if (notice.engine === 'failed') return;
    if (readyAt !== null && Date.now() - readyAt > TRUSTED_AFTER_MS) restarts = 0;
    readyAt = null;
    const delayMs = RESTART_DELAYS_MS[restarts++];
    if (delayMs === undefined) return fail({ code: 'engine-gone', message: FAILED });
    tell({ engine: 'restarting', message: RESTARTING });
    timer = setTimeout(run, delayMs);
  };
  const ready = () => {
    readyAt = Date.now();
    tell({ engine: 'ready', message: null });
    resolve();
  };
  const run = () => {
    life = start({ ready, failed: fail, ended });
  };
  run();

  return {
    get notice() {
      return notice;
    },
    onNotice: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    started,
    close: async (graceMs = 10_000) => {
      clearTimeout(timer);
      if (life === null) return;
      const gone = new Promise<void>((done) => (closing = done));
      const force = setTimeout(() => life?.kill(), graceMs);
      life.quit();
      await gone;
      clearTimeout(force);
    },
  };
}
