// The cache as one model sees it: all blocks of one layout. Finds prefixes, lends rows, takes new blocks.
// Knows token ids and scopes, never texts or models.

import { evictedDocument } from './evicted.ts';
import { following } from './following.ts';
import { planeFloats, tokenBytes } from './block.ts';
import type { BlockKey, BlockRef, BlockRow, BlockShape } from './block.ts';
import { lowestPrecision, READABLE_PRECISIONS } from './precision.ts';
import { PrefixWalk, toRefs } from './prefix-walk.ts';
import type { Miss } from './prefix-walk.ts';
import type { CoverRule } from './span-cover.ts';
import type { DonorSpan } from './span-donor.ts';
import { findDonorSpans } from './span-find.ts';
import { VectorIndex } from './vectors-index.ts';
import { Write } from './write.ts';
import type { WriteContext } from './write.ts';
import type { DocumentId } from '../contract/library.ts';
import type { KvPrecision } from '../contract/settings.ts';
import { assert } from '../lib/assert.ts';
import type { KvRows, Scope, TokenRange } from '../types.ts';

export interface SpaceOptions {
  /** Names everything that rows depend on besides tokens: model, tokenizer, rope, layout version. */
  layout: string;
  modelId: string;
  shape: BlockShape;
}

export interface PrefixMatch {
  /** Tokens found, from the start of the prompt. */
  tokens: number;
  /** In prompt order and without gaps; only the last may be used in part. */
  refs: BlockRef[];
  /** Last block that is used whole, and the position after it: where new blocks begin. */
  parent: BlockKey | null;
  parentEnd: number;
  miss: Miss;
  /** Position of the first token that stands differently in the cache; null unless `miss` is 'diverged'. */
  divergedAt: number | null;
}

/** Keeps blocks from leaving memory and disk until it is disposed. */
export interface Pin extends Disposable {
  readonly refs: readonly BlockRef[];
}

export interface SpanOptions {
  /** What every prompt with the app's own system text begins with: tells whose text a donor stood behind. */
  neutral?: Int32Array | undefined;
  /** Blocks of another precision are as if they were not there. Left out: all but `int4`. */
  accept?: readonly KvPrecision[] | undefined;
  /** Which donor wins where several have the same text. Left out: `context`. */
  rule?: CoverRule | undefined;
}

export type SpaceContext = Omit<WriteContext, 'ended'> & {
  writes: Set<Write>;
  /** See `asOf`. */
  until?: number | undefined;
};

export class Space {
  readonly #context: SpaceContext;
  /** `changes` of the store when it was asked for what was evicted. */
  #evictedAt = -1;

  constructor(context: SpaceContext) {
    this.#context = context;
    // Here, when a model is opened, and not in somebody's turn: reads all token ids of the layout.
    context.store.guard(undefined, () => context.store.anchors(context.layout));
  }

  /**
   * The longest prefix of `tokens` in the allowed scopes. Blocks of a lower precision than all in `accept` are as if
   * they were not there.
   */
  find(
    tokens: Int32Array,
    scopes: readonly Scope[],
    accept: readonly KvPrecision[] = READABLE_PRECISIONS,
  ): PrefixMatch {
    const { store } = this.#context;
    const nothing: PrefixMatch = { tokens: 0, refs: [], parent: null, parentEnd: 0, miss: 'new', divergedAt: null };
    return store.guard(nothing, () => this.#find(tokens, scopes, lowestPrecision(accept)));
  }

  /**
   * Runs of the positions in `range`, never the last of the prompt, that equal text in blocks of the allowed scopes,
   * wherever it stood there. Disjoint, ascending. Their rows are exact behind what the donor stood behind, not here.
   */
  findSpans(
    tokens: Int32Array,
    range: TokenRange,
    scopes: readonly Scope[],
    { neutral, accept = READABLE_PRECISIONS, rule }: SpanOptions = {},
  ): DonorSpan[] {
    const { store, layout, until = Infinity } = this.#context;
    return store.guard([], () => {
      const anchors = store.anchors(layout);
      const row = (key: BlockKey): BlockRow | null => {
        const found = store.get(key);
        if (found === null) anchors.remove(key);
        return found !== null && accept.includes(found.precision) && found.createdAt <= until ? found : null;
      };
      return findDonorSpans({ anchors, row }, { tokens, range, scopes, neutral, rule });
    });
  }

  /**
   * The same rows as they were at `time`, in milliseconds since the epoch: what came later is as if it were not there,
   * and what is looked up in it is not counted. Rows that were dropped since are missing.
   */
  asOf(time: number): Space {
    return new Space({ ...this.#context, until: time });
  }

  /** Counts a lookup for the statistics: of `asked` tokens, `found` were there. */
  count(found: number, asked: number): void {
    if (this.#context.until !== undefined) return;
    const { counters } = this.#context.store;
    counters.hits += found;
    counters.misses += asked - found;
  }

  #find(tokens: Int32Array, scopes: readonly Scope[], lowest: KvPrecision): PrefixMatch {
    const { store, layout, until } = this.#context;
    const walk = new PrefixWalk(store.lookupIndexes, { tokens: tokenBytes(tokens), layout, scopes, lowest, until });
    const found = walk.run();
    const last = found.at(-1);
    const end = last ? last.start + last.count : 0;
    const parent = found.findLast(({ block, count }) => count === block.count);
    const miss = walk.missAfter(found);
    return {
      tokens: end,
      refs: toRefs(found),
      parent: parent?.block.key ?? null,
      parentEnd: parent ? parent.start + parent.count : 0,
      miss,
      divergedAt: miss === 'diverged' ? end : null,
    };
  }

  pin(refs: readonly BlockRef[]): Pin {
    const { memory } = this.#context.store;
    const store = this.#context.store;
    for (const ref of refs) memory.hold(ref.key);
    let isHeld = true;
    return {
      refs,
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        // The last first: of blocks used together, the first stay in memory longest.
        for (const ref of refs.toReversed()) memory.release(ref.key);
        store.guard(undefined, () => store.trim());
      },
    };
  }

  /** All rows of the block, not a copy: do not change them. Null: gone or damaged; then nothing after it counts either. */
  load(ref: BlockRef): KvRows | null {
    const { store, shape } = this.#context;
    const rows = store.guard(null, () => store.load(ref.key, shape));
    assert(!rows || rows.k.length === planeFloats(shape, ref.blockCount), 'a block of another shape was asked for');
    return rows;
  }

  /** Records that the rows were used and how much prefill time that saved. */
  used(refs: readonly BlockRef[], savedMs: number): void {
    const { store, now } = this.#context;
    const rows = refs.reduce((sum, ref) => sum + ref.count, 0);
    const shares = refs.map((ref) => ({ key: ref.key, savedMs: (savedMs * ref.count) / Math.max(1, rows) }));
    store.guard(undefined, () => store.use(shares, now()));
  }

  /** Token ids that the cache holds behind these rows in the allowed scopes, latest first. */
  following(ref: BlockRef, scopes: readonly Scope[]): Int32Array[] {
    const { store } = this.#context;
    return store.guard([], () => following(store, ref, scopes));
  }

  /**
   * A document for everybody that lost rows to eviction and that there is room for again, most worth having back first;
   * none of those left out. Null: there is none, or nothing came or went since it was asked last.
   */
  evicted(leftOut: ReadonlySet<DocumentId>): DocumentId | null {
    const { store, layout, shape } = this.#context;
    if (this.#evictedAt === store.changes) return null;
    this.#evictedAt = store.changes;
    return store.guard(null, () => evictedDocument(store, { layout, shape }, leftOut));
  }

  /** Vectors of what is in this space, made in one way. */
  vectors(method: string): VectorIndex {
    const { store, layout, until } = this.#context;
    return new VectorIndex({ store, layout, method, until });
  }

  begin(): Write {
    const { writes } = this.#context;
    const write = new Write({ ...this.#context, ended: (ended) => writes.delete(ended) });
    writes.add(write);
    return write;
  }
}
