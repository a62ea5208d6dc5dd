// The longest known prefix of a prompt, token by token: a radix walk over the blocks of the allowed scopes.
// Reads the indexes only. A block may be cut anywhere, so a prompt can have several paths: the walk follows each
// whole block that matches, and at its end takes the block that shares most of what is left.
// Rows 0..m-1 of a block are right for any prompt that shares its first m tokens, whatever follows (causality).

import { BLOCK_TOKENS, commonTokens, mayFollow } from './block.ts';
import type { BlockRef } from './block.ts';
import type { ChainBlock, Siblings } from './index/blocks.ts';
import type { CacheIndex } from './index/cache-index.ts';
import type { KvPrecision } from '../contract/settings.ts';
import { narrowness } from '../types.ts';
import type { Scope } from '../types.ts';

/** Why not more was found: nothing missed, never seen, text changed, dropped for room, known to another layout only. */
export type Miss = 'none' | 'new' | 'diverged' | 'evicted' | 'other-layout';

export interface FoundBlock {
  block: ChainBlock;
  start: number;
  count: number;
}

export interface Prompt {
  /** From `tokenBytes`: all tokens of the prompt. */
  tokens: Uint8Array;
  layout: string;
  /** Only these are looked at. */
  scopes: readonly Scope[];
  /** Blocks of a lower precision are as if they were not there. */
  lowest: KvPrecision;
  /** Blocks that came later, in milliseconds since the epoch, are as if they were not there. */
  until?: number | undefined;
}

/** Fewer equal tokens than these say nothing about another layout's blocks. */
const TELLING_TOKENS = 8;

export class PrefixWalk {
  readonly #indexes: readonly CacheIndex[];
  readonly #prompt: Prompt;
  readonly #scopes: Scope[];
  readonly #length: number;
  readonly #path: FoundBlock[] = [];
  #best: FoundBlock[] = [];
  #bestEnd = 0;

  constructor(indexes: readonly CacheIndex[], prompt: Prompt) {
    this.#indexes = indexes;
    this.#prompt = prompt;
    this.#length = prompt.tokens.length / 4;
    // Equal finds: what more people share is taken first.
    this.#scopes = [...prompt.scopes].sort((left, right) => narrowness(left) - narrowness(right));
  }

  /** In prompt order; only the last may be used in part. */
  run(): FoundBlock[] {
    this.#visit(null, 0);
    return this.#best;
  }

  #visit(parent: ChainBlock | null, position: number): void {
    if (position > this.#bestEnd) this.#keep(position);
    const window = this.#window(position);
    if (window.length === 0) return;
    const scopes = this.#scopes.filter((scope) => mayFollow(scope, parent?.scope ?? null));
    for (const scope of scopes) {
      for (const block of this.#wholeMatches(this.#siblings(parent, scope), window)) {
        this.#path.push({ block, start: position, count: block.count });
        this.#visit(block, position + block.count);
        this.#path.pop();
        if (this.#bestEnd === this.#length) return;
      }
    }
    if (this.#bestEnd >= position + window.length / 4) return;
    for (const scope of scopes) this.#tryPart(this.#siblings(parent, scope), { window, position });
  }

  /** Children that are a prefix of the window. In token order the next shorter one stands right before. */
  *#wholeMatches(siblings: Siblings, window: Uint8Array): Generator<ChainBlock> {
    for (const index of this.#indexes) {
      let end = window.length;
      while (end > 0) {
        const block = index.blocks.before(siblings, window.subarray(0, end));
        if (!block) break;
        const common = commonTokens(block.tokens, window);
        const isWhole = common === block.count;
        if (isWhole) yield block;
        // Past a block that was given out: giving it twice would double the walk with every short block of a chain.
        end = 4 * Math.min(isWhole ? common - 1 : common, end / 4 - 1);
      }
    }
  }

  /** The neighbours of the window in token order share most with it. */
  #tryPart(siblings: Siblings, at: { window: Uint8Array; position: number }): void {
    for (const index of this.#indexes) {
      for (const block of [index.blocks.before(siblings, at.window), index.blocks.after(siblings, at.window)]) {
        if (!block) continue;
        const count = commonTokens(block.tokens, at.window);
        if (count === 0 || at.position + count < this.#bestEnd) continue;
        const last = this.#best.at(-1);
        const isTie = at.position + count === this.#bestEnd;
        if (isTie && !(last && last.block.scope === block.scope && last.block.createdAt < block.createdAt)) continue;
        this.#path.push({ block, start: at.position, count });
        this.#keep(at.position + count);
        this.#path.pop();
      }
    }
  }

  #keep(end: number): void {
    this.#best = [...this.#path];
    this.#bestEnd = end;
  }

  #window(position: number): Uint8Array {
    return this.#prompt.tokens.subarray(position * 4, (position + BLOCK_TOKENS) * 4);
  }

  #siblings(parent: ChainBlock | null, scope: Scope): Siblings {
    const { layout, lowest, until } = this.#prompt;
    return { parent: parent?.key ?? null, layout, scope, lowest, until };
  }

  /** Why the prompt goes on after `found` without blocks. */
  missAfter(found: readonly FoundBlock[]): Miss {
    const last = found.at(-1);
    const end = last ? last.start + last.count : 0;
    if (end === this.#length) return 'none';
    const isPart = last !== undefined && last.count < last.block.count;
    const parent = isPart ? (found.at(-2)?.block ?? null) : (last?.block ?? null);
    const position = isPart ? last.start : end;
    if (this.#wasEvicted(parent, position)) return 'evicted';
    if (isPart || (parent !== null && this.#hasChild(parent))) return 'diverged';
    return parent === null && this.#knownToOtherLayout() ? 'other-layout' : 'new';
  }

  #wasEvicted(parent: ChainBlock | null, position: number): boolean {
    const window = this.#window(position);
    return this.#allowedAfter(parent).some((scope) =>
      this.#indexes.some((index) => index.tombstones.hasPrefixOf(this.#siblings(parent, scope), window)),
    );
  }

  #hasChild(parent: ChainBlock): boolean {
    const lowest = new Uint8Array();
    return this.#allowedAfter(parent).some((scope) =>
      this.#indexes.some((index) => index.blocks.after(this.#siblings(parent, scope), lowest) !== null),
    );
  }

  #knownToOtherLayout(): boolean {
    const window = this.#window(0);
    const telling = Math.min(TELLING_TOKENS, window.length / 4);
    return this.#indexes.some((index) =>
      index.entries
        .layouts()
        .filter((layout) => layout !== this.#prompt.layout)
        .some((layout) =>
          this.#scopes.some((scope) => {
            const siblings: Siblings = { parent: null, layout, scope };
            return [index.blocks.before(siblings, window), index.blocks.after(siblings, window)].some(
              (block) => block !== null && commonTokens(block.tokens, window) >= telling,
            );
          }),
        ),
    );
  }

  #allowedAfter(parent: ChainBlock | null): Scope[] {
    return this.#scopes.filter((scope) => mayFollow(scope, parent?.scope ?? null));
  }
}

/** What a caller gets to know of the found blocks. */
export function toRefs(found: readonly FoundBlock[]): BlockRef[] {
  return found.map(({ block, start, count }) => {
    const decodedStart = start + Math.min(block.decoded.start, count);
    const decodedEnd = Math.max(decodedStart, start + Math.min(block.decoded.end, count));
    return {
      key: block.key,
      scope: block.scope,
      start,
      offset: 0,
      count,
      blockCount: block.count,
      decoded: { start: decodedStart, end: decodedEnd },
      precision: block.precision,
    };
  });
}
