// The search for text in blocks against one that compares every position with every other: all long runs are found,
// whatever blocks are cut, added and removed, and partitions of other scopes are never touched.

import { expect, test } from 'vitest';
import { tokenBytes, tokensOf } from './block.ts';
import type { BlockKey, BlockRow } from './block.ts';
import { LayoutAnchors, ScopePartition } from './span-anchors.ts';
import { SpanSearch } from './span-search.ts';
import type { Candidate } from './span-search.ts';
import { ANA, BEN } from './test-cache.ts';
import { seededRandom } from '../sample/random.ts';
import { narrowness } from '../types.ts';
import type { Scope } from '../types.ts';

/** Any run of this length holds a whole window that ends at a row 16, 32, ... or at the end of a block. */
const FOUND_TOKENS = 31;
const SCOPES: Scope[] = ['app', 'library', ANA, BEN];
const READERS: Scope[][] = [['app', 'library', ANA], ['app', 'library', BEN], ['library'], [BEN]];

/** A library of texts whose pieces come back in chains and prompts, cut into blocks anywhere. */
class Texts {
  readonly rows = new Map<BlockKey, BlockRow>();
  readonly #random: (below: number) => number;
  readonly #pieces: number[][];
  #blocks = 0;

  constructor(seed: number) {
    const random = seededRandom(seed);
    this.#random = (below) => Math.floor(random() * below);
    this.#pieces = Array.from({ length: 6 }, () => this.#fresh(20 + this.#random(100)));
  }

  #fresh(count: number): number[] {
    return Array.from({ length: count }, () => this.#random(1000));
  }

  text(): Int32Array {
    const parts = Array.from({ length: 1 + this.#random(5) }, () => {
      const piece = this.#pieces[this.#random(6)] ?? [];
      const start = this.#random(piece.length);
      return [...this.#fresh(this.#random(6)), ...piece.slice(start, start + 1 + this.#random(piece.length))];
    });
    return Int32Array.from(parts.flat());
  }

  /** Longer than what is cached. */
  prompt(): Int32Array {
    return Int32Array.from([this.text(), this.text(), this.text(), this.text()].flatMap((text) => [...text]));
  }

  /** A new chain, or a branch of an old one; blocks of 1 to 64 tokens, scopes that grow narrower. */
  chain(): BlockRow[] {
    const old = [...this.rows.values()];
    let parent = this.#random(3) === 0 ? (old[this.#random(old.length)] ?? null) : null;
    const tokens = this.text();
    const added: BlockRow[] = [];
    for (let start = 0; start < tokens.length;) {
      const end = Math.min(tokens.length, start + (this.#random(2) === 0 ? 64 : 1 + this.#random(63)));
      const wider = parent === null ? 'app' : parent.scope;
      const wanted = SCOPES[this.#random(4)] ?? ANA;
      const scope = narrowness(wanted) > narrowness(wider) && narrowness(wider) < 2 ? wanted : wider;
      parent = this.#row(parent, scope, tokens.slice(start, end));
      added.push(parent);
      start = end;
    }
    return added;
  }

  #row(parent: BlockRow | null, scope: Scope, tokens: Int32Array): BlockRow {
    const key = `block ${this.#blocks++}` as BlockKey;
    const entryId = `entry ${this.#random(4)}`;
    const use = { decoded: { start: 0, end: 0 }, prefillMs: 1, bytes: 1, hits: 0, createdAt: 1, usedAt: 1 };
    const form = { layout: 'layout', count: tokens.length, precision: 'lossless', coding: 'lossless' } as const;
    const row: BlockRow = {
      key,
      parent: parent?.key ?? null,
      scope,
      entryId,
      tokens: tokenBytes(tokens),
      ...form,
      ...use,
    };
    this.rows.set(key, row);
    return row;
  }

  leaf(): BlockRow | undefined {
    const parents = new Set([...this.rows.values()].map((row) => row.parent));
    const leaves = [...this.rows.values()].filter((row) => !parents.has(row.key));
    return leaves[this.#random(leaves.length)];
  }
}

/** The tokens from the root to the end of a block, -1 for those that the reader may not see. */
function chainOf(rows: Map<BlockKey, BlockRow>, last: BlockRow, scopes: readonly Scope[]): Int32Array {
  const parent = last.parent === null ? undefined : rows.get(last.parent);
  const before = parent ? chainOf(rows, parent, scopes) : [];
  const own = scopes.includes(last.scope) ? tokensOf(last.tokens) : new Int32Array(last.count).fill(-1);
  return Int32Array.from([...before, ...own]);
}

/** All maximal equal runs of at least FOUND_TOKENS, as [prompt start, prompt end, shift]. */
function naiveRuns(prompt: Int32Array, chain: Int32Array): [number, number, number][] {
  const runs: [number, number, number][] = [];
  for (let shift = -chain.length; shift < prompt.length; shift++) {
    let length = 0;
    for (let at = Math.max(0, shift); at <= prompt.length; at++) {
      if (at < prompt.length && chain[at - shift] === prompt[at]) length++;
      else {
        if (length >= FOUND_TOKENS) runs.push([at - length, at, shift]);
        length = 0;
      }
    }
  }
  return runs;
}

test('every run of 31 tokens and more is in a found one, and what is found is equal, token by token', () => {
  const texts = new Texts(7);
  const anchors = new LayoutAnchors([]);
  let runs = 0;
  for (let step = 0; step < 80; step++) {
    for (const row of step < 50 ? texts.chain() : []) expect(anchors.add(row)).toBe(true);
    const gone = step % 2 === 1 && step > 20 ? texts.leaf() : undefined;
    if (gone) {
      texts.rows.delete(gone.key);
      anchors.remove(gone.key);
    }
    const scopes = READERS[step % 4] ?? [];
    const tokens = texts.prompt();
    const partitions = anchors.partitions(scopes);
    const range = { start: 0, end: tokens.length };
    const found = new SpanSearch({ tokens, range, partitions, unusable: new Set() }).run();
    for (const candidate of found)
      checkEqual(tokens, candidate, chainOf(texts.rows, texts.rows.get(candidate.last.key)!, scopes));
    for (const last of texts.rows.values()) {
      for (const [start, end, shift] of naiveRuns(tokens, chainOf(texts.rows, last, scopes))) {
        const covers = (one: Candidate): boolean => one.start <= start && one.end >= end && one.shift === shift;
        expect(found.some(covers)).toBe(true);
        runs++;
      }
    }
  }
  expect(runs).toBeGreaterThan(150);
});

function checkEqual(tokens: Int32Array, found: Candidate, chain: Int32Array): void {
  const { start, end, shift } = found;
  expect(chain.subarray(start - shift, end - shift)).toEqual(tokens.subarray(start, end));
}

test('built at once or block by block, in any order, the anchors are the same', () => {
  const texts = new Texts(3);
  for (let at = 0; at < 20; at++) texts.chain();
  const rows = [...texts.rows.values()];
  const tokens = texts.prompt();
  const search = (anchors: LayoutAnchors) =>
    new SpanSearch({
      tokens,
      range: { start: 0, end: tokens.length },
      partitions: anchors.partitions(SCOPES),
      unusable: new Set(),
    })
      .run()
      .map(({ start, end, shift }) => [start, end, shift].join(' '))
      .sort();
  const found = search(new LayoutAnchors(rows));
  expect(found.length).toBeGreaterThan(0);
  expect([...new Set(search(new LayoutAnchors(rows.toReversed())))]).toEqual([...new Set(found)]);
});

/** From the time it is closed on, throws at whatever is asked of it. */
class ForeignPartition extends ScopePartition {
  isClosed = false;

  override get(key: BlockKey) {
    this.#refuse();
    return super.get(key);
  }

  override children(key: BlockKey) {
    this.#refuse();
    return super.children(key);
  }

  override anchors(hash: number) {
    this.#refuse();
    return super.anchors(hash);
  }

  #refuse(): void {
    if (this.isClosed) throw new Error('something of somebody else was looked up');
  }
}

test("a search does not touch another person's blocks, not even those behind blocks that it reads", () => {
  const texts = new Texts(11);
  for (let at = 0; at < 40; at++) texts.chain();
  const foreign = new ForeignPartition(BEN);
  const anchors = new LayoutAnchors(texts.rows.values(), (scope) =>
    scope === BEN ? foreign : new ScopePartition(scope),
  );
  expect([...texts.rows.values()].some((row) => row.scope === BEN && foreign.get(row.key))).toBe(true);
  foreign.isClosed = true;
  let found = 0;
  for (let at = 0; at < 50; at++) {
    const tokens = texts.prompt();
    const partitions = anchors.partitions(['app', 'library', ANA]);
    found += new SpanSearch({ tokens, range: { start: 0, end: tokens.length }, partitions, unusable: new Set() }).run()
      .length;
  }
  expect(found).toBeGreaterThan(20);
});

test('text that repeats itself endlessly ends the search, not the turn', () => {
  const texts = new Texts(1);
  const anchors = new LayoutAnchors([]);
  let parent: BlockKey | null = null;
  const [sample] = texts.chain();
  for (let at = 0; at < 80; at++) {
    const key = `same ${at}` as BlockKey;
    anchors.add({
      ...sample!,
      key,
      parent,
      scope: 'library',
      tokens: tokenBytes(new Int32Array(64).fill(5)),
      count: 64,
    });
    parent = key;
  }
  const tokens = new Int32Array(5000).fill(5);
  const partitions = anchors.partitions(['library']);
  const found = new SpanSearch({ tokens, range: { start: 0, end: 5000 }, partitions, unusable: new Set() }).run();
  expect(Math.max(...found.map(({ start, end }) => end - start))).toBeGreaterThan(2000);
});
