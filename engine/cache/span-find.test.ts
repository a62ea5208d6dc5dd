// Spans through the real cache: blocks come, go, are evicted, merged and read again after a restart, and what is found
// is always rows of the same tokens in an allowed scope, while nothing long enough is left unfound.

import { expect, test } from 'vitest';
import type { BlockRef, EntryRef } from './block.ts';
import { fileBytes } from './format.ts';
import type { KvCache } from './kv-cache.ts';
import type { Space } from './space.ts';
import type { DonorSpan } from './span-donor.ts';
import {
  ANA,
  BEN,
  joined,
  keep,
  openCache,
  rowsOf,
  SHAPE,
  spaceOf,
  temporaryFolder,
  tokensFrom,
} from './test-cache.ts';
import type { Folder } from './test-cache.ts';
import type { DocumentId } from '../contract/library.ts';
import { seededRandom } from '../sample/random.ts';
import type { Scope } from '../types.ts';

const EVERYTHING: Scope[] = ['app', 'library', ANA];
const TEXT = tokensFrom(1000, 200);
const PROMPT = joined(tokensFrom(1, 50), TEXT, tokensFrom(9000, 10));
const entry = (id: string): EntryRef => ({ kind: 'document', id, label: id });

function find(space: Space, tokens = PROMPT, scopes = EVERYTHING): DonorSpan[] {
  return space.findSpans(tokens, { start: 0, end: tokens.length }, scopes);
}
const placesOf = (spans: readonly DonorSpan[]) => spans.map(({ start, end, shift }) => ({ start, end, shift }));
const WHOLE_TEXT = [{ start: 50, end: 250, shift: 20 }];

test('text is found wherever it stood: at once, from the disk, after a restart; not when it was removed', () => {
  using folder = temporaryFolder();
  let cache = openCache(folder);
  const space = spaceOf(cache);
  expect(find(space)).toEqual([]);
  keep(space, { tokens: joined(tokensFrom(500, 30), TEXT), scope: 'library', entry: entry('a') });
  expect(placesOf(find(space))).toEqual(WHOLE_TEXT);
  cache.flush();
  expect(placesOf(find(space))).toEqual(WHOLE_TEXT);
  cache.close();
  cache = openCache(folder);
  const again = spaceOf(cache);
  expect(placesOf(find(again))).toEqual(WHOLE_TEXT);
  cache.remove({ documentId: 'a' as DocumentId });
  expect(find(again)).toEqual([]);
  cache.close();
});

test('blocks that had to leave are not found, and do not hide copies that are still there', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder, { quotaBytes: 0 });
  const space = spaceOf(cache);
  const first = keep(space, { tokens: joined(tokensFrom(500, 30), TEXT), scope: 'library', entry: entry('a') });
  keep(space, { tokens: joined(tokensFrom(600, 40), TEXT), scope: ANA, entry: entry('b') });
  expect(placesOf(find(space))).toEqual([{ start: 50, end: 250, shift: 10 }]);
  cache.remove({ documentId: 'b' as DocumentId });
  expect(find(space)[0]?.rows.map((ref) => ref.key)).toEqual(first);
  cache.setLimits({ quotaBytes: 0, memoryBudgetBytes: fileBytes(SHAPE, 64) * 2 });
  const left = find(space);
  expect(left.every((span) => span.end < 250)).toBe(true);
  cache.close();
});

test('the last position of the prompt is never among them, nor anything outside of the range', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  const space = spaceOf(cache);
  keep(space, { tokens: joined(tokensFrom(500, 30), TEXT), scope: 'app' });
  expect(placesOf(find(space, TEXT))).toEqual([{ start: 0, end: 199, shift: -30 }]);
  const part = space.findSpans(TEXT, { start: 60, end: 160 }, EVERYTHING);
  expect(placesOf(part)).toEqual([{ start: 60, end: 160, shift: -30 }]);
  expect(part[0]?.equalFrom).toBe(0);
  cache.close();
});

test('short runs are left out: under 32 tokens always, under 64 where the rows saw another text', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  const space = spaceOf(cache);
  const around = (count: number) => joined(tokensFrom(1, 9), tokensFrom(1000, count), tokensFrom(7000, 9));
  keep(space, { tokens: joined(tokensFrom(500, 30), TEXT), scope: 'library', entry: entry('a') });
  expect(find(space, around(63))).toEqual([]);
  expect(find(space, around(64))).toHaveLength(1);
  keep(space, { tokens: tokensFrom(500, 64), scope: 'app', entry: { ...entry('b'), kind: 'template' } });
  const behindApp = joined(tokensFrom(500, 64), TEXT);
  const parent = space.find(behindApp, EVERYTHING).parent;
  keep(space, { tokens: behindApp, start: 64, parent, scope: 'library', entry: entry('c') });
  expect(find(space, around(31))).toEqual([]);
  expect(find(space, around(32))).toHaveLength(1);
  cache.close();
});

test('rows of a precision that is not accepted are as if they were not there', () => {
  using folder = temporaryFolder();
  const cache = openCache(folder);
  const space = spaceOf(cache);
  keep(space, { tokens: joined(tokensFrom(500, 30), TEXT), scope: ANA, entry: entry('a'), precision: 'int8' });
  const range = { start: 0, end: PROMPT.length };
  expect(space.findSpans(PROMPT, range, EVERYTHING, { accept: ['lossless'] })).toEqual([]);
  keep(space, { tokens: joined(tokensFrom(600, 40), TEXT), scope: 'library', entry: entry('b') });
  const [span] = space.findSpans(PROMPT, range, EVERYTHING, { accept: ['lossless'] });
  expect(span?.rows.every((ref) => ref.precision === 'lossless')).toBe(true);
  expect(placesOf(space.findSpans(PROMPT, range, EVERYTHING))).toEqual(WHOLE_TEXT);
  cache.close();
});

/** Texts that share pieces, and for each row ever computed which token it stands for. */
class Trial {
  readonly #random: (below: number) => number;
  readonly #pieces: Int32Array[];
  readonly #tokenOfMark = new Map<number, Set<number>>();
  readonly #texts: { tokens: Int32Array; scope: Scope; entry: string }[] = [];
  readonly #folder: Folder;
  readonly #memoryBudgetBytes: number;
  cache: KvCache;
  found = 0;

  constructor(folder: Folder, seed: number, memoryBudgetBytes: number) {
    const random = seededRandom(seed);
    this.#random = (below) => Math.floor(random() * below);
    this.#folder = folder;
    this.#memoryBudgetBytes = memoryBudgetBytes;
    this.#pieces = Array.from({ length: 8 }, (_, at) => tokensFrom(1000 * (at + 1), 30 + this.#random(150)));
    this.cache = this.#open();
  }

  #open(): KvCache {
    return openCache(this.#folder, { memoryBudgetBytes: this.#memoryBudgetBytes, quotaBytes: 640 * 1024 });
  }

  step(): void {
    const dice = this.#random(20);
    if (dice < 8) this.#add();
    else if (dice < 16) this.#find();
    else if (dice === 16) this.cache.flush();
    else if (dice === 17) this.cache.compact();
    else if (dice === 18) this.#remove();
    else {
      this.cache.close();
      this.cache = this.#open();
    }
  }

  #text(): Int32Array {
    const parts = Array.from({ length: 1 + this.#random(4) }, () => {
      const piece = this.#pieces[this.#random(8)] ?? TEXT;
      const start = this.#random(piece.length / 2);
      return [tokensFrom(this.#random(500), this.#random(9)), piece.slice(start, start + 40 + this.#random(100))];
    });
    return joined(...parts.flat());
  }

  #add(): void {
    const tokens = this.#text();
    const scope = (['app', 'library', ANA, BEN] as const)[this.#random(4)] ?? ANA;
    const entryId = `d${this.#random(5)}`;
    keep(spaceOf(this.cache), { tokens, scope, entry: entry(entryId), blockTokens: 1 + this.#random(64) });
    this.#texts.push({ tokens, scope, entry: entryId });
    const { k } = rowsOf(tokens, 0, tokens.length);
    for (let at = 0; at < tokens.length; at++) {
      const mark = k[at * SHAPE.headSize] ?? 0;
      this.#tokenOfMark.set(mark, (this.#tokenOfMark.get(mark) ?? new Set()).add(tokens[at] ?? 0));
    }
  }

  #remove(): void {
    this.cache.remove({ documentId: `d${this.#random(5)}` as DocumentId });
  }

  #find(): void {
    const space = spaceOf(this.cache);
    const tokens = joined(this.#text(), this.#text());
    const spans = find(space, tokens);
    let end = 0;
    using _pin = space.pin(spans.flatMap((span) => span.rows));
    for (const span of spans) {
      expect(span.start).toBeGreaterThanOrEqual(end);
      end = span.start;
      for (const ref of span.rows) {
        expect(ref.start).toBe(end);
        expect(EVERYTHING).toContain(ref.scope);
        this.#checkRows(space, ref, tokens);
        end += ref.count;
      }
      expect(end).toBe(span.end);
      this.found++;
    }
    expect(end).toBeLessThan(tokens.length);
    this.#checkNothingLeft(space, tokens, spans);
  }

  #checkRows(space: Space, ref: BlockRef, tokens: Int32Array): void {
    const rows = space.load(ref);
    expect(rows?.count).toBe(ref.blockCount);
    for (let at = 0; at < ref.count; at++) {
      const mark = rows?.k[(ref.offset + at) * SHAPE.headSize] ?? 0;
      expect(this.#tokenOfMark.get(mark)?.has(tokens[ref.start + at] ?? -1)).toBe(true);
    }
  }

  /** No text that is still there goes on equal for 64 tokens within positions that were left out. */
  #checkNothingLeft(space: Space, tokens: Int32Array, spans: readonly DonorSpan[]): void {
    const isCovered = new Uint8Array(tokens.length);
    for (const { start, end } of spans) isCovered.fill(1, start, end);
    for (const text of this.#texts.filter(({ scope }) => EVERYTHING.includes(scope))) {
      const cached = space.find(text.tokens, [text.scope]).tokens;
      for (let shift = -cached; shift < tokens.length; shift++) {
        let run = 0;
        for (let at = Math.max(0, shift); at < Math.min(tokens.length - 1, shift + cached); at++) {
          run = isCovered[at] === 0 && text.tokens[at - shift] === tokens[at] ? run + 1 : 0;
          if (run === 64) expect.fail(`left out: ${at - 63} to ${at}`);
        }
      }
    }
  }
}

test.each([
  { name: 'roomy', memoryBudgetBytes: 1 << 28 },
  { name: 'little memory', memoryBudgetBytes: 5 * fileBytes(SHAPE, 64) },
])(
  'random steps with $name: every span is right, and none is missing',
  { timeout: 120_000 },
  ({ memoryBudgetBytes }) => {
    using folder = temporaryFolder();
    const trial = new Trial(folder, 42, memoryBudgetBytes);
    for (let step = 0; step < 120; step++) trial.step();
    expect(trial.found).toBeGreaterThan(50);
    expect(trial.cache.pinnedBlocks).toBe(0);
    trial.cache.close();
  },
);
