// Tokens of an earlier text by what they mean and where they stand: which of them may stand for a token of the prompt.

import { mayStandFor } from './guards.ts';
import type { GuardedText } from './guards.ts';
import { candidates, signatures } from './lsh.ts';
import { normOf, rarity } from './similar-embedding.ts';

export interface AlignedText {
  guarded: GuardedText;
  /** [tokens, width] */
  embeddings: Float32Array;
}

/** Places are indices into the two texts. */
export interface Pair {
  at: number;
  donorAt: number;
}

/** Per token of each text 1 where nothing has it yet. */
export interface Free {
  prompt: Uint8Array;
  donor: Uint8Array;
}

/** Least cosine of the turned embeddings of two different tokens. */
const LEAST_SIMILARITY = 0.5;
const CANDIDATES = 8;
const ROPE_BASE = 10_000;
/** Tokens that say little do not tell where two texts lie to each other. */
const TELLING_RARITY = 0.75;
/** Two texts that share fewer telling tokens in one place share no run. */
const LEAST_VOTES = 2;

export class DonorTokens {
  readonly #text: AlignedText;
  readonly #width: number;
  readonly #places = new Map<number, number[]>();
  /** Tokens that a different one may stand for. */
  readonly #open: Int32Array;
  readonly #turned: Float32Array;
  readonly #signatures: Uint32Array;

  constructor(text: AlignedText) {
    this.#text = text;
    this.#width = text.embeddings.length / text.guarded.tokens.length;
    text.guarded.tokens.forEach((id, at) => {
      const known = this.#places.get(id);
      if (known) known.push(at);
      else this.#places.set(id, [at]);
    });
    this.#open = openTokens(text.guarded);
    this.#turned = turned(text.embeddings, this.#open, { width: this.#width, shift: 0 });
    this.#signatures = signatures(this.#turned, this.#width);
  }

  /** How many tokens further on this text says what the prompt says: where most free telling tokens agree. Null: nowhere. */
  likelyShift(prompt: GuardedText, free: Free): number | null {
    const votes = new Map<number, number>();
    prompt.tokens.forEach((id, at) => {
      if (free.prompt[at] === 0 || rarity(id) < TELLING_RARITY) return;
      const places = (this.#places.get(id) ?? []).filter((place) => free.donor[place] === 1);
      for (const place of places) votes.set(place - at, (votes.get(place - at) ?? 0) + 1 / places.length);
    });
    let [best, most]: [number | null, number] = [null, LEAST_VOTES];
    for (const [shift, count] of votes) {
      if (count < most || (best !== null && count === most && Math.abs(shift) >= Math.abs(best))) continue;
      [best, most] = [shift, count];
    }
    return best;
  }

  /**
   * Pairs that the guards allow, at most a few for each free token of the prompt, if this text lies `shift` further on.
   * The nearest by embeddings turned by their position over their full width: a like token close by beats the same far
   * away. Of equal tokens distance alone decides that; of different ones a signature, then the exact cosine.
   */
  pairs(prompt: AlignedText, shift: number, free: Free): Pair[] {
    const found: Pair[] = [];
    const add = (at: number, donorAt: number): void => {
      if (mayStandFor(prompt.guarded, at, { text: this.#text.guarded, at: donorAt })) found.push({ at, donorAt });
    };
    prompt.guarded.tokens.forEach((id, at) => {
      if (free.prompt[at] === 0) return;
      for (const donorAt of nearest(this.#places.get(id) ?? [], at + shift)) add(at, donorAt);
    });
    const open = openTokens(prompt.guarded).filter((at) => free.prompt[at] === 1);
    const rows = turned(prompt.embeddings, open, { width: this.#width, shift });
    const near = candidates(signatures(rows, this.#width), this.#signatures, CANDIDATES);
    near.forEach((other, item) => {
      const row = Math.floor(item / CANDIDATES);
      const [at, donorAt] = [open[row] ?? -1, this.#open[other] ?? -1];
      if (other < 0 || prompt.guarded.tokens[at] === this.#text.guarded.tokens[donorAt]) return;
      if (this.#cosine(rows, row, other) >= LEAST_SIMILARITY) add(at, donorAt);
    });
    return found;
  }

  #cosine(rows: Float32Array, row: number, other: number): number {
    let dot = 0;
    for (let lane = 0; lane < this.#width; lane++) {
      dot += rows[row * this.#width + lane]! * this.#turned[other * this.#width + lane]!;
    }
    return dot;
  }
}

function openTokens(text: GuardedText): Int32Array {
  return Int32Array.from(text.guards.keys()).filter((at) => text.guards[at] === null && text.states[at] !== -1);
}

function nearest(places: readonly number[], to: number): readonly number[] {
  if (places.length <= CANDIDATES) return places;
  return [...places].sort((a, b) => Math.abs(a - to) - Math.abs(b - to) || a - b).slice(0, CANDIDATES);
}

/** Unit rows of the tokens at `places`, each turned by its place + shift (RoPE over the whole width). */
function turned(embeddings: Float32Array, places: Int32Array, of: { width: number; shift: number }): Float32Array {
  const { width, shift } = of;
  const half = width >> 1;
  const rows = new Float32Array(places.length * width);
  places.forEach((place, item) => {
    const [from, to] = [place * width, item * width];
    const norm = normOf(embeddings.subarray(from, from + width)) || 1;
    const turn = turnOf(place + shift, half);
    for (let lane = 0; lane < half; lane++) {
      const cos = turn[2 * lane]! / norm;
      const sin = turn[2 * lane + 1]! / norm;
      const x = embeddings[from + lane]!;
      const y = embeddings[from + half + lane]!;
      rows[to + lane] = x * cos - y * sin;
      rows[to + half + lane] = x * sin + y * cos;
    }
  });
  return rows;
}

/** Turns of one width, by position: windows are short, so the same few hundred come again and again. */
const turns = { half: 0, byPosition: new Map<number, Float32Array>() };

/** Cosine and sine for each pair of lanes, one after the other. */
function turnOf(position: number, half: number): Float32Array {
  if (turns.half !== half) {
    turns.half = half;
    turns.byPosition.clear();
  }
  const known = turns.byPosition.get(position);
  if (known) return known;
  const turn = new Float32Array(2 * half);
  for (let lane = 0; lane < half; lane++) {
    const angle = position * ROPE_BASE ** (-lane / half);
    turn[2 * lane] = Math.cos(angle);
    turn[2 * lane + 1] = Math.sin(angle);
  }
  turns.byPosition.set(position, turn);
  return turn;
}
