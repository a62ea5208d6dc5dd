// For tests: a tokenizer with one token per word, and embeddings that are random except that words of one meaning lie
// close together. No test itself.

import type { Embed } from './similar-embedding.ts';

const WIDTH = 64;
const FIRST_ID = 300;

export class TestWords {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #meanings = new Map<string, string>();

  /** Each list holds words of one meaning. */
  constructor(synonyms: readonly (readonly string[])[] = []) {
    for (const words of synonyms) for (const word of words) this.#meanings.set(word, words.join());
  }

  encode(text: string): Int32Array {
    const texts = text.match(/ ?[\p{L}\p{N}'’]+| ?[^\s]|\s/gu) ?? [];
    return Int32Array.from(texts, (piece) => this.#idOf(piece));
  }

  readonly textOf = (id: number): string => this.#texts[id - FIRST_ID] ?? '';

  readonly embed: Embed = async (ids) => {
    const rows = new Float32Array(ids.length * WIDTH);
    ids.forEach((id, at) => rows.set(this.#vector(this.textOf(id).trim()), at * WIDTH));
    return rows;
  };

  decode(ids: Int32Array): string {
    return Array.from(ids, this.textOf).join('');
  }

  #idOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = FIRST_ID + this.#texts.length;
    this.#texts.push(text);
    this.#ids.set(text, id);
    return id;
  }

  /** Mostly the meaning's direction, and a little of the word's own. */
  #vector(word: string): Float32Array {
    const own = randomVector(word, WIDTH);
    const meaning = randomVector(this.#meanings.get(word) ?? word, WIDTH);
    return meaning.map((value, lane) => value + 0.4 * (own[lane] ?? 0));
  }
}

/** Always the same for the same seed. */
export function randomVector(seed: string, width: number): Float32Array {
  let state = 2_166_136_261;
  for (let at = 0; at < seed.length; at++) state = Math.imul(state ^ seed.charCodeAt(at), 16_777_619);
  const next = (): number => {
    state = Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393;
    return (state >>> 9) / 2 ** 22 - 1;
  };
  for (let warm = 0; warm < 4; warm++) next();
  return Float32Array.from({ length: width }, () => next() + next() + next());
}
