// Shows one answer while it is written. A terminal sees every word at once, and a correction as one; what goes into a
// pipe or a file is held back for as long as it may still be corrected, so that only the right answer is in it.

import type { ChatEvent, TokenOrigins } from '../contract/chat.ts';

export class AnswerView {
  readonly #write: (text: string) => void;
  readonly #terminal: boolean;
  #text = '';
  #held = false;
  /** The line that the answer stands on is not ended yet. */
  #lineOpen = true;

  constructor(write: (text: string) => void, { terminal }: { terminal: boolean }) {
    this.#write = write;
    this.#terminal = terminal;
  }

  take(event: ChatEvent): void {
    if (event.type === 'reuse') this.#held = !this.#terminal && isApproximate(event.tokens);
    else if (event.type === 'text') this.#add(event.text);
    else if (event.type === 'verifying') this.#tell('Checking the answer.');
    else if (event.type === 'correction') this.#correct(event.at);
  }

  /** `text` is the answer as it was saved. */
  end(text: string): void {
    if (this.#held) this.#show(text);
    if (this.#lineOpen) this.#write('\n');
  }

  #add(text: string): void {
    this.#text += text;
    if (!this.#held) this.#show(text);
  }

  #correct(at: number): void {
    this.#text = this.#text.slice(0, at);
    if (this.#held) return;
    this.#note('Corrected:');
    this.#show(this.#text);
  }

  #tell(note: string): void {
    if (this.#terminal) this.#note(note);
  }

  /** A line of its own. */
  #note(note: string): void {
    this.#write(`${this.#lineOpen ? '\n' : ''}${note}\n`);
    this.#lineOpen = false;
  }

  #show(text: string): void {
    if (text === '') return;
    this.#write(text);
    this.#lineOpen = true;
  }
}

/** Only what is not exactly this prompt's can turn out wrong. */
function isApproximate({ moved, edited, similar }: TokenOrigins): boolean {
  return moved + edited + similar > 0;
}
