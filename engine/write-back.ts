// Hands the rows of a sequence to the cache: cut where who may reuse them changes, and every 64 tokens.

import { BLOCK_TOKENS } from './cache/block.ts';
import type { BlockKey, EntryRef } from './cache/block.ts';
import type { Space } from './cache/space.ts';
import { log } from './lib/log.ts';
import type { ReusePlan } from './plan/reuse-plan.ts';
import type { Sequence } from './schedule/sequence.ts';
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

export interface RowsToKeep {
  space: Space;
  prompt: Prompt;
  plan: ReusePlan;
  sequence: Sequence;
  entryOf: (cut: BlockCut) => EntryRef;
  /** Whether the texts are still there: what was deleted in the meantime leaves no rows behind. */
  isCurrent: () => boolean;
}

/**
 * Keeps what the sequence has computed so far and the cache does not have, each time it is called.
 * Trouble with the cache costs time later, never the turn.
 */
export function rowKeeper(rows: RowsToKeep): () => void {
  let kept: Kept | null = null;
  return () => {
    if (kept?.end === rows.sequence.kv.rows || !rows.isCurrent()) return;
    try {
      kept = keepRows(rows, kept ?? alreadyKept(rows));
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

/** Keeps all rows that are computed and not in the cache yet. */
function keepRows({ space, prompt, sequence, entryOf }: RowsToKeep, kept: Kept): Kept {
  const { kv, output, reusedTokens, time } = sequence;
  const length = prompt.tokens.length;
  const tokens = Int32Array.from([...prompt.tokens, ...output]);
  const cuts = cutBlocks(prolong(prompt.scopes, kv.rows), kept.end, kv.rows);
  const computed = Math.max(1, Math.min(kv.rows, length) - reusedTokens);
  const write = space.begin();
  let parent = kept.parent;
  try {
    for (const cut of cuts) {
      parent = write.add({
        parent,
        scope: cut.scope,
        entry: entryOf(cut),
        tokens: tokens.slice(cut.start, cut.end),
        rows: kv.exportRows(cut.start, cut.end),
        decodedStart: Math.min(Math.max(length - cut.start, 0), cut.end - cut.start),
        decodedEnd: cut.end - cut.start,
        prefillMs: (time.prefillMs * (cut.end - cut.start)) / computed,
      });
    }
    write.commit();
  } catch (error) {
    write.rollback();
    throw error;
  }
  return { end: kv.rows, parent };
}

// A block that was used whole stays the parent of what follows, unless the texts allow a wider scope than the block
// has (a document that was private when it was first read, and is in the library now): then its rows are kept again.
function alreadyKept(rows: RowsToKeep): Kept {
  let kept: Kept = { end: 0, parent: null };
  const { reusedTokens } = rows.sequence;
  for (const block of rows.plan.reuse) {
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
