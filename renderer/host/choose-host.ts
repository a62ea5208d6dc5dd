// Picks the host this page runs in. The shell's preload announces itself; without it the page came from a server.

import { electronHost } from './electron-host.ts';
import type { Host } from './host.ts';
import { webHost } from './web-host.ts';

export function chooseHost(): Host {
  return window.hearthHost === undefined ? webHost(window.location) : electronHost(window.hearthHost);
}
