// Differential editing of KVShare (arXiv 2503.16525, first version): which operations turn the token ids of an earlier
// request into those of a prompt. Pure.

import { diffArrays } from 'diff';

/** Two texts that differ in more tokens share too little, and comparing them to the end takes too long. */
const MOST_EDITS = 1000;

export type Edit =
  /** Rows donorStart.. stand for the prompt's positions start... */
  | { kind: 'copy'; start: number; donorStart: number; count: number }
  /** Positions without a row: replaced or inserted tokens, to be computed. */
  | { kind: 'placeholder'; start: number; count: number }
  /** Rows of the donor that have no place in the prompt. */
  | { kind: 'delete'; donorStart: number; count: number };

/**
 * The fewest operations, in order (Myers' difference: a replaced token is one deleted and one inserted). Copies and
 * placeholders cover the prompt. Null where the two have too little in common.
 */
export function editsBetween(donor: ArrayLike<number>, prompt: ArrayLike<number>): Edit[] | null {
  const changes = diffArrays(Array.from(donor), Array.from(prompt), { maxEditLength: MOST_EDITS });
  if (changes === undefined) return null;
  let start = 0;
  let donorStart = 0;
  return changes.map(({ added, removed, value: { length: count } }): Edit => {
    if (removed) {
      donorStart += count;
      return { kind: 'delete', donorStart: donorStart - count, count };
    }
    start += count;
    if (added) return { kind: 'placeholder', start: start - count, count };
    donorStart += count;
    return { kind: 'copy', start: start - count, donorStart: donorStart - count, count };
  });
}
