// Entry of the engine process: options in, one channel per client, and word to the host of how the start went.
// It knows two doors, a child process's IPC and Electron's utility process, and nothing of what is asked through them.

import { parseArgs } from 'node:util';
import type { ErrorCode, WireError } from './contract/errors.ts';
import type { Channel } from './contract/rpc.ts';
import { serve } from './contract/rpc.ts';
import type { EngineSignal, PipeFrame } from './contract/supervisor.ts';
import { EngineError } from './errors.ts';
import { defaultDataFolder } from './lib/data-folder.ts';
import { log } from './lib/log.ts';

/** What this file uses of a MessagePort as Electron's utility process sees it (electron.d.ts: MessagePortMain). */
interface Port {
  on(event: 'message', listener: (event: { data: unknown; ports: Port[] }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}

interface Door {
  signal(signal: EngineSignal): void;
  /** `client` gets a channel per client, `quit` fires when the host asks for the end or is gone. */
  open(events: { client: (channel: Channel) => void; quit: () => void }): void;
}

function portDoor(parent: Port): Door {
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port, not a window
    signal: (signal) => parent.postMessage(signal),
    open: ({ client, quit }) =>
      parent.on('message', ({ data, ports }) => {
        for (const port of ports) client(portChannel(port));
        if (isQuit(data)) quit();
      }),
  };
}

function portChannel(port: Port): Channel {
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port, not a window
    send: (frame) => port.postMessage(frame),
    onFrame: (listener) => {
      port.on('message', (event) => listener(event.data));
      port.start();
    },
    onClose: (listener) => port.on('close', listener),
    close: () => port.close(),
  };
}

interface PipeClient {
  frame(frame: unknown): void;
  closed(): void;
}

function sendToHost(frame: PipeFrame | EngineSignal): void {
  if (process.connected) process.send?.(frame);
}

function pipeDoor(): Door {
  const clients = new Map<number, PipeClient>();
  const open = (id: number): Channel => {
    const client: PipeClient = { frame: () => {}, closed: () => {} };
    clients.set(id, client);
    return {
      send: (frame) => sendToHost({ client: id, frame }),
      onFrame: (listener) => (client.frame = listener),
      onClose: (listener) => (client.closed = listener),
      close: () => {
        if (clients.delete(id)) sendToHost({ client: id, close: true });
        client.closed();
      },
    };
  };
  return {
    signal: sendToHost,
    open: ({ client, quit }) => {
      if (!process.connected) return quit();
      process.on('disconnect', quit);
      process.on('message', (message: unknown) => {
        if (isQuit(message)) return quit();
        const frame = message as PipeFrame;
        if ('open' in frame) return client(open(frame.client));
        if ('frame' in frame) return clients.get(frame.client)?.frame(frame.frame);
        clients.get(frame.client)?.closed();
        clients.delete(frame.client);
      });
    },
  };
}

function isQuit(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'quit' in message;
}

/** An error of the start as one sentence for a person; what is not an EngineError is logged in full. */
function startError(error: unknown): WireError {
  if (error instanceof EngineError) return { code: error.code, message: error.message };
  const cause = error instanceof Error ? error : new Error(String(error));
  log('error', 'the engine could not start', { stack: cause.stack ?? '' });
  const code: ErrorCode = 'internal';
  return { code, message: `The engine could not start: ${cause.message.split('\n')[0]}. Nothing was changed.` };
}

async function main(door: Door): Promise<void> {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, resources: { type: 'string' }, model: { type: 'string' } },
  });
  if (values.resources === undefined) throw new EngineError('bad-request', 'The engine needs --resources FOLDER.');
  // Loaded here, so that a machine without the native parts gets a sentence instead of a stack.
  const { startEngine } = await import('./engine.ts');
  const engine = await startEngine({
    dataFolder: values.data ?? defaultDataFolder(),
    resourcesFolder: values.resources,
    ...(values.model === undefined ? {} : { modelId: values.model }),
  });
  let ending = false;
  const quit = () => {
    if (ending) return;
    ending = true;
    void engine.close().finally(() => process.exit(0));
  };
  door.open({ client: (channel) => serve(channel, engine.service), quit });
  door.signal({ engine: 'ready' });
  process.on('SIGTERM', quit);
}

const parentPort = (process as { parentPort?: Port }).parentPort;
const door = parentPort === undefined ? pipeDoor() : portDoor(parentPort);
// Ctrl+C reaches the whole process group: the host decides when the engine ends.
process.on('SIGINT', () => {});
try {
  await main(door);
} catch (error) {
  door.signal({ engine: 'failed', error: startError(error) });
  process.exitCode = 1;
  // Leaves once the message is out: an open IPC channel would keep the process.
  if (parentPort === undefined && process.connected) process.disconnect();
  else setTimeout(() => process.exit(1), 100);
}
