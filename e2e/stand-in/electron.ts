// A small stand-in for the `electron` module's main-process side: what our shell uses of it, and no more. It lets the
// real built shell, preload and engine meet a page in real Chromium where no Electron runtime is. What it shows is
// wiring and guards; it is not Electron, and a passing test here says nothing of Electron's own behaviour.

import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CustomScheme, MenuItemConstructorOptions } from 'electron';
import { facts } from './facts.ts';
import { StandInPort } from './ports.ts';
import { StandInUtilityProcess } from './utility-process.ts';
import { StandInWindow, surroundings } from './window.ts';

const root = join(import.meta.dirname, '..', '..');
let ready = false;

/** https://www.electronjs.org/docs/latest/api/app */
class StandInApp extends EventEmitter {
  readonly isPackaged = false;

  enableSandbox(): void {
    facts.sandboxEnabled = ready ? 'after ready' : 'before ready';
  }
  getAppPath(): string {
    return root;
  }
  getVersion(): string {
    return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
  }
  requestSingleInstanceLock(): boolean {
    return true;
  }
  async whenReady(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    ready = true;
  }
  /** Windows close first, then will-quit may hold the end up. */
  quit(): void {
    void this.#quit();
  }

  async #quit(): Promise<void> {
    await Promise.all(StandInWindow.all.splice(0).map((window) => window.destroy()));
    let prevented = false;
    this.emit('will-quit', { preventDefault: () => (prevented = true) });
    if (!prevented) process.exit(0);
  }
}

export const app = new StandInApp();
export const ipcMain = new EventEmitter();
surroundings.app = app;
surroundings.ipcMain = ipcMain;

export { StandInWindow as BrowserWindow };

/** https://www.electronjs.org/docs/latest/api/message-channel-main */
export class MessageChannelMain {
  readonly port1: StandInPort;
  readonly port2: StandInPort;
  constructor() {
    ({ port1: this.port1, port2: this.port2 } = StandInPort.pair());
  }
}

export const utilityProcess = {
  fork: (entry: string, args: string[] = [], options: { env?: NodeJS.ProcessEnv } = {}) => {
    const child = new StandInUtilityProcess(entry, args, options);
    facts.engineProcessId = child.pid ?? null;
    return child;
  },
};

/** https://www.electronjs.org/docs/latest/api/protocol */
export const protocol = {
  registerSchemesAsPrivileged: (schemes: CustomScheme[]) => {
    for (const scheme of schemes) {
      facts.schemes.push({ scheme: scheme.scheme, privileges: { ...scheme.privileges }, whenReady: ready });
    }
  },
  handle: (_scheme: string, handler: (request: Request) => Response | Promise<Response>) => {
    surroundings.handleRequest = handler;
  },
};

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** https://www.electronjs.org/docs/latest/api/net#netfetchinput-init: file URLs, with the type by the name. */
export const net = {
  fetch: async (url: string) => {
    const file = fileURLToPath(url);
    const body = new Uint8Array(await readFile(file));
    return new Response(body, { headers: { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' } });
  },
};

type RequestHandler = (contents: { getURL(): string }, permission: string, answer: (granted: boolean) => void) => void;
type CheckHandler = (contents: null, permission: string, origin: string) => boolean;

const permissions: { request: RequestHandler; check: CheckHandler; device: () => boolean } = {
  request: (_contents, _permission, answer) => answer(true),
  check: () => true,
  device: () => true,
};

/** https://www.electronjs.org/docs/latest/api/session: without handlers everything is granted. */
export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler: RequestHandler) => (permissions.request = handler),
    setPermissionCheckHandler: (handler: CheckHandler) => (permissions.check = handler),
    setDevicePermissionHandler: (handler: () => boolean) => (permissions.device = handler),
  },
};

export const shell = {
  openExternal: async (url: string) => void facts.openedOutside.push(url),
};

export const Menu = {
  buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
  setApplicationMenu: (template: MenuItemConstructorOptions[]) => {
    facts.menuLabels = template.map(({ role, label }) => role ?? label ?? '');
  },
};

/** What a test may ask, by the IPC of the process. */
const questions: Record<string, (...given: string[]) => unknown> = {
  facts: () => facts,
  permission: (permission = '', url = '') => {
    let requested: boolean | null = null;
    permissions.request({ getURL: () => url }, permission, (granted) => (requested = granted));
    return { requested, checked: permissions.check(null, permission, url), device: permissions.device() };
  },
  request: async (url = '') => {
    const response = await surroundings.handleRequest(new Request(url));
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  },
  quit: () => app.quit(),
};

process.on('message', ({ id, question, given }: { id: number; question: string; given: string[] }) => {
  void Promise.resolve(questions[question]?.(...given)).then((answer) => process.send?.({ id, answer }));
});
