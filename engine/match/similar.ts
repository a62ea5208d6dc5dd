// Rung of last resort: earlier text that says the same in other words, for the positions of a prompt that nothing else
// covers. What it finds is a draft: which of its rows are good enough is not decided here.

import { refTo } from '../cache/span-donor.ts';
import type { BlockKey, BlockRef } from '../cache/block.ts';
import type { DonorText, VectorIndex } from '../cache/vectors-index.ts';
import { WINDOW_STRIDE, WINDOW_TOKENS } from '../cache/vectors-index.ts';
import type { KvPrecision } from '../contract/settings.ts';
import type { Scope, TokenRange } from '../types.ts';
import type { FoundSpan } from './found-span.ts';
import { guardText, partOf } from './guards.ts';
import type { GuardedText, TextOf } from './guards.ts';
import { align, LEAST_RUN_TOKENS } from './similar-alignment.ts';
import type { Run } from './similar-alignment.ts';
import { windowVector } from './similar-embedding.ts';
import type { Embed } from './similar-embedding.ts';
import type { AlignedText } from './similar-tokens.ts';

/** Up to this length computing everything is as fast. */
export const MOST_PLAIN_TOKENS = 700;
/** Only where more than this share of the prompt is not covered otherwise. */
export const LEAST_UNCOVERED_SHARE = 0.5;
/** Shorter gaps are not looked for. */
const LEAST_RANGE_TOKENS = 32;
/** Windows asked for, so that a very long prompt does not cost more than it can save. */
const MOST_WINDOWS = 32;
const HITS_PER_WINDOW = 4;
const DONORS_PER_WINDOW = 2;
/** A prompt window and its donor's differ in place by up to a stride; runs go on over a window's edge. */
const DONOR_TOKENS = WINDOW_TOKENS + 2 * WINDOW_STRIDE;
const EDGE_TOKENS = 2 * LEAST_RUN_TOKENS;

export interface SimilarSearch {
  vectors: VectorIndex;
  /** All token ids of the prompt. */
  tokens: Int32Array;
  /** Positions that nothing covers, ascending and disjoint. */
  ranges: readonly TokenRange[];
  /** Only text of these is looked at. */
  scopes: readonly Scope[];
  /** Rows of a lower precision are as if they were not there. */
  lowest?: KvPrecision | undefined;
  /** What the app's own text begins with: tells a canonical donor. */
  neutral?: Int32Array | undefined;
  embed: Embed;
  textOf: TextOf;
}

/** A run with the text it was found in. */
interface FoundRun extends Run {
  donor: DonorText;
}

interface Prompt extends SimilarSearch {
  guarded: GuardedText;
  donorText: (key: BlockKey) => DonorText | null;
}

/** Whether this much uncovered text is worth the search. */
export function isWorthSearching(promptTokens: number, ranges: readonly TokenRange[]): boolean {
  const uncovered = ranges.reduce((sum, range) => sum + range.end - range.start, 0);
  return promptTokens > MOST_PLAIN_TOKENS && uncovered > promptTokens * LEAST_UNCOVERED_SHARE;
}

/** Spans of origin `similar` within `ranges`, ascending and disjoint; never the prompt's last position. */
export async function findSimilar(search: SimilarSearch): Promise<FoundSpan[]> {
  const { tokens, ranges } = search;
  if (!isWorthSearching(tokens.length, ranges)) return [];
  const textOf = remembered(search.textOf);
  const donorText = search.vectors.texts({ ...search, tokens: DONOR_TOKENS });
  const prompt = { ...search, textOf, donorText, guarded: guardText(tokens, textOf, true) };
  const runs: FoundRun[] = [];
  for (const window of windowsOf(ranges, tokens.length - 1)) runs.push(...(await runsOf(prompt, window)));
  return withoutOverlaps(runs, tokens.length).reduce<FoundSpan[]>(addRun, []);
}

function remembered(textOf: TextOf): TextOf {
  const texts = new Map<number, string>();
  return (id) => {
    const text = texts.get(id) ?? textOf(id);
    texts.set(id, text);
    return text;
  };
}

interface Window extends TokenRange {
  /** The range it lies in. */
  within: TokenRange;
}

function windowsOf(ranges: readonly TokenRange[], end: number): Window[] {
  const windows: Window[] = [];
  for (const range of ranges) {
    const within = { start: range.start, end: Math.min(range.end, end) };
    for (let start = within.start; start < within.end; start += WINDOW_TOKENS) {
      const window = { start, end: Math.min(start + WINDOW_TOKENS, within.end), within };
      if (window.end - window.start >= LEAST_RANGE_TOKENS) windows.push(window);
    }
  }
  return windows.slice(0, MOST_WINDOWS);
}

async function runsOf(prompt: Prompt, window: Window): Promise<FoundRun[]> {
  const start = Math.max(window.within.start, window.start - EDGE_TOKENS);
  const end = Math.min(window.within.end, window.end + EDGE_TOKENS);
  const tokens = prompt.tokens.subarray(start, end);
  const embeddings = await prompt.embed(tokens);
  const vector = windowVector(embeddings, tokens, { start: window.start - start, end: window.end - start });
  if (vector === null) return [];
  const part = { guarded: partOf(prompt.guarded, { start, end }), embeddings };
  const runs: FoundRun[] = [];
  for (const donor of donorsOf(prompt, vector)) {
    for (const run of align(part, await alignedText(prompt, donor))) {
      runs.push({ ...run, start: run.start + start, end: run.end + start, donor });
    }
  }
  return runs;
}

/** Texts that end with the nearest windows; of windows that follow one another, one text. */
function donorsOf({ vectors, scopes, donorText }: Prompt, vector: Float32Array): DonorText[] {
  const donors: DonorText[] = [];
  for (const { key } of vectors.nearest(vector, scopes, HITS_PER_WINDOW)) {
    const text = donorText(key);
    if (!text || donors.some((donor) => holds(donor, key))) continue;
    const earlier = donors.findIndex((donor) => holds(text, lastKey(donor)));
    if (earlier >= 0) donors[earlier] = text;
    else if (donors.length < DONORS_PER_WINDOW) donors.push(text);
  }
  return donors;
}

function holds(text: DonorText, key: string | undefined): boolean {
  return text.blocks.some(({ block }) => block.key === key);
}

function lastKey(text: DonorText): string | undefined {
  return text.blocks.at(-1)?.block.key;
}

async function alignedText(prompt: Prompt, donor: DonorText): Promise<AlignedText> {
  const tokens = Int32Array.from(donor.blocks.flatMap((block) => [...block.tokens]));
  const guarded = guardText(tokens, prompt.textOf, donor.blocks[0]?.start === 0);
  return { guarded, embeddings: await prompt.embed(tokens) };
}

/** The longest first; of a shorter one what is left, where that is still long enough. In prompt order. */
function withoutOverlaps(runs: readonly FoundRun[], promptTokens: number): FoundRun[] {
  const taken = new Uint8Array(promptTokens);
  const kept: FoundRun[] = [];
  for (const run of [...runs].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start)) {
    for (let start = run.start; start < run.end; start++) {
      if (taken[start] === 1) continue;
      let end = start;
      while (end < run.end && taken[end] === 0) end++;
      if (end - start >= LEAST_RUN_TOKENS) {
        taken.fill(1, start, end);
        kept.push({ ...run, start, end, donorStart: run.donorStart + start - run.start });
      }
      start = end;
    }
  }
  return kept.sort((a, b) => a.start - b.start);
}

/** Adds a run as a span, or to the last span where it goes on in the same donor: a window's edge cut them apart. */
function addRun(spans: FoundSpan[], run: FoundRun): FoundSpan[] {
  const rows = refsOf(run);
  const last = spans.at(-1);
  if (last?.end === run.start && goesOn(last.rows.at(-1), rows[0])) {
    last.end = run.end;
    last.rows.push(...rows);
  } else {
    spans.push({ start: run.start, end: run.end, origin: 'similar', context: run.donor.context, rows });
  }
  return spans;
}

/** Within one block; a run that ends with its block is not joined to one that begins the next. */
function goesOn(before: BlockRef | undefined, next: BlockRef | undefined): boolean {
  return before !== undefined && before.key === next?.key && before.offset + before.count === next.offset;
}

function refsOf({ start, end, donorStart, donor }: FoundRun): BlockRef[] {
  const refs: BlockRef[] = [];
  let blockStart = start - donorStart;
  for (const { block } of donor.blocks) {
    const from = Math.max(start, blockStart);
    const to = Math.min(end, blockStart + block.count);
    if (to > from) refs.push(refTo(block, { start: from, offset: from - blockStart, count: to - from }));
    blockStart += block.count;
  }
  return refs;
}
