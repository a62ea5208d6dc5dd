// The engine as a child process: starts it, shares one IPC pipe among clients, starts it again when it ends.
// It does not look into what clients say.

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { extname, join } from 'node:path';
import { engineEnvironment } from '../contract/engine-environment.ts';
import type { WireError } from '../contract/errors.ts';
import { RemoteError } from '../contract/errors.ts';
import type { Channel, EngineClient } from '../contract/rpc.ts';
import { connect } from '../contract/rpc.ts';
import type { EngineLife, EngineSignal, LifeEvents, PipeFrame, Supervisor } from '../contract/supervisor.ts';
import { supervise } from '../contract/supervisor.ts';

export interface EngineOptions {
  dataFolder: string;
  /** For this run only; the saved setting stays. */
  modelId?: string | undefined;
  resourcesFolder?: string | undefined;
}

/** An engine that is kept running. Channels belong to one engine process and close with it. */
export interface EngineProcess extends Supervisor {
  /** Null while no engine runs. */
  openChannel(): Channel | null;
  readonly processId: number | undefined;
}

// This file lies two folders below the project's root, as source and as part of the build.
const root = join(import.meta.dirname, '..', '..');
const fromSource = extname(import.meta.filename) === '.ts';
const entry = fromSource ? join(root, 'engine', 'main.ts') : join(root, 'dist', 'engine', 'main.js');

/** What an engine that crashed wrote last is shown; the rest of its log only with HEARTH_LOG=1. */
const KEPT_LOG_CHARACTERS = 4_000;

export function startEngineProcess(options: EngineOptions): EngineProcess {
  let pipe: EnginePipe | null = null;
  const supervisor = supervise((events) => {
    const next = new EnginePipe(options, {
      ...events,
      ended: () => {
        if (pipe === next) pipe = null;
        events.ended();
      },
    });
    pipe = next;
    return next;
  });
  return {
    get notice() {
      return supervisor.notice;
    },
    get processId() {
      return pipe?.processId;
    },
    onNotice: supervisor.onNotice,
    started: supervisor.started,
    close: supervisor.close,
    openChannel: () => pipe?.openChannel() ?? null,
  };
}

/** One engine for one client, for programs that end with it: a crash is not repaired but told. */
export async function openEngine(options: EngineOptions): Promise<{ client: EngineClient; close(): Promise<void> }> {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const failed = (error: WireError) => reject(new RemoteError(error));
  const pipe = new EnginePipe(options, {
    ready: resolve,
    failed,
    ended: () => {
      failed({ code: 'engine-gone', message: 'The engine ended while it was starting. Your text is kept; try again.' });
      end();
    },
  });
  await ready.catch(async (error: unknown) => {
    await ended;
    throw error;
  });
  return {
    client: connect(pipe.openChannel()),
    close: async () => {
      const force = setTimeout(() => pipe.kill(), 10_000);
      pipe.quit();
      await ended;
      clearTimeout(force);
    },
  };
}

interface PipeClient {
  frame(frame: unknown): void;
  closed(): void;
}

/** One engine process and the clients on its pipe. */
class EnginePipe implements EngineLife {
  readonly #child: ChildProcess;
  readonly #clients = new Map<number, PipeClient>();
  readonly #events: LifeEvents;
  #nextClient = 1;
  #expected = false;
  #log = '';

  constructor(options: EngineOptions, events: LifeEvents) {
    const flags = ['--data', options.dataFolder, '--resources', options.resourcesFolder ?? join(root, 'resources')];
    if (options.modelId !== undefined) flags.push('--model', options.modelId);
    this.#events = events;
    this.#child = fork(entry, flags, {
      env: { ...process.env, ...engineEnvironment(process.env, process.platform) },
      execArgv: [],
      serialization: 'json',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child.stdout?.on('data', (text: Buffer) => this.#keepLog(text));
    this.#child.stderr?.on('data', (text: Buffer) => this.#keepLog(text));
    this.#child.on('message', (message) => this.#receive(message as PipeFrame | EngineSignal));
    this.#child.on('error', (error) =>
      events.failed({ code: 'internal', message: `The engine could not be started: ${error.message}` }),
    );
    this.#child.once('close', () => this.#end());
  }

  get processId(): number | undefined {
    return this.#child.pid;
  }

  openChannel(): Channel {
    const id = this.#nextClient++;
    const client: PipeClient = { frame: () => {}, closed: () => {} };
    this.#clients.set(id, client);
    this.#send({ client: id, open: true });
    return {
      send: (frame) => {
        if (this.#clients.has(id)) this.#send({ client: id, frame });
      },
      onFrame: (listener) => (client.frame = listener),
      onClose: (listener) => (client.closed = listener),
      close: () => {
        if (!this.#clients.delete(id)) return;
        this.#send({ client: id, close: true });
        client.closed();
      },
    };
  }

  quit(): void {
    this.#expected = true;
    this.#send({ quit: true });
  }

  kill(): void {
    this.#expected = true;
    this.#child.kill('SIGKILL');
  }

  #send(frame: PipeFrame | { quit: true }): void {
    // A pipe that broke under us is told of by the child's end.
    if (this.#child.connected) this.#child.send(frame, () => {});
  }

  #receive(message: PipeFrame | EngineSignal): void {
    if ('engine' in message) {
      if (message.engine === 'ready') return this.#events.ready();
      this.#expected = true;
      return this.#events.failed(message.error);
    }
    const client = this.#clients.get(message.client);
    if ('frame' in message) return client?.frame(message.frame);
    this.#clients.delete(message.client);
    client?.closed();
  }

  #keepLog(text: Buffer): void {
    if (process.env.HEARTH_LOG === '1') process.stderr.write(text);
    else this.#log = (this.#log + text.toString()).slice(-KEPT_LOG_CHARACTERS);
  }

  #end(): void {
    if (!this.#expected) process.stderr.write(this.#log);
    for (const client of this.#clients.values()) client.closed();
    this.#clients.clear();
    this.#events.ended();
  }
}
