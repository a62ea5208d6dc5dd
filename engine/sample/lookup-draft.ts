// Guesses the next tokens of an answer from texts it is likely to repeat: an earlier answer, or the prompt itself
// (prompt lookup decoding). The model confirms or drops each guess, so a guess never changes an answer.

/** The last tokens of the answer that must stand in a text, the longest first. */
const TAIL_TOKENS = [4, 3] as const;
const MOST_GUESSES = 7;
/** After this many guesses, drafting goes on only while this share of them was right. */
const TRIED_GUESSES = 14;
const LEAST_ACCEPTED = 0.5;

export class LookupDraft {
  readonly #texts: readonly Int32Array[];
  #last: { at: number; guesses: readonly number[] } | null = null;
  #proposed = 0;
  #accepted = 0;

  /** The likelier text first. */
  constructor(texts: readonly Int32Array[]) {
    this.#texts = texts;
  }

  /** Up to seven tokens that may follow `output`. */
  propose(output: readonly number[]): readonly number[] {
    this.#score(output);
    if (this.#proposed >= TRIED_GUESSES && this.#accepted < LEAST_ACCEPTED * this.#proposed) return [];
    const guesses = this.#find(output);
    this.#last = guesses.length === 0 ? null : { at: output.length, guesses };
    return guesses;
  }

  #score(output: readonly number[]): void {
    if (this.#last === null) return;
    const { at, guesses } = this.#last;
    const right = guesses.findIndex((id, index) => output[at + index] !== id);
    this.#proposed += guesses.length;
    this.#accepted += right === -1 ? guesses.length : right;
    this.#last = null;
  }

  #find(output: readonly number[]): readonly number[] {
    for (const tail of TAIL_TOKENS) {
      if (output.length < tail) continue;
      const wanted = output.slice(-tail);
      for (const text of this.#texts) {
        const end = lastEndOf(text, wanted);
        if (end !== -1) return Array.from(text.subarray(end, end + MOST_GUESSES));
      }
    }
    return [];
  }
}

/** The position behind the last place where `wanted` stands and something follows it; -1: nowhere. */
function lastEndOf(text: Int32Array, wanted: readonly number[]): number {
  for (let end = text.length - 1; end >= wanted.length; end--) {
    if (wanted.every((id, index) => text[end - wanted.length + index] === id)) return end;
  }
  return -1;
}
