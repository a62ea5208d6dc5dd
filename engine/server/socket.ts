// One WebSocket ⇄ one channel per engine process, and the host's notices in between. It does not read requests.

import type { WebSocket } from 'ws';
import type { EngineNotice } from '../contract/host-api.ts';
import type { WireError } from '../contract/errors.ts';
import type { Channel } from '../contract/rpc.ts';
import type { EngineProcess } from './engine-process.ts';

/** A document of the greatest length, every character escaped, still fits. */
export const MAX_FRAME_BYTES = 16 * 2 ** 20;
/** A page that reads nothing while this much waits for it is cut off. */
const MAX_WAITING_BYTES = 64 * 2 ** 20;

const BAD_FRAME: WireError = { code: 'bad-request', message: 'A frame must be one JSON text.' };
const NO_ENGINE: WireError = {
  code: 'engine-gone',
  message: 'The engine is not running at the moment. Your text is kept; send again when it is back.',
};

/** Couples a socket that was let in with the engine, across its restarts: each engine gets a channel of its own. */
export function coupleSocket(socket: WebSocket, engine: EngineProcess): void {
  let channel: Channel | null = null;
  const send = (frame: unknown) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_WAITING_BYTES) return socket.terminate();
    socket.send(JSON.stringify(frame));
  };
  const open = () => {
    const next = engine.openChannel();
    channel = next;
    next?.onFrame(send);
    next?.onClose(() => {
      if (channel === next) channel = null;
    });
  };
  const tell = (notice: EngineNotice) => {
    if (notice.engine === 'ready' && channel === null) open();
    send({ notice });
  };
  const stopListening = engine.onNotice(tell);
  tell(engine.notice);
  socket.on('message', (data, isBinary) => {
    const frame = isBinary ? undefined : parseFrame(data as Buffer);
    if (frame === undefined) return send({ id: 0, error: BAD_FRAME });
    if (channel === null) return send({ id: idOf(frame), error: NO_ENGINE });
    channel.send(frame);
  });
  // ws has answered with the right close code already: too large, not UTF-8, a broken frame.
  socket.on('error', () => {});
  socket.on('close', () => {
    stopListening();
    channel?.close();
  });
}

function parseFrame(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString()) as unknown;
  } catch {
    return undefined;
  }
}

function idOf(frame: unknown): number {
  const id = typeof frame === 'object' && frame !== null ? (frame as { id?: unknown }).id : undefined;
  return typeof id === 'number' ? id : 0;
}
