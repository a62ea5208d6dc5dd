// Stand-in for BrowserWindow and its webContents: a page in real Chromium, fed by the app's own protocol handler.
// The page's app://hearth is https://hearth.stand-in there, because Chromium itself does not know the scheme.
// https://www.electronjs.org/docs/latest/api/browser-window  https://www.electronjs.org/docs/latest/api/web-contents

import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import type { BrowserContext, Frame, Page, Request as PageRequest, Route } from '@playwright/test';
import type { BrowserWindowConstructorOptions } from 'electron';
import { facts } from './facts.ts';
import { preloadScript } from './page-shim.ts';
import type { PageMessage } from './page-shim.ts';
import { CarriedPorts } from './ports.ts';
import type { PortFrame, StandInPort } from './ports.ts';

const SHOWN_ORIGIN = 'https://hearth.stand-in';
const APP_ORIGIN = 'app://hearth';
const toApp = (url: string) => (url.startsWith(SHOWN_ORIGIN) ? APP_ORIGIN + url.slice(SHOWN_ORIGIN.length) : url);
const toShown = (url: string) => (url.startsWith(APP_ORIGIN) ? SHOWN_ORIGIN + url.slice(APP_ORIGIN.length) : url);

/** What the rest of the stand-in gives a window: the app's protocol handler, ipcMain, and app's events. */
export const surroundings = {
  handleRequest: (_request: Request): Response | Promise<Response> => new Response(null, { status: 404 }),
  ipcMain: new EventEmitter(),
  app: new EventEmitter(),
};

/** Runs in the page: see page-shim.ts. */
function deliverInPage(message: PageMessage): void {
  (window as unknown as { standInDeliver(message: PageMessage): void }).standInDeliver(message);
}

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' };

export class StandInContents extends EventEmitter {
  page: Page | null = null;
  #openHandler: OpenHandler = () => ({ action: 'allow' });
  readonly #ports = new CarriedPorts((frame) => this.deliver(frame));

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  getURL(): string {
    return toApp(this.page?.url() ?? '');
  }

  send(channel: string, ...args: unknown[]): void {
    this.deliver({ channel, args, ports: [] });
  }

  postMessage(channel: string, message: unknown, ports: StandInPort[] = []): void {
    this.deliver({ channel, args: [message], ports: ports.map((port) => this.#ports.carry(port)) });
  }

  receivePort(frame: PortFrame): void {
    this.#ports.receive(frame);
  }

  deliver(message: PageMessage): void {
    // A page that was closed or is being loaded anew no longer wants it.
    this.page?.evaluate(deliverInPage, message).catch(() => {});
  }

  /** True where the app lets the navigation happen. */
  mayNavigate(url: string): boolean {
    let allowed = true;
    const event = { url, preventDefault: () => (allowed = false) };
    this.emit('will-navigate', event);
    return allowed;
  }

  openWindow(url: string): void {
    facts.windowOpens.push({ url, action: this.#openHandler({ url }).action });
  }
}

export class StandInWindow extends EventEmitter {
  static readonly all: StandInWindow[] = [];
  readonly webContents = new StandInContents();
  readonly #options: BrowserWindowConstructorOptions;
  /** Chromium's own. */
  readonly #profileFolder = mkdtempSync(join(tmpdir(), 'hearth-stand-in-'));

  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.#options = options;
    StandInWindow.all.push(this);
    facts.webPreferences.push({ ...options.webPreferences });
    surroundings.app.emit('web-contents-created', {}, this.webContents);
  }

  static getAllWindows(): StandInWindow[] {
    return StandInWindow.all;
  }

  async loadURL(url: string): Promise<void> {
    const folder = this.#profileFolder;
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: process.env.HEARTH_BROWSER,
      chromiumSandbox: process.getuid?.() !== 0,
      args: ['--disable-dev-shm-usage', '--remote-debugging-port=0'],
    });
    const page = context.pages()[0] ?? (await context.newPage());
    this.webContents.page = page;
    await this.#wire(context, page);
    await page.goto(toShown(url));
    this.emit('ready-to-show');
    const [port] = readFileSync(join(folder, 'DevToolsActivePort'), 'utf8').split('\n');
    facts.debuggingPort = Number(port);
  }

  show(): void {
    facts.shown += 1;
  }
  focus(): void {}
  restore(): void {}
  isMinimized(): boolean {
    return false;
  }
  async destroy(): Promise<void> {
    await this.webContents.page?.context().close();
    rmSync(this.#profileFolder, { recursive: true, force: true });
    this.webContents.emit('destroyed');
  }

  async #wire(context: BrowserContext, page: Page): Promise<void> {
    const contents = this.webContents;
    await context.exposeBinding('standInSend', ({ frame }, channel: string, args: unknown[]) => {
      surroundings.ipcMain.emit(channel, { sender: contents, senderFrame: senderFrame(frame) }, ...args);
    });
    await context.exposeBinding('standInPort', (_source, frame: PortFrame) => contents.receivePort(frame));
    const { preload, additionalArguments = [] } = this.#options.webPreferences ?? {};
    await context.addInitScript(preloadScript(readFileSync(preload ?? '', 'utf8'), additionalArguments));
    context.on('page', (other) => void other.close());
    await context.route('**/*', (route) => this.#answer(route, page));
  }

  async #answer(route: Route, page: Page): Promise<void> {
    const request = route.request();
    const url = toApp(request.url());
    if (request.isNavigationRequest()) {
      const frame = frameOf(request);
      if (frame?.page() !== page) {
        this.webContents.openWindow(url);
        return route.abort('aborted');
      }
      // Not told of navigations that the program itself asked for (loadURL): the first one.
      if (frame === page.mainFrame() && page.url() !== 'about:blank') {
        const allowed = this.webContents.mayNavigate(url);
        facts.navigations.push({ url, allowed });
        if (!allowed) return route.abort('aborted');
      }
    }
    if (!url.startsWith(`${APP_ORIGIN}/`)) return route.abort('aborted');
    const response = await surroundings.handleRequest(new Request(url));
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  }
}

/** Null for a window that is only being opened: its first request comes before its frame. */
function frameOf(request: PageRequest): Frame | null {
  try {
    return request.frame();
  } catch {
    return null;
  }
}

function senderFrame(frame: Frame): { url: string; parent: unknown } {
  return { url: toApp(frame.url()), parent: frame.parentFrame() };
}
