// Between the page and the shell: says which host this is, hands engine notices and the engine's port to the page.
// The port cannot cross the context bridge, so it goes by window.postMessage. Nothing is read from it here.

import { contextBridge, ipcRenderer } from 'electron';
import type { EngineNotice, HostInfo } from '../engine/contract/host-api.ts';

const VERSION_FLAG = '--hearth-version=';

const info: HostInfo = {
  kind: 'electron',
  version: process.argv.find((flag) => flag.startsWith(VERSION_FLAG))?.slice(VERSION_FLAG.length) ?? '',
  platform: process.platform,
};

const listeners: ((notice: EngineNotice) => void)[] = [];
let latest: EngineNotice | null = null;

ipcRenderer.on('engine:notice', (_event, notice: EngineNotice) => {
  latest = notice;
  for (const listener of listeners) listener(notice);
});
ipcRenderer.on('engine:port', (event) => {
  window.postMessage('hearth-engine-port', window.location.origin, event.ports);
});

contextBridge.exposeInMainWorld('hearthHost', {
  info,
  onNotice: (listener: (notice: EngineNotice) => void) => {
    listeners.push(listener);
    if (latest !== null) listener(latest);
  },
});

// Asked for only when the page's own scripts have run: a port posted earlier would find nobody listening.
window.addEventListener('load', () => ipcRenderer.send('engine:connect'), { once: true });
