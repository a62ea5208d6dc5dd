// Which words of a corrected answer are not those that stood there first, and what stood in their place. Pure.

import { diffArrays } from 'diff';
import type { Verification } from '../../engine/contract/chat.ts';

/** Characters start..end-1 of the answer took the place of `removed`, which is empty where they were only added. */
export interface Change {
  start: number;
  end: number;
  removed: string;
}

type Correction = NonNullable<Verification['correction']>;

const WORDS = /\s+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu;
/** Beyond this many differing words the rest counts as rewritten. */
const MOST_EDITS = 2000;

export function changedWords(text: string, { at, removed }: Correction): Change[] {
  const from = wordStart(text, at);
  const before = words(text.slice(from, at) + removed);
  const after = words(text.slice(from));
  const parts = diffArrays(before, after, { maxEditLength: MOST_EDITS });
  if (parts === undefined) return [{ start: from, end: text.length, removed: before.join('') }];
  const changes: Change[] = [];
  let end = from;
  for (const part of parts) {
    const value = part.value.join('');
    const last = changes.at(-1);
    if (part.added) {
      if (last?.end === end) last.end += value.length;
      else changes.push({ start: end, end: end + value.length, removed: '' });
    } else if (part.removed) {
      if (last?.end === end) last.removed += value;
      else changes.push({ start: end, end, removed: value });
    } else if (last?.end === end && value.trim() === '' && part !== parts.at(-1)) {
      // Words with only a space between them changed together.
      last.removed += value;
      last.end += value.length;
    }
    if (!part.removed) end += value.length;
  }
  return merged(changes.map((change) => visible(change, text)));
}

/** The first wrong token may begin inside a word: a word is right or wrong as a whole. */
export function wordStart(text: string, at: number): number {
  return at - (/[\p{L}\p{N}]*$/u.exec(text.slice(0, at))?.[0].length ?? 0);
}

function words(text: string): string[] {
  return text.match(WORDS) ?? [];
}

/** Where words were only taken away there is nothing to mark, so the next word is marked for them, else the one before. */
function visible(change: Change, text: string): Change {
  if (text.slice(change.start, change.end).trim() !== '') return change;
  const next = /^\s*[^\s]+/u.exec(text.slice(change.end))?.[0];
  if (next !== undefined) {
    const end = change.end + next.length;
    return { ...change, end, removed: change.removed + text.slice(change.end, end) };
  }
  const start = change.start - (/[^\s]+\s*$/u.exec(text.slice(0, change.start))?.[0].length ?? 0);
  return { ...change, start, removed: text.slice(start, change.start) + change.removed };
}

function merged(changes: Change[]): Change[] {
  const kept: Change[] = [];
  for (const change of changes) {
    const last = kept.at(-1);
    if (last === undefined || change.start >= last.end) kept.push(change);
    else {
      last.end = Math.max(last.end, change.end);
      last.removed += change.removed;
    }
  }
  return kept;
}
