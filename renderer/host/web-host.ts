// The browser host: one WebSocket to the loopback server, made again after each loss. The server's cookie is the key.

import type { EngineNotice } from '../../engine/contract/host-api.ts';
import { connect, type Channel } from '../../engine/contract/rpc.ts';
import type { Host, HostListener } from './host.ts';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 4000;

export function webHost(location: Location): Host {
  const address = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/socket`;
  return {
    info: { kind: 'browser', version: '', platform: navigator.platform },
    start: (listener) => keepConnected(address, listener),
  };
}

function keepConnected(address: string, listener: HostListener): void {
  let retryMs = FIRST_RETRY_MS;
  const open = () => {
    const socket = new WebSocket(address);
    const line = new SocketLine(socket, listener);
    socket.addEventListener('open', () => (retryMs = FIRST_RETRY_MS));
    socket.addEventListener('message', (event) => line.receive(String(event.data)));
    socket.addEventListener('close', () => {
      line.drop();
      listener.onNotice({
        engine: 'restarting',
        message: 'Hearth cannot be reached. Trying again; if this lasts, start it and open the address it prints.',
      });
      setTimeout(open, retryMs);
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    });
  };
  open();
}

/**
 * One socket. It outlives the engine: each engine behind it gets a channel of its own, so that no call spans two.
 * The server says how the engine is as soon as the socket is open, and at each change.
 */
class SocketLine {
  readonly #socket: WebSocket;
  readonly #listener: HostListener;
  #channel: (Channel & { receive(frame: unknown): void }) | null = null;

  constructor(socket: WebSocket, listener: HostListener) {
    this.#socket = socket;
    this.#listener = listener;
  }

  renew(): void {
    if (this.#channel !== null) return;
    this.#channel = socketChannel(this.#socket);
    this.#listener.onClient(connect(this.#channel));
  }

  drop(): void {
    this.#channel?.close();
    this.#channel = null;
    this.#listener.onClient(null);
  }

  receive(text: string): void {
    const frame = JSON.parse(text) as { notice?: EngineNotice };
    if (frame.notice === undefined) return this.#channel?.receive(frame);
    if (frame.notice.engine === 'ready') this.renew();
    else this.drop();
    this.#listener.onNotice(frame.notice);
  }
}

function socketChannel(socket: WebSocket): Channel & { receive(frame: unknown): void } {
  const frameListeners: ((frame: unknown) => void)[] = [];
  const closeListeners: (() => void)[] = [];
  let open = true;
  return {
    send: (frame) => {
      if (open) socket.send(JSON.stringify(frame));
    },
    onFrame: (listener) => frameListeners.push(listener),
    onClose: (listener) => closeListeners.push(listener),
    receive: (frame) => {
      for (const listener of frameListeners) listener(frame);
    },
    close: () => {
      if (!open) return;
      open = false;
      for (const listener of closeListeners) listener();
    },
  };
}
