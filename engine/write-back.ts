// Hands the rows of a sequence to the cache: cut where who may reuse them changes, and every 64 tokens.

import { BLOCK_TOKENS } from './cache/block.ts';
import { lowestPrecision } from './cache/precision.ts';
import type { BlockKey, BlockRef, EntryRef } from './cache/block.ts';
import type { Space } from './cache/space.ts';
import type { KvPrecision } from './contract/settings.ts';
import { log } from './lib/log.ts';
import type { PrefillSpeed } from './metrics/prefill-speed.ts';
import type { KvBuffer } from './model/kv-buffer.ts';
import type { Prompt, ScopedRange } from './text/prompt.ts';
import { narrowness } from './types.ts';
import type { Scope } from './types.ts';

/** A shared beginning shorter than this gets no block of its own: the text behind it decides who may reuse it. */
const LEAST_SHARED_TOKENS = BLOCK_TOKENS / 2;

export interface BlockCut {
  start: number;
  end: number;
  scope: Scope;
}

/**
 * Blocks for the positions start..end-1. A block's scope is that of its last token, so it is never wider than
 * that of any text before it.
 */
export function cutBlocks(scopes: readonly ScopedRange[], start: number, end: number): BlockCut[] {
  const cuts: BlockCut[] = [];
  let from = start;
  for (const range of scopes) {
    const rangeEnd = Math.min(range.end, end);
    if (rangeEnd <= from) continue;
    if (rangeEnd < end && rangeEnd - from < LEAST_SHARED_TOKENS) continue;
    for (; from < rangeEnd; from = Math.min(from + BLOCK_TOKENS, rangeEnd)) {
      cuts.push({ start: from, end: Math.min(from + BLOCK_TOKENS, rangeEnd), scope: range.scope });
    }
  }
  return cuts;
}

/** Rows in a buffer, and how far they are what a full prefill of their tokens gives. */
export interface ComputedRows {
  kv: KvBuffer;
  exactRows: number;
  /** Leading rows that came out of the cache. */
  reusedTokens: number;
  /** Tokens of an answer behind the prompt. */
  output: readonly number[];
}

export interface RowsToKeep {
  space: Space;
  prompt: Prompt;
  /** What was found for the exact prefix. */
  reuse: readonly BlockRef[];
  computed: ComputedRows;
  precision: KvPrecision;
  speed: PrefillSpeed;
  entryOf: (cut: BlockCut) => EntryRef;
  /** Whether the texts are still there: what was deleted in the meantime leaves no rows behind. */
  isCurrent: () => boolean;
}

/** `partial: false` leaves a last block that is not full yet for the next time. */
export type KeepRows = (options?: { partial: boolean }) => void;

/**
 * Keeps what was computed so far, is exact, and is not in the cache, each time it is called.
 * Trouble with the cache costs time later, never the turn.
 */
export function rowKeeper(rows: RowsToKeep): KeepRows {
  let kept: Kept | null = null;
  return ({ partial } = { partial: true }) => {
    kept ??= alreadyKept(rows);
    if (kept.end >= rows.computed.exactRows || !rows.isCurrent()) return;
    try {
      kept = keepRows(rows, kept, partial);
    } catch (error) {
      log('warn', 'computed rows were not kept', { reason: error instanceof Error ? error.message : String(error) });
    }
  };
}

/** What has been handed over already, so that the answer's rows go on where the prompt's ended. */
interface Kept {
  end: number;
  parent: BlockKey | null;
}

/** Keeps all exact rows that are not in the cache yet. */
function keepRows(
  { space, prompt, computed, precision, speed, entryOf }: RowsToKeep,
  kept: Kept,
  partial: boolean,
): Kept {
  const { kv, output, exactRows } = computed;
  const length = prompt.tokens.length;
  const tokens = Int32Array.from([...prompt.tokens, ...output]);
  const cuts = cutBlocks(prolong(prompt.scopes, exactRows), kept.end, exactRows).filter(
    ({ start, end }) => partial || end < exactRows || end - start === BLOCK_TOKENS,
  );
  const write = space.begin();
  let now = kept;
  try {
    for (const cut of cuts) {
      const parent = write.add({
        parent: now.parent,
        scope: cut.scope,
        entry: entryOf(cut),
        precision: lowestPrecision([precision, kv.finest]),
        tokens: tokens.slice(cut.start, cut.end),
        rows: kv.exportRows(cut.start, cut.end),
        decodedStart: Math.min(Math.max(length - cut.start, 0), cut.end - cut.start),
        decodedEnd: cut.end - cut.start,
        prefillMs: speed.estimateMs(cut.start, cut.end) ?? 0,
      });
      now = { end: cut.end, parent };
    }
    write.commit();
  } catch (error) {
    write.rollback();
    throw error;
  }
  return now;
}

// A block that was used whole stays the parent of what follows, unless the texts allow a wider scope than the block
// has (a document that was private when it was first read, and is in the library now): then its rows are kept again.
function alreadyKept(rows: RowsToKeep): Kept {
  let kept: Kept = { end: 0, parent: null };
  const { reusedTokens } = rows.computed;
  for (const block of rows.reuse) {
    const end = block.start + block.count;
    const wider = rows.prompt.scopes.some(
      (range) => range.end >= end && range.start < end && narrowness(range.scope) < narrowness(block.scope),
    );
    if (block.count < block.blockCount || end > reusedTokens || wider) break;
    kept = { end, parent: block.key };
  }
  return kept;
}

/** The answer's rows belong to whoever may reuse the end of the prompt. */
function prolong(scopes: readonly ScopedRange[], end: number): ScopedRange[] {
  return scopes.map((range, index) =>
    index === scopes.length - 1 ? { ...range, end: Math.max(range.end, end) } : range,
  );
}
