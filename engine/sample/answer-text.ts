// The text of an answer as its tokens come: whole characters, nothing behind a stop string.

import type { Detokenizer } from '../text/detokenizer.ts';
import { StopStrings } from './stop.ts';

export class AnswerText {
  /** All of it so far. */
  text = '';
  readonly #detokenizer: Detokenizer;
  readonly #stops: StopStrings;

  constructor(detokenizer: Detokenizer, stops: readonly string[]) {
    this.#detokenizer = detokenizer;
    this.#stops = new StopStrings(stops);
  }

  /** What the next token adds, and whether it completed a stop string. */
  push(id: number): { text: string; stopped: boolean } {
    const step = this.#stops.push(this.#detokenizer.push(id));
    this.text += step.text;
    return step;
  }

  /** What was held back, once the answer has ended. */
  flush(): string {
    const last = this.#stops.push(this.#detokenizer.flush());
    const text = last.text + (last.stopped ? '' : this.#stops.flush());
    this.text += text;
    return text;
  }
}
