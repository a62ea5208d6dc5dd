// The built browser host as a real process on a data folder of its own, and a page in it, for every end-to-end test.

import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test as base } from '@playwright/test';

export { expect } from '@playwright/test';

const root = join(import.meta.dirname, '..');

/** A running host. `restart` keeps the data folder; the link changes with each start. */
export class BrowserHost {
  readonly dataFolder: string;
  url = '';
  #process: ChildProcess | null = null;

  constructor(dataFolder: string) {
    this.dataFolder = dataFolder;
  }

  async start(): Promise<void> {
    const flags = [join(root, 'dist', 'server', 'main.js'), '--data', this.dataFolder];
    const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /^Hearth is ready at (\S+)$/.exec(line)?.[1];
      if (url === undefined) continue;
      this.url = url;
      return;
    }
    throw new Error('the browser host ended before it was ready');
  }

  /** Ends the host as a person would, or with SIGKILL as a crash would. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async restart(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.stop(signal);
    await this.start();
  }

  /** The engine is the host's only child process. */
  get engineProcessId(): number {
    const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
    const pairs = processes.map((line) => line.trim().split(/\s+/).map(Number));
    const [id] = pairs.find(([, parent]) => parent === this.#process?.pid) ?? [];
    if (id === undefined) throw new Error('the host has no engine at the moment');
    return id;
  }

  killEngine(): void {
    process.kill(this.engineProcessId, 'SIGKILL');
  }
}

export const test = base.extend<{ host: BrowserHost }>({
  // Playwright wants a pattern as the first parameter, also where nothing is taken from it.
  // oxlint-disable-next-line no-empty-pattern
  host: async ({}, use) => {
    const host = new BrowserHost(mkdtempSync(join(tmpdir(), 'hearth-e2e-')));
    await host.start();
    await use(host);
    await host.stop();
    rmSync(host.dataFolder, { recursive: true, force: true });
  },
});
