// What surrounds the built preload in the page: `require('electron')` as a sandboxed preload sees it.
// It runs in the page's own world: the stand-in does not show that context isolation holds.
// https://www.electronjs.org/docs/latest/tutorial/sandbox#preload-scripts

import type { PortFrame } from './ports.ts';

/** Main process to page. */
export type PageMessage = { channel: string; args: unknown[]; ports: number[] } | PortFrame;

interface ShimWindow extends Window {
  standInDeliver(message: PageMessage): void;
  standInSend(channel: string, args: unknown[]): void;
  standInPort(frame: PortFrame): void;
}

type Listener = (event: { ports: MessagePort[] }, ...args: unknown[]) => void;

/** Serialised into the page, so it may use nothing from outside its own body. */
function shim(argv: string[], platform: string, preload: (require: unknown, process: unknown) => void): void {
  const page = window as unknown as ShimWindow;
  // A preload runs in the main frame only (nodeIntegrationInSubFrames is off).
  if (window !== window.top) return;
  const listeners = new Map<string, Listener[]>();
  const ports = new Map<number, MessagePort>();
  const receivePort = (id: number): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    ports.set(id, port1);
    port1.addEventListener('message', (event) => page.standInPort({ port: id, data: event.data as unknown }));
    port1.start();
    return port2;
  };
  page.standInDeliver = (message) => {
    if ('channel' in message) {
      const event = { ports: message.ports.map(receivePort) };
      for (const listener of listeners.get(message.channel) ?? []) listener(event, ...message.args);
    } else if ('data' in message) {
      ports.get(message.port)?.postMessage(message.data);
    } else {
      ports.get(message.port)?.close();
      ports.delete(message.port);
    }
  };
  const electron = {
    contextBridge: {
      exposeInMainWorld: (key: string, api: unknown) => Object.assign(window, { [key]: api }),
    },
    ipcRenderer: {
      on: (channel: string, listener: Listener) => {
        listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      },
      send: (channel: string, ...args: unknown[]) => page.standInSend(channel, args),
    },
  };
  const require = (name: string) => {
    if (name !== 'electron') throw new Error(`a sandboxed preload may not require ${name}`);
    return electron;
  };
  preload(require, { argv, platform });
}

/** The script to run before anything else in each document. */
export function preloadScript(preloadCode: string, argv: string[]): string {
  const preload = `function (require, process) { const module = { exports: {} }; const exports = module.exports;\n${preloadCode}\n}`;
  return `(${shim.toString()})(${JSON.stringify(argv)}, ${JSON.stringify(process.platform)}, ${preload});`;
}
