// Holds the engine in the middle of an answer, so that a test can act there however fast the machine is.

import { setTimeout as delay } from 'node:timers/promises';
import type { Locator } from '@playwright/test';
import type { BrowserHost } from './fixtures.ts';

/** So few milliseconds of work at a time that an answer needs many of them. */
const SLICE_MS = 4;
const SLICES = 400;
/** What one slice brought is on the page long before this. */
const LOOK_MS = 50;

/** Windows has no signal that holds a process. */
export const CANNOT_HOLD = process.platform === 'win32';

/** The engine stands still from `hold` on and works again after `release`, at the latest when it goes out of scope. */
export class HeldEngine implements Disposable {
  readonly #processId: number;

  private constructor(processId: number) {
    this.#processId = processId;
  }

  static hold(host: BrowserHost): HeldEngine {
    const engine = new HeldEngine(host.engineProcessId);
    process.kill(engine.#processId, 'SIGSTOP');
    return engine;
  }

  /** Lets it work in slices until the page shows `sign`, and holds it there. */
  async workUntil(sign: Locator): Promise<void> {
    for (let slice = 0; slice < SLICES; slice += 1) {
      this.release();
      await delay(SLICE_MS);
      process.kill(this.#processId, 'SIGSTOP');
      const seen = await sign.waitFor({ timeout: LOOK_MS }).then(
        () => true,
        () => false,
      );
      if (seen) return;
    }
    throw new Error('the engine did not come that far');
  }

  release(): void {
    process.kill(this.#processId, 'SIGCONT');
  }

  [Symbol.dispose](): void {
    try {
      this.release();
    } catch {
      // It ended, and has nothing to go on with.
    }
  }

  /** Ends it where it stands, as a crash would. */
  kill(): void {
    process.kill(this.#processId, 'SIGKILL');
  }
}
