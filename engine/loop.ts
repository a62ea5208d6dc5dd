// The machine: one step of one sequence at a time; when nobody has work, one piece of idle work at a time.
// Between steps the process looks at its messages, so a stop or a new request is seen within one step.

import type { Scheduler } from './schedule/scheduler.ts';

/** Does one short piece of work (at most a step); false when there is nothing left to do. */
export type IdleWork = () => boolean | Promise<boolean>;

export class Loop {
  readonly #scheduler: Scheduler;
  readonly #idle: IdleWork;
  #awake = false;
  #called = false;
  #closing = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(scheduler: Scheduler, idle: IdleWork) {
    this.#scheduler = scheduler;
    this.#idle = idle;
    scheduler.onWork = () => this.wake();
  }

  /** There may be work: begin, unless the loop runs already. */
  wake(): void {
    // Idle work takes a while: what comes meanwhile must not be missed when there was nothing left to do.
    this.#called = true;
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
      this.#called = false;
      const sequence = this.#scheduler.next();
      if (sequence !== null) await sequence.step();
      // Somebody's prompt is being made: no idle work gets in its way. Its sequence wakes the loop, or its end does.
      else if (this.#scheduler.activeCount > 0) break;
      else if (!(await this.#idle()) && !this.#called) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#awake = false;
  }
}
