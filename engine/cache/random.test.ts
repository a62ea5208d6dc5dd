// Thousands of seeded random steps against a model that only remembers what was ever added: nothing wrong is ever
// found, nothing that must be there is missed, and the account equals the disk.

import { expect, test } from 'vitest';
import { blockFiles, folderBytes, openCache, rowsOf, SHAPE, spaceOf, temporaryFolder } from './test-cache.ts';
import { ANA, areRowsOf, BEN } from './test-cache.ts';
import type { Folder } from './test-cache.ts';
import { fileBytes } from './format.ts';
import type { BlockKey, EntryRef } from './block.ts';
import type { KvCache } from './kv-cache.ts';
import type { PrefixMatch } from './space.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { DocumentId } from '../contract/library.ts';
import { KV_PRECISIONS } from '../contract/settings.ts';
import type { KvPrecision } from '../contract/settings.ts';
import { lowestPrecision, rankOf } from './precision.ts';
import { scopeKind } from '../types.ts';
import type { Scope } from '../types.ts';

const LAYOUTS = ['one', 'two'] as const;
const READERS: Scope[][] = [['app', 'library', ANA], ['app', 'library', BEN], ['app', 'library'], [ANA], [BEN]];
const RANK: Record<string, number> = { app: 0, library: 1, private: 2 };
const rank = (scope: Scope): number => RANK[scopeKind(scope)] ?? 2;

/** mulberry32: 0 ≤ value < 1. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
}

interface Node {
  key: BlockKey;
  scope: Scope;
  entry: EntryRef;
  layout: string;
  /** All tokens from the start of the prompt to the end of the block. */
  prefix: Int32Array;
  start: number;
  parent: BlockKey | null;
  precision: KvPrecision;
}

interface Asked {
  tokens: Int32Array;
  layout: string;
  scopes: Scope[];
  lowest: KvPrecision;
}

function commonLength(left: Int32Array, right: Int32Array): number {
  let at = 0;
  while (at < left.length && at < right.length && left[at] === right[at]) at++;
  return at;
}

/** A cache, and all blocks it may hold: a superset after evictions, exact while nothing had to leave. */
class Trial {
  readonly #folder: Folder;
  readonly #options: { quotaBytes: number; memoryBudgetBytes: number };
  readonly #random: (below: number) => number;
  readonly #mayLose: boolean;
  readonly #compacts: boolean;
  #nodes = new Map<BlockKey, Node>();
  #texts: { tokens: Int32Array; layout: string }[] = [];
  cache: KvCache;
  found = 0;
  /** Blocks that became part of others. */
  compacted = 0;

  constructor(
    folder: Folder,
    seed: number,
    options: { quotaBytes: number; memoryBudgetBytes: number; mayLose: boolean; compacts: boolean },
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#mayLose = options.mayLose;
    this.#compacts = options.compacts;
    this.#random = generator(seed);
    this.cache = openCache(folder, options);
  }

  step(): void {
    if (this.#mayLose) expect(folderBytes(this.#folder)).toBeLessThanOrEqual(this.#options.quotaBytes);
    const dice = this.#random(100);
    if (dice < 40) this.#add();
    else if (dice < 80) this.#find();
    else if (dice < 88) this.cache.flush(0);
    else if (dice < 90) this.#compact();
    else if (dice < 95) this.#measure();
    else if (dice < 98) this.#remove();
    else this.#reopen();
  }

  /** Small alphabet, shared beginnings: prompts meet and part at any token, blocks are cut anywhere. */
  #text(): { tokens: Int32Array; layout: string } {
    const known = this.#texts[this.#random(this.#texts.length)];
    const layout = LAYOUTS[this.#random(2)] ?? 'one';
    const kept = known && this.#random(5) > 0 ? known.tokens.subarray(0, this.#random(known.tokens.length + 1)) : [];
    const fresh = Array.from({ length: 1 + this.#random(120) }, () => (this.#random(8) === 0 ? this.#random(3) : 3));
    return { tokens: Int32Array.from([...kept, ...fresh]).slice(0, 300), layout: known?.layout ?? layout };
  }

  #add(): void {
    const text = this.#text();
    if (this.#texts.length < 200) this.#texts.push(text);
    const { tokens, layout } = text;
    const readable = READERS[this.#random(2)] ?? [];
    const space = spaceOf(this.cache, layout);
    const wanted = KV_PRECISIONS[this.#random(4)] ?? 'lossless';
    const match = space.find(tokens, readable, [wanted]);
    this.#check(match, { tokens, layout, scopes: readable, lowest: wanted });
    let isBetter = false;
    using _pin = space.pin(match.refs);
    const write = space.begin();
    let parent = match.parent === null ? undefined : this.#nodes.get(match.parent);
    for (let start = match.parentEnd; start < tokens.length;) {
      const end = Math.min(tokens.length, start + (this.#random(3) === 0 ? 1 + this.#random(63) : 64));
      const scope = readable[Math.max(parent ? rank(parent.scope) : 0, this.#random(3))] ?? ANA;
      // Fixed by the block: which entry stored a block first is forgotten when it is evicted.
      const entry: EntryRef = { kind: 'document', id: `d${(start >> 7) % 6}`, label: 'text' };
      const rows = rowsOf(tokens, start, end, layout);
      const block = {
        parent: parent?.key ?? null,
        scope,
        entry,
        rows,
        tokens: tokens.slice(start, end),
        precision: wanted,
      };
      const key = write.add({ ...block, decodedStart: 0, decodedEnd: 0, prefillMs: end - start });
      const prefix = tokens.slice(0, end);
      const precision: KvPrecision = lowestPrecision([wanted, parent?.precision ?? 'lossless']);
      const known = this.#nodes.get(key);
      isBetter ||= known !== undefined && rankOf(precision) < rankOf(known.precision);
      const node = { key, scope, entry, layout, prefix, start, parent: parent?.key ?? null };
      parent = known && rankOf(known.precision) <= rankOf(precision) ? known : { ...(known ?? node), precision };
      this.#nodes.set(key, parent);
      start = end;
    }
    write.commit();
    // A better file counts from when it is written.
    if (isBetter) this.cache.flush();
  }

  #find(): void {
    const { tokens, layout } = this.#text();
    const scopes = READERS[this.#random(READERS.length)] ?? [];
    const space = spaceOf(this.cache, layout);
    const lowest = KV_PRECISIONS[this.#random(4)] ?? 'lossless';
    const match = space.find(tokens, scopes, [lowest]);
    this.#check(match, { tokens, layout, scopes, lowest });
    using _pin = space.pin(match.refs);
    for (const ref of match.refs) {
      const rows = space.load(ref);
      expect(rows && areRowsOf(rows, ref, { tokens, layout })).toBe(true);
    }
    space.used(match.refs, match.tokens);
    this.found += match.tokens;
  }

  #compact(): void {
    if (!this.#compacts) return;
    this.cache.flush();
    this.compacted += this.cache.stats().blocks;
    this.cache.compact(this.#random(2) === 0 ? 0 : Infinity);
    this.compacted -= this.cache.stats().blocks;
  }

  #check(match: PrefixMatch, asked: Asked): void {
    let end = 0;
    let before: BlockKey | null = null;
    for (const ref of match.refs) {
      // Tidying up makes blocks that were never added: what they are is what they are found as.
      if (this.#compacts && !this.#nodes.has(ref.key) && ref.count === ref.blockCount) {
        const entry: EntryRef = { kind: 'document', id: `d${(ref.start >> 7) % 6}`, label: 'text' };
        const prefix = asked.tokens.slice(0, ref.start + ref.count);
        const { key, scope, start, precision } = ref;
        this.#nodes.set(key, { key, scope, entry, layout: asked.layout, prefix, start, parent: before, precision });
      }
      before = ref.key;
      const node = this.#nodes.get(ref.key);
      const { scope, start, precision } = ref;
      expect(rankOf(precision)).toBeLessThanOrEqual(rankOf(asked.lowest));
      if (node) expect(node).toMatchObject({ layout: asked.layout, scope, start });
      // After an eviction it may have come back less precise, never more.
      if (node && this.#mayLose) expect(rankOf(precision)).toBeGreaterThanOrEqual(rankOf(node.precision));
      else if (node) expect(precision).toBe(node.precision);
      else expect(this.#compacts).toBe(true);
      expect(asked.scopes).toContain(ref.scope);
      expect(ref.start).toBe(end);
      end += ref.count;
      expect(commonLength(node?.prefix ?? asked.tokens, asked.tokens)).toBeGreaterThanOrEqual(end);
    }
    expect(match.tokens).toBe(end);
    const best = this.#longest(asked);
    if (this.#mayLose) expect(end).toBeLessThanOrEqual(best);
    else expect(end).toBe(best);
  }

  /** The longest prefix by looking at every block: usable if all blocks before it are allowed too. */
  #longest({ tokens, layout, scopes, lowest }: Asked): number {
    const isAllowed = (node: Node): boolean => scopes.includes(node.scope) && rankOf(node.precision) <= rankOf(lowest);
    let best = 0;
    for (const node of this.#nodes.values()) {
      const common = commonLength(node.prefix, tokens);
      if (node.layout !== layout || common <= Math.max(best, node.start)) continue;
      let at: Node | undefined = node;
      while (at && isAllowed(at) && at.parent !== null) at = this.#nodes.get(at.parent);
      if (at && isAllowed(at)) best = common;
    }
    return best;
  }

  #remove(): void {
    const profileId = (['ana', 'ben'] as const)[this.#random(2)] as ProfileId;
    const documentId = `d${this.#random(6)}` as DocumentId;
    const byDocument = this.#random(2) === 0;
    this.cache.remove(byDocument ? { documentId } : { profileId });
    const isDoomed = (node: Node): boolean =>
      byDocument ? node.entry.id === documentId : node.scope === `private:${profileId}`;
    for (const node of this.#nodes.values()) if (isDoomed(node)) this.#nodes.delete(node.key);
    for (let count = -1; count !== this.#nodes.size;) {
      count = this.#nodes.size;
      for (const { key, parent } of this.#nodes.values()) {
        if (parent !== null && !this.#nodes.has(parent)) this.#nodes.delete(key);
      }
    }
  }

  #measure(): void {
    const stats = this.cache.stats();
    expect(stats.bytesOnDisk).toBe(folderBytes(this.#folder));
    expect(stats.bytesInMemory).toBeLessThanOrEqual(this.#options.memoryBudgetBytes);
    expect(stats.damaged).toBe(0);
    if (!this.#mayLose && !this.#compacts) expect(stats.blocks).toBe(this.#nodes.size);
    expect(this.cache.pinnedBlocks).toBe(0);
  }

  #reopen(): void {
    this.cache.flush();
    const { bytesOnDisk } = this.cache.stats();
    this.cache.close();
    expect(folderBytes(this.#folder)).toBe(bytesOnDisk);
    this.cache = openCache(this.#folder, this.#options);
    expect(blockFiles(this.#folder)).toHaveLength(this.cache.stats().blocks);
  }
}

/** The steps wait for the disk again and again: a busy machine takes its time. */
const SLOW = { timeout: 300_000 };
const MEGABYTE = 1024 * 1024;
const BLOCK_BYTES = fileBytes(SHAPE, 64);

test.each([
  { name: 'roomy', quotaBytes: 512 * MEGABYTE, memoryBudgetBytes: 64 * MEGABYTE, mayLose: false, steps: 800 },
  { name: 'compaction', quotaBytes: 512 * MEGABYTE, memoryBudgetBytes: MEGABYTE, mayLose: false, steps: 800 },
  {
    name: 'little memory',
    quotaBytes: 512 * MEGABYTE,
    memoryBudgetBytes: 9 * BLOCK_BYTES,
    mayLose: false,
    steps: 500,
  },
  { name: 'little disk', quotaBytes: MEGABYTE, memoryBudgetBytes: 30 * BLOCK_BYTES, mayLose: true, steps: 600 },
  { name: 'little of both', quotaBytes: MEGABYTE / 2, memoryBudgetBytes: 3 * BLOCK_BYTES, mayLose: true, steps: 400 },
])('random steps with $name find only right rows and all there must be; the account holds', SLOW, async (options) => {
  using folder = temporaryFolder();
  const compacts = options.name === 'compaction' || options.mayLose;
  const trial = new Trial(folder, 20_261, { ...options, compacts });
  for (let step = 0; step < options.steps; step++) trial.step();
  expect(trial.found).toBeGreaterThan(1000);
  expect(trial.compacted > 0).toBe(compacts);
  expect(await trial.cache.verify()).toMatchObject({ clean: true });
  trial.cache.close();
});
