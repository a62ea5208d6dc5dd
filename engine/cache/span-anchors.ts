// Where 16-token windows stand in the cached blocks of one layout, so that text can be found wherever it lies. In memory
// only. Each scope has a partition of its own, and a search is given the partitions of the scopes it may read: blocks
// of other people are not in its reach, whatever it looks for. Decides nothing about which find is worth using.

import { tokensOf } from './block.ts';
import type { BlockKey, BlockRow } from './block.ts';
import { WINDOW_TOKENS, windowHash } from './span-hash.ts';
import { narrowness } from '../types.ts';
import type { Scope } from '../types.ts';

/** A cached block as a donor of rows. Names of other blocks are keys: they resolve within a reader's partitions only. */
export interface DonorBlock {
  key: BlockKey;
  parent: BlockKey | null;
  scope: Scope;
  tokens: Int32Array;
  /** Position of the first row in the block's own prompt. */
  start: number;
  createdAt: number;
  /** First block of the chain. */
  root: BlockKey;
  /** First block of the text that this block belongs to, and its position: copies of one text have different ones. */
  text: BlockKey;
  textStart: number;
  /** Whether all blocks before that text are the app's own, or there are none. */
  isBehindAppText: boolean;
  /** Number within the layout. */
  id: number;
  hashes: number[];
}

/** A window in a block, by the row after its last one; it may begin in the blocks before. */
export interface Anchor {
  block: DonorBlock;
  end: number;
}

/** The blocks of one scope. */
export class ScopePartition {
  readonly scope: Scope;
  readonly #blocks = new Map<BlockKey, DonorBlock>();
  readonly #children = new Map<BlockKey, DonorBlock[]>();
  readonly #anchors = new Map<number, Anchor | Anchor[]>();

  constructor(scope: Scope) {
    this.scope = scope;
  }

  get(key: BlockKey): DonorBlock | undefined {
    return this.#blocks.get(key);
  }

  children(key: BlockKey): readonly DonorBlock[] {
    return this.#children.get(key) ?? NO_BLOCKS;
  }

  /** Windows with this hash, oldest first. */
  anchors(hash: number): Anchor | readonly Anchor[] | undefined {
    return this.#anchors.get(hash);
  }

  add(block: DonorBlock, anchors: readonly { hash: number; end: number }[]): void {
    this.#blocks.set(block.key, block);
    if (block.parent !== null) {
      const children = this.#children.get(block.parent);
      if (children) children.push(block);
      else this.#children.set(block.parent, [block]);
    }
    for (const { hash, end } of anchors) {
      const known = this.#anchors.get(hash);
      if (known === undefined) this.#anchors.set(hash, { block, end });
      else if (Array.isArray(known)) known.push({ block, end });
      else this.#anchors.set(hash, [known, { block, end }]);
    }
  }

  remove(key: BlockKey): boolean {
    const block = this.#blocks.get(key);
    if (!block) return false;
    this.#blocks.delete(key);
    if (block.parent !== null) {
      const children = this.children(block.parent).filter((child) => child !== block);
      if (children.length === 0) this.#children.delete(block.parent);
      else this.#children.set(block.parent, children);
    }
    for (const hash of block.hashes) {
      const left = [this.#anchors.get(hash) ?? []].flat().filter((anchor) => anchor.block !== block);
      if (left.length === 0) this.#anchors.delete(hash);
      else this.#anchors.set(hash, left.length === 1 && left[0] ? left[0] : left);
    }
    return true;
  }
}

const NO_BLOCKS: readonly DonorBlock[] = [];

/** All blocks of one layout, by scope. */
export class LayoutAnchors {
  readonly #partitions = new Map<Scope, ScopePartition>();
  /** Entry of each block: says where a text goes on. */
  readonly #entries = new Map<BlockKey, string>();
  #nextId = 0;

  readonly #newPartition: (scope: Scope) => ScopePartition;

  constructor(rows: Iterable<BlockRow>, newPartition = (scope: Scope): ScopePartition => new ScopePartition(scope)) {
    this.#newPartition = newPartition;
    this.#addAll([...rows]);
  }

  /** What a reader of these scopes may look at, the narrowest scope first. */
  partitions(scopes: readonly Scope[]): ScopePartition[] {
    const found = scopes.flatMap((scope) => this.#partitions.get(scope) ?? []);
    return found.sort((left, right) => narrowness(right.scope) - narrowness(left.scope));
  }

  /** False: its parent is not known (yet). */
  add(row: BlockRow): boolean {
    if (this.#find(row.key)) return true;
    const parent = row.parent === null ? null : this.#find(row.parent);
    if (parent === undefined) return false;
    const tokens = tokensOf(row.tokens);
    const continues = parent !== null && this.#entries.get(parent.key) === row.entryId;
    const start = parent === null ? 0 : parent.start + parent.tokens.length;
    const block: DonorBlock = {
      key: row.key,
      parent: row.parent,
      scope: row.scope,
      tokens,
      start,
      createdAt: row.createdAt,
      root: parent?.root ?? row.key,
      text: continues ? parent.text : row.key,
      textStart: continues ? parent.textStart : start,
      isBehindAppText: continues ? parent.isBehindAppText : parent === null || parent.scope === 'app',
      id: this.#nextId++,
      hashes: [],
    };
    const anchors = this.#anchorsOf(block);
    block.hashes = anchors.map(({ hash }) => hash);
    this.#entries.set(row.key, row.entryId);
    this.#partition(row.scope).add(block, anchors);
    return true;
  }

  remove(key: BlockKey): void {
    this.#entries.delete(key);
    for (const partition of this.#partitions.values()) {
      if (partition.remove(key)) return;
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#partitions.clear();
  }

  /** Parents before children, in whatever order they come; what has no parent is left out. */
  #addAll(rows: BlockRow[]): void {
    let waiting = rows;
    for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
      before = waiting.length;
      waiting = waiting.filter((row) => !this.add(row));
    }
  }

  /** Windows that end at rows 16, 32, ... and at the block's end: no 31 tokens of a chain are without a whole one. */
  #anchorsOf(block: DonorBlock): { hash: number; end: number }[] {
    const { tokens } = block;
    const anchors: { hash: number; end: number }[] = [];
    for (let end = WINDOW_TOKENS; end <= tokens.length; end += WINDOW_TOKENS) {
      anchors.push({ hash: windowHash(tokens, end), end });
    }
    if (tokens.length % WINDOW_TOKENS === 0) return anchors;
    const tail = this.#tail(block);
    if (tail) anchors.push({ hash: windowHash(tail, tail.length), end: tokens.length });
    return anchors;
  }

  /** The last tokens of the chain up to this block, a window's worth at least; null where it is shorter. */
  #tail(block: DonorBlock): Int32Array | null {
    let tail = block.tokens;
    for (let at = block; tail.length < WINDOW_TOKENS;) {
      const parent = at.parent === null ? undefined : this.#find(at.parent);
      if (!parent) return null;
      tail = Int32Array.from([...parent.tokens, ...tail]);
      at = parent;
    }
    return tail;
  }

  #find(key: BlockKey): DonorBlock | undefined {
    for (const partition of this.#partitions.values()) {
      const block = partition.get(key);
      if (block) return block;
    }
    return undefined;
  }

  #partition(scope: Scope): ScopePartition {
    const known = this.#partitions.get(scope) ?? this.#newPartition(scope);
    this.#partitions.set(scope, known);
    return known;
  }
}

/** Kept right while blocks come and go; layouts that nobody opened are left alone. */
export class SpanAnchors {
  readonly #layouts = new Map<string, LayoutAnchors>();
  readonly #isCached: (key: BlockKey) => boolean;

  /** `isCached` tells whether any index still has the block: moving from one to the other is not leaving. */
  constructor(isCached: (key: BlockKey) => boolean) {
    this.#isCached = isCached;
  }

  /** `rows`: all blocks of the layout, read the first time only. */
  of(layout: string, rows: () => Iterable<BlockRow>): LayoutAnchors {
    const known = this.#layouts.get(layout) ?? new LayoutAnchors(rows());
    this.#layouts.set(layout, known);
    return known;
  }

  added(row: BlockRow): void {
    this.#layouts.get(row.layout)?.add(row);
  }

  removed(key: BlockKey): void {
    if (this.#layouts.size === 0 || this.#isCached(key)) return;
    for (const layout of this.#layouts.values()) layout.remove(key);
  }

  clear(): void {
    for (const layout of this.#layouts.values()) layout.clear();
  }
}
