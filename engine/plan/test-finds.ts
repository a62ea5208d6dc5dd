// Prompts, finds and costs for the tests of this folder, and thousands of them by chance.

import type { BlockKey, BlockRef } from '../cache/block.ts';
import type { FoundSpan } from '../match/found-span.ts';
import type { Match } from '../match/matcher.ts';
import type { Prompt } from '../text/prompt.ts';
import type { TokenRange } from '../types.ts';
import type { Costs, PlanWish } from './policies/policy.ts';

/** Tokens of the last message of a prompt. */
const QUESTION_TOKENS = 16;

/** No token stands in it twice, and it is a single line: its question has no words in common with it. */
export function promptOf(length: number, changes: Partial<Prompt> = {}): Prompt {
  const prompt: Partial<Prompt> = {
    tokens: Int32Array.from({ length }, (_, at) => at),
    scopes: [{ start: 0, end: length, scope: 'library' }],
    documents: [],
    lastMessageStart: Math.max(0, length - QUESTION_TOKENS),
    breaks: Int32Array.of(0),
    ...changes,
  };
  return prompt as Prompt;
}

/** Its question has tokens of up to five lines, most of the first; no others stand in it twice. */
export function promptAsking(length: number, lines: readonly TokenRange[]): Prompt {
  const prompt = promptOf(length, { breaks: breaksAt(lines.flatMap(({ start, end }) => [start, end])) });
  const asked = lines.flatMap(({ start }, rank) => Array.from({ length: lines.length - rank }, (_, at) => start + at));
  prompt.tokens.set(asked, length - QUESTION_TOKENS);
  return prompt;
}

function breaksAt(positions: readonly number[]): Int32Array {
  return Int32Array.from(new Set([0, ...positions])).sort();
}

export function blockOf(start: number, count: number, changes: Partial<BlockRef> = {}): BlockRef {
  const decoded = { start: 0, end: 0 };
  const block = { key: `${start}` as BlockKey, scope: 'library', start, offset: 0, count, blockCount: count, decoded };
  return { precision: 'lossless', ...block, ...changes } as BlockRef;
}

/** Blocks of 64 rows and a shorter last one. */
function blocksFor({ start, end }: TokenRange): BlockRef[] {
  const count = Math.ceil((end - start) / 64);
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * 64;
    return blockOf(at, Math.min(64, end - at));
  });
}

export function spanOf(start: number, end: number, changes: Partial<FoundSpan> = {}): FoundSpan {
  return { start, end, origin: 'moved', context: 'other', rows: blocksFor({ start, end }), ...changes };
}

export function matchOf(prefixTokens: number, spans: FoundSpan[], missReason: string | null = 'new'): Match {
  return { tokens: prefixTokens, blocks: blocksFor({ start: 0, end: prefixTokens }), missReason, spans };
}

export const UNKNOWN_COSTS: Costs = { prefillMs: () => null, loadMs: () => null, layers: 30, boundary: 2 };

/** A machine on which every row costs the same. */
export function costsOf(prefillMsPerRow: number, loadMsPerRow: number): Costs {
  return {
    prefillMs: (start, end) => (end - start) * prefillMsPerRow,
    loadMs: (rows) => rows * loadMsPerRow,
    layers: 30,
    boundary: 2,
  };
}

export function wishOf(changes: Partial<PlanWish> = {}): PlanWish {
  return { quality: 'balanced', verify: false, costs: costsOf(4, 0.1), ...changes };
}

/** The same machine with a model of six layers, of which one is shallow. */
export function sixLayers(costs: Costs): Costs {
  return { ...costs, layers: 6, boundary: 1 };
}

/** A prompt of up to 4,000 tokens with spans of any kind behind a prefix, as a matcher might find them. */
export function randomFinds(random: () => number): { prompt: Prompt; match: Match } {
  const below = (limit: number) => Math.floor(random() * limit);
  const length = 2 + below(4000);
  const prefix = random() < 0.5 ? 0 : below(length);
  const spans: FoundSpan[] = [];
  for (let at = prefix + below(3) * below(100); at < length - 1;) {
    const end = Math.min(length - 1, at + 8 + below(random() < 0.3 ? 1500 : 150));
    if (end - at >= 8) spans.push(randomSpan({ start: at, end }, random));
    at = end + below(2) * below(120);
  }
  const tokens = Int32Array.from({ length }, () => below(2000));
  const breaks = breaksAt(Array.from({ length: Math.ceil(length / 30) }, () => below(length)));
  return { prompt: promptOf(length, { tokens, breaks }), match: matchOf(prefix, spans) };
}

function randomSpan({ start, end }: TokenRange, random: () => number): FoundSpan {
  const origin = (['moved', 'moved', 'edited', 'similar'] as const)[Math.floor(random() * 4)]!;
  const context = random() < 0.5 ? 'canonical' : 'other';
  if (origin !== 'edited') return spanOf(start, end, { origin, context });
  // Windows may reach out of the span and over one another: the planner cuts and merges them.
  const windows = Array.from({ length: Math.floor(random() * 3) }, () => {
    const from = start - 20 + Math.floor(random() * (end - start));
    return { start: from, end: from + 32 + Math.floor(random() * 224) };
  });
  return spanOf(start, end, { origin, context, windows });
}
