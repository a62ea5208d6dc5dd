// Starts the built shell on the stand-in, and joins its page, for tests.

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { Facts } from './facts.ts';

const root = join(import.meta.dirname, '..', '..');

export class Shell {
  readonly dataFolder = mkdtempSync(join(tmpdir(), 'hearth-shell-'));
  readonly #process: ChildProcess;
  readonly #answers = new Map<number, (answer: never) => void>();
  #nextId = 1;
  #page: Promise<Page> | null = null;

  constructor() {
    this.#process = fork(join(root, 'dist', 'electron', 'main.js'), [`--data=${this.dataFolder}`], {
      execArgv: ['--import', join(root, 'e2e', 'stand-in', 'register.ts')],
    });
    this.#process.on('message', ({ id, answer }: { id: number; answer: never }) => this.#answers.get(id)?.(answer));
  }

  ask<T>(question: string, ...given: string[]): Promise<T> {
    const id = this.#nextId++;
    const answer = new Promise<T>((resolve) => this.#answers.set(id, resolve));
    this.#process.send({ id, question, given });
    return answer;
  }

  facts(): Promise<Facts> {
    return this.ask<Facts>('facts');
  }

  /** The shell's page, as soon as it is shown. */
  page(): Promise<Page> {
    this.#page ??= this.#joinPage();
    return this.#page;
  }

  async #joinPage(): Promise<Page> {
    let port: number | null = null;
    await expect.poll(async () => (port = (await this.facts()).debuggingPort)).not.toBeNull();
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const page = browser.contexts()[0]?.pages()[0];
    if (page === undefined) throw new Error('the shell has no page');
    return page;
  }

  /** Quits as the menu does; resolves with the exit code. */
  async quit(): Promise<number | null> {
    if (this.#process.exitCode !== null) return this.#process.exitCode;
    const ended = once(this.#process, 'exit');
    this.#process.send({ id: 0, question: 'quit', given: [] });
    const [code] = (await ended) as [number | null];
    rmSync(this.dataFolder, { recursive: true, force: true });
    return code;
  }
}
