// Blocks on their way into the cache: nothing is visible before `commit`, nothing remains after `rollback`.
// Checks what only a bug can get wrong (shapes, scopes). Rows are kept by reference: the caller must not change them.

import { BLOCK_TOKENS, blockKey, commonTokens, mayFollow, planeFloats, tokenBytes } from './block.ts';
import type { BlockKey, BlockRow, BlockShape, EntryRef, KeyParts } from './block.ts';
import { codingFor, lowestPrecision } from './precision.ts';
import { fileBytes } from './format.ts';
import { isMatch, newEntry } from './index/entries.ts';
import type { EntryFilter } from './index/entries.ts';
import type { BlockStore, NewBlock } from './store.ts';
import { assert } from '../lib/assert.ts';
import type { KvPrecision } from '../contract/settings.ts';
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
  /**
   * How fine the rows are to be kept: not finer than any rows they were computed from. A parent's precision is seen
   * here; that of rows of a block that was used in part must be seen by the caller.
   */
  precision: KvPrecision;
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
    const { layout, modelId, shape, now } = this.#context;
    this.#check(block);
    const tokens = tokenBytes(block.tokens);
    const { parent, scope } = block;
    const key = this.#keyOf({ scope, layout, parent, tokens });
    const precision = lowestPrecision([block.precision, this.#precisionOf(parent)]);
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
      precision,
      coding: codingFor(precision, block.tokens.length),
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

  /** The key of the block with these tokens. A key may be taken by a block that grew since: then there is a next one. */
  #keyOf(parts: KeyParts): BlockKey {
    const { store, secret } = this.#context;
    const known = store.guard(null, () => store.equal(parts, parts.tokens));
    if (known) return known;
    const isOther = (row: BlockRow): boolean => row.parent !== parts.parent || !isEqual(row.tokens, parts.tokens);
    let key = blockKey(secret, parts);
    for (let taken = this.#get(key); taken !== null && isOther(taken); taken = this.#get(key)) {
      key = blockKey(secret, { ...parts, parent: key });
    }
    return key;
  }

  #precisionOf(parent: BlockKey | null): KvPrecision {
    const { store } = this.#context;
    const staged = parent === null ? undefined : this.#staged.get(parent);
    return staged?.row.precision ?? store.guard('lossless', () => store.precisionOf(parent));
  }

  #get(key: BlockKey | null): BlockRow | null {
    const { store } = this.#context;
    if (key === null) return null;
    return this.#staged.get(key)?.row ?? store.guard(null, () => store.get(key));
  }

  #check(block: BlockToAdd): void {
    const { shape } = this.#context;
    const count = block.tokens.length;
    const floats = planeFloats(shape, count);
    assert(count >= 1 && count <= BLOCK_TOKENS, `a block has 1 to ${BLOCK_TOKENS} tokens, not ${count}`);
    assert(block.rows.count === count, `${block.rows.count} rows for ${count} tokens`);
    assert(block.rows.k.length === floats && block.rows.v.length === floats, 'rows are of another shape');
    assert(block.decodedStart >= 0 && block.decodedEnd <= count, 'decoded rows lie outside of the block');
    if (block.parent === null) return;
    const parent = this.#get(block.parent);
    assert(
      !parent || mayFollow(block.scope, parent.scope),
      'a block may not be shared more widely than what it follows',
    );
  }
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && commonTokens(left, right) * 4 === left.length;
}
