// The desktop shell: a MessagePort straight to the engine, handed over by the preload, a new one after each restart.

import type { EngineNotice, HostInfo } from '../../engine/contract/host-api.ts';
import { connect, type Channel } from '../../engine/contract/rpc.ts';
import type { Host } from './host.ts';

/** What the preload puts on the window. */
export interface HearthHost {
  info: HostInfo;
  onNotice(listener: (notice: EngineNotice) => void): void;
}

declare global {
  interface Window {
    hearthHost?: HearthHost;
  }
}

const PORT_MESSAGE = 'hearth-engine-port';

export function electronHost(bridge: HearthHost): Host {
  return {
    info: bridge.info,
    start(listener) {
      let current: Channel | null = null;
      const drop = () => {
        current?.close();
        current = null;
      };
      window.addEventListener('message', (event) => {
        const port = event.ports[0];
        if (event.source !== window || event.data !== PORT_MESSAGE || port === undefined) return;
        drop();
        current = portChannel(port);
        listener.onClient(connect(current));
      });
      bridge.onNotice((notice) => {
        if (notice.engine === 'restarting' || notice.engine === 'failed') {
          drop();
          listener.onClient(null);
        }
        listener.onNotice(notice);
      });
    },
  };
}

/** A port as a channel. Closing it here tells our own listeners, because a port's own end is never told of its close(). */
export function portChannel(port: MessagePort): Channel {
  const closeListeners: (() => void)[] = [];
  let open = true;
  const end = () => {
    if (!open) return;
    open = false;
    for (const listener of closeListeners) listener();
  };
  port.addEventListener('close', end);
  return {
    send: (frame) => port.postMessage(frame),
    onFrame: (listener) => {
      port.addEventListener('message', (event) => {
        if (open) listener(event.data);
      });
      port.start();
    },
    onClose: (listener) => closeListeners.push(listener),
    close: () => {
      port.close();
      end();
    },
  };
}
