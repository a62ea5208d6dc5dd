// Blocks on their way into the cache: nothing is visible before `commit`, nothing remains after `rollback`.
// Checks what only a bug can get wrong (shapes, scopes). Rows are kept by reference: the caller must not change them.

import { BLOCK_TOKENS, blockKey, mayFollow, planeFloats, tokenBytes } from './block.ts';
import type { BlockKey, BlockShape, EntryRef } from './block.ts';
import { fileBytes } from './format.ts';
import { isMatch, newEntry } from './index/entries.ts';
import type { EntryFilter } from './index/entries.ts';
import type { BlockStore, NewBlock } from './store.ts';
import { assert } from '../lib/assert.ts';
import type { KvRows, Scope } from '../types.ts';

export interface BlockToAdd {
  /** Null at the start of the prompt. */
  parent: BlockKey | null;
  scope: Scope;
  /** 1 to 64 token ids. */
  tokens: Int32Array;
  /** As many rows as tokens. */
  rows: KvRows;
  /** Rows of this block that were made while decoding; both 0 when none. */
  decodedStart: number;
  decodedEnd: number;
  /** Time that computing these rows took. */
  prefillMs: number;
  /** The text these rows belong to. */
  entry: EntryRef;
}

export interface WriteContext {
  store: BlockStore;
  secret: Uint8Array;
  /** From `layoutHash`. */
  layout: string;
  modelId: string;
  shape: BlockShape;
  now: () => number;
  ended: (write: Write) => void;
}

export class Write {
  readonly #context: WriteContext;
  #staged = new Map<BlockKey, NewBlock>();

  constructor(context: WriteContext) {
    this.#context = context;
  }

  /** The block's key, to be the parent of the next one. A block that is there already is only marked as used. */
  add(block: BlockToAdd): BlockKey {
    const { secret, layout, modelId, shape, now } = this.#context;
    this.#check(block);
    const tokens = tokenBytes(block.tokens);
    const key = blockKey(secret, { scope: block.scope, layout, parent: block.parent, tokens });
    const entry = newEntry(block.entry, block.scope, { layout, modelId, now: now() });
    const row = {
      key,
      parent: block.parent,
      layout,
      scope: block.scope,
      entryId: entry.id,
      tokens,
      count: block.tokens.length,
      decoded: { start: block.decodedStart, end: block.decodedEnd },
      prefillMs: block.prefillMs,
      bytes: fileBytes(shape, block.tokens.length),
      hits: 0,
      createdAt: now(),
      usedAt: now(),
    };
    this.#staged.set(key, { row, entry, shape, rows: block.rows });
    return key;
  }

  /** The blocks can be found from now on; the disk follows with `KvCache.flush`. */
  commit(): void {
    const { store } = this.#context;
    const blocks = [...this.#staged.values()];
    this.rollback();
    store.guard(undefined, () => store.put(blocks));
  }

  rollback(): void {
    this.#staged = new Map();
    this.#context.ended(this);
  }

  /** Forgets staged blocks of entries that are being deleted. */
  forget(filter: EntryFilter): void {
    for (const [key, block] of this.#staged) if (isMatch(block.entry, filter)) this.#staged.delete(key);
  }

  #check(block: BlockToAdd): void {
    const { store, shape } = this.#context;
    const count = block.tokens.length;
    const floats = planeFloats(shape, count);
    assert(count >= 1 && count <= BLOCK_TOKENS, `a block has 1 to ${BLOCK_TOKENS} tokens, not ${count}`);
    assert(block.rows.count === count, `${block.rows.count} rows for ${count} tokens`);
    assert(block.rows.k.length === floats && block.rows.v.length === floats, 'rows are of another shape');
    assert(block.decodedStart >= 0 && block.decodedEnd <= count, 'decoded rows lie outside of the block');
    if (block.parent === null) return;
    const parent = this.#staged.get(block.parent)?.row ?? store.guard(null, () => store.get(block.parent as BlockKey));
    assert(
      !parent || mayFollow(block.scope, parent.scope),
      'a block may not be shared more widely than what it follows',
    );
  }
}
