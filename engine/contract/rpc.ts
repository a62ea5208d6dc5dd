// One protocol over any pipe: typed calls and streams over a Channel. It knows nothing of sockets, ports or processes.

import type { ErrorCode, WireError } from './errors.ts';
import { RemoteError } from './errors.ts';
import type { CallName, EngineCalls, EngineStreams, StreamName } from './engine-api.ts';

/** A two-way pipe of JSON-safe frames. `onClose` fires once. */
export interface Channel {
  send(frame: unknown): void;
  onFrame(listener: (frame: unknown) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

export interface RequestFrame {
  id: number;
  method: string;
  params: unknown;
}
export interface CancelFrame {
  id: number;
  cancel: true;
}
export type ResponseFrame =
  | { id: number; result: unknown }
  | { id: number; event: unknown }
  | { id: number; error: WireError };

type StreamOf<M extends StreamName> = AsyncGenerator<EngineStreams[M]['event'], EngineStreams[M]['result']>;

export interface EngineClient {
  call<M extends CallName>(method: M, params: EngineCalls[M]['params']): Promise<EngineCalls[M]['result']>;
  /** Leaving the loop early, or aborting the signal, cancels; after an abort the stream still ends with its result. */
  stream<M extends StreamName>(method: M, params: EngineStreams[M]['params'], signal?: AbortSignal): StreamOf<M>;
  close(): void;
  readonly closed: Promise<void>;
}

interface Pending {
  event(event: unknown): void;
  result(result: unknown): void;
  error(error: Error): void;
}

/** The calling end. Calls under way when the channel closes fail with `engine-gone`. */
export function connect(channel: Channel): EngineClient {
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let open = true;
  const closed = new Promise<void>((resolve) => channel.onClose(resolve));
  const gone = () =>
    new RemoteError({
      code: 'engine-gone',
      message: 'The engine ended. Your text is kept; send again when it is back.',
    });
  void closed.then(() => {
    open = false;
    for (const entry of pending.values()) entry.error(gone());
    pending.clear();
  });
  channel.onFrame((frame) => {
    const response = frame as ResponseFrame;
    const entry = pending.get(response.id);
    if (entry === undefined) return;
    if ('event' in response) return entry.event(response.event);
    pending.delete(response.id);
    if ('error' in response) entry.error(new RemoteError(response.error));
    else entry.result(response.result);
  });
  const begin = (method: string, params: unknown, entry: Pending): number => {
    const id = nextId++;
    if (!open) {
      entry.error(gone());
      return id;
    }
    pending.set(id, entry);
    channel.send({ id, method, params } satisfies RequestFrame);
    return id;
  };
  return {
    call: (method, params) =>
      new Promise((resolve, reject) => {
        begin(method, params, { event: () => {}, result: resolve, error: reject });
      }),
    stream: (method, params, signal) => {
      const cancel = (id: number) => {
        if (open && pending.has(id)) channel.send({ id, cancel: true } satisfies CancelFrame);
      };
      return streamOf((entry) => begin(method, params, entry), cancel, signal) as never;
    },
    close: () => channel.close(),
    closed,
  };
}

async function* streamOf(
  begin: (entry: Pending) => number,
  cancel: (id: number) => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown, unknown> {
  const events: unknown[] = [];
  let outcome: { result: unknown } | { error: Error } | null = null;
  let wake = () => {};
  const id = begin({
    event: (event) => {
      events.push(event);
      wake();
    },
    result: (result) => {
      outcome = { result };
      wake();
    },
    error: (error) => {
      outcome = { error };
      wake();
    },
  });
  const abort = () => cancel(id);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  const ended = () => outcome;
  try {
    for (;;) {
      while (events.length > 0) yield events.shift();
      const end = ended();
      if (end !== null) {
        if ('error' in end) throw end.error;
        return end.result;
      }
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    if (ended() === null) cancel(id);
  }
}

export type CallHandlers = {
  [M in CallName]: (params: EngineCalls[M]['params']) => EngineCalls[M]['result'] | Promise<EngineCalls[M]['result']>;
};
export type StreamHandlers = {
  [M in StreamName]: (params: EngineStreams[M]['params'], signal: AbortSignal) => StreamOf<M>;
};

/** What the serving end needs: handlers, the input check, and how an error is told. */
export interface Service {
  calls: CallHandlers;
  streams: StreamHandlers;
  /** Returns the checked params; throws an error with a `code` where they are not of the method's form. */
  check(method: CallName | StreamName, params: unknown): unknown;
  /** A thrown value as a frame may carry it. `internal` errors should be logged here. */
  describe(error: unknown, method: string): WireError;
}

const wire = (code: ErrorCode, message: string): WireError => ({ code, message });

/** The serving end. A malformed frame gets a `bad-request` answer where it has an id, and never ends the channel. */
export function serve(channel: Channel, service: Service): void {
  const running = new Map<number, AbortController>();
  let open = true;
  channel.onClose(() => {
    open = false;
    for (const controller of running.values()) controller.abort();
  });
  const send = (frame: ResponseFrame) => {
    if (open) channel.send(frame);
  };
  const tell = (error: unknown, method: string): WireError =>
    error instanceof RemoteError ? wire(error.code, error.message) : service.describe(error, method);
  channel.onFrame((frame) => {
    const request = readFrame(frame);
    if ('problem' in request) return send({ id: request.id, error: wire('bad-request', request.problem) });
    if ('cancel' in request) return running.get(request.id)?.abort();
    if (running.has(request.id))
      return send({ id: request.id, error: wire('bad-request', 'This request id is in use.') });
    const controller = new AbortController();
    running.set(request.id, controller);
    answer(request, service, { signal: controller.signal, send })
      .then(
        (result) => send({ id: request.id, result: result ?? {} }),
        (error: unknown) => send({ id: request.id, error: tell(error, request.method) }),
      )
      .finally(() => running.delete(request.id));
  });
}

async function answer(
  request: RequestFrame,
  service: Service,
  reply: { signal: AbortSignal; send(frame: ResponseFrame): void },
): Promise<unknown> {
  const { method } = request;
  if (Object.hasOwn(service.calls, method)) {
    const handler = service.calls[method as CallName] as (params: unknown) => unknown;
    return handler(service.check(method as CallName, request.params));
  }
  if (Object.hasOwn(service.streams, method)) {
    const handler = service.streams[method as StreamName] as (
      params: unknown,
      signal: AbortSignal,
    ) => AsyncGenerator<unknown, unknown>;
    const stream = handler(service.check(method as StreamName, request.params), reply.signal);
    for (;;) {
      const step = await stream.next();
      if (step.done === true) return step.value;
      reply.send({ id: request.id, event: step.value });
    }
  }
  throw new RemoteError(wire('bad-request', `There is no method named ${JSON.stringify(method)}.`));
}

function readFrame(frame: unknown): RequestFrame | CancelFrame | { id: number; problem: string } {
  if (typeof frame !== 'object' || frame === null) return { id: 0, problem: 'A frame must be an object.' };
  const { id, method, params, cancel } = frame as Record<string, unknown>;
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1) {
    return { id: 0, problem: 'A frame needs a whole positive number as its id.' };
  }
  if (cancel === true) return { id, cancel };
  if (typeof method !== 'string') return { id, problem: 'A request needs the name of a method.' };
  return { id, method, params: params ?? {} };
}
