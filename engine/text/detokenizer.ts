// Token ids to text as they come, one at a time, without ever cutting a character in two.

export class Detokenizer {
  readonly #decode: (ids: readonly number[]) => string;
  readonly #ids: number[] = [];
  // Text of ids[prefix..read) has been given out. Decoding restarts at `prefix`, a few tokens back, because
  // some tokenizers write a token differently at the beginning of a text.
  #prefix = 0;
  #read = 0;

  constructor(decode: (ids: readonly number[]) => string) {
    this.#decode = decode;
  }

  /** The text that this token completes; empty while a character is not whole yet. */
  push(id: number): string {
    this.#ids.push(id);
    const before = this.#decode(this.#ids.slice(this.#prefix, this.#read));
    const after = this.#decode(this.#ids.slice(this.#prefix));
    if (after.endsWith('\uFFFD') || after.length <= before.length) return '';
    this.#prefix = this.#read;
    this.#read = this.#ids.length;
    return after.slice(before.length);
  }

  /** What is left, with a replacement character where the last one never became whole. */
  flush(): string {
    const before = this.#decode(this.#ids.slice(this.#prefix, this.#read));
    const after = this.#decode(this.#ids.slice(this.#prefix));
    this.#prefix = this.#read = this.#ids.length;
    return after.slice(before.length);
  }
}
