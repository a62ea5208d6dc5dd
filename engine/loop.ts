// The machine: one step of one sequence at a time; when nobody has work, one piece of idle work at a time.
// Between steps the process looks at its messages, so a stop or a new request is seen within one step.

import type { Scheduler } from './schedule/scheduler.ts';

/** Does one short piece of work (a few ten milliseconds); false when there is nothing left to do. */
export type IdleWork = () => boolean;

export class Loop {
  readonly #scheduler: Scheduler;
  readonly #idle: IdleWork;
  #awake = false;
  #closing = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(scheduler: Scheduler, idle: IdleWork) {
    this.#scheduler = scheduler;
    this.#idle = idle;
    scheduler.onWork = () => this.wake();
  }

  /** There may be work: begin, unless the loop runs already. */
  wake(): void {
    if (this.#closing || this.#awake) return;
    this.#awake = true;
    this.#ended = this.#run();
  }

  /** Ends after the step under way. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      const sequence = this.#scheduler.next();
      if (sequence !== null) await sequence.step();
      else if (!this.#idle()) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#awake = false;
  }
}
