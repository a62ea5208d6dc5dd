// The E-cache of SemShareKV (arXiv 2509.24832): earlier prompts by what their tokens mean, in memory, found by the
// distance of locality-sensitive signatures. Scopes come first. What rows a prompt still has, the cache is asked.
//
// A token's embedding is not contextual, so a prompt is kept as token ids, and each id's signature once.
// Guesses, where the paper is silent: the distance between two prompts is the mean, over the tokens of the later one,
// of the bits by which a token's signature differs from the nearest in the earlier one (256 bits, without positions).
// By that reading the paper's threshold fits: with the built-in model unrelated articles are 0.5 to 0.75 similar, edited
// copies 0.85 and more, and the same said in other words throughout 0.65 to 0.85.

import type { Prompt } from '../text/prompt.ts';
import type { Scope } from '../types.ts';
import { nearestDistances, signatures } from './lsh.ts';
import type { Embed } from './similar-embedding.ts';

/** By the paper. */
const FARTHEST_DISTANCE = 30;
export const LEAST_SIMILARITY = 0.8;

const MOST_PROMPTS = 64;
const MOST_TOKENS = 1_000_000;
/** Less text than this can lend nothing that is worth it. */
const LEAST_TOKENS = 64;

export interface PastPrompt {
  /** From its first token on, so that its rows are found as a prefix. */
  tokens: Int32Array;
  scope: Scope;
}

export interface SimilarPrompt {
  prompt: PastPrompt;
  similarity: number;
}

export class PastPrompts {
  readonly #embed: Embed;
  readonly #signatures = new Map<number, Uint32Array>();
  /** Last used last. */
  #prompts: PastPrompt[] = [];

  constructor(embed: Embed) {
    this.#embed = embed;
  }

  get count(): number {
    return this.#prompts.length;
  }

  /** Remembers a prompt, and, for those who may read no more, its beginning up to where a narrower scope begins. */
  note({ tokens, scopes }: Pick<Prompt, 'tokens' | 'scopes'>): void {
    for (const { end, scope } of scopes) {
      if (end < LEAST_TOKENS) continue;
      const prompt = { tokens: tokens.slice(0, end), scope };
      // The turns of a chat begin alike: the latest holds them all.
      this.#prompts = this.#prompts.filter(
        (other) => other.scope !== scope || !beginsWith(prompt.tokens, other.tokens),
      );
      this.#prompts.push(prompt);
    }
    let room = MOST_TOKENS;
    const kept = this.#prompts.findLastIndex((prompt) => (room -= prompt.tokens.length) < 0) + 1;
    this.#prompts = this.#prompts.slice(Math.max(kept, this.#prompts.length - MOST_PROMPTS));
  }

  /** Forgets all texts. What is known of the vocabulary stays. */
  clear(): void {
    this.#prompts = [];
  }

  /** Earlier prompts more similar to these tokens than the threshold, the most similar first, then the latest. */
  async similarTo(tokens: Int32Array, scopes: readonly Scope[]): Promise<SimilarPrompt[]> {
    const found: SimilarPrompt[] = [];
    for (const prompt of this.#prompts.toReversed()) {
      if (!scopes.includes(prompt.scope)) continue;
      const similarity = await this.similarity(tokens, prompt.tokens);
      if (similarity > LEAST_SIMILARITY) found.push({ prompt, similarity });
    }
    return found.sort((a, b) => b.similarity - a.similarity);
  }

  /** 1 where each of `tokens` occurs in `past`, 0 where they lie as far apart as unrelated texts. */
  async similarity(tokens: Int32Array, past: Int32Array): Promise<number> {
    const counts = new Map<number, number>();
    for (const id of tokens) counts.set(id, (counts.get(id) ?? 0) + 1);
    const known = new Set(past);
    const missing = [...counts.keys()].filter((id) => !known.has(id));
    const far = nearestDistances(await this.#signaturesOf(missing), await this.#signaturesOf([...known]));
    const distance = missing.reduce((sum, id, index) => sum + counts.get(id)! * far[index]!, 0) / tokens.length;
    return Math.min(Math.max(1 - distance / FARTHEST_DISTANCE, 0), 1);
  }

  /** [ids, 8 words] */
  async #signaturesOf(ids: readonly number[]): Promise<Uint32Array> {
    const unknown = ids.filter((id) => !this.#signatures.has(id));
    if (unknown.length > 0) {
      const embeddings = await this.#embed(Int32Array.from(unknown));
      const made = signatures(embeddings, embeddings.length / unknown.length);
      const words = made.length / unknown.length;
      unknown.forEach((id, index) => this.#signatures.set(id, made.slice(index * words, (index + 1) * words)));
    }
    const words = ids.flatMap((id) => [...this.#signatures.get(id)!]);
    return Uint32Array.from(words);
  }
}

function beginsWith(tokens: Int32Array, start: Int32Array): boolean {
  return start.length <= tokens.length && start.every((token, at) => tokens[at] === token);
}
