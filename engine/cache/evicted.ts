// Texts whose rows were dropped for room, so that they can be computed again when nobody waits. Reads the indexes only.

import { tokensOf } from './block.ts';
import type { BlockKey, EntryRef } from './block.ts';
import type { Tombstone } from './index/tombstones.ts';
import type { BlockStore } from './store.ts';
import type { Scope } from '../types.ts';

/** Some may be back already, or stand behind what was deleted. */
const SPARE = 64;

export interface EvictedText {
  /** From the start of the prompt to the last row that was there. */
  tokens: Int32Array;
  /** Who may reuse the last of it. */
  scope: Scope;
  /** The text that the last of it belongs to. */
  entry: EntryRef;
}

/** Ends of chains that can be followed to their start, most worth having back first. */
export function evictedTexts(store: BlockStore, layout: string, limit: number): EvictedText[] {
  const ends = store.indexes.flatMap((index) => index.tombstones.last(layout, limit + SPARE));
  const texts: EvictedText[] = [];
  for (const end of ends) {
    if (texts.length >= limit) break;
    const tokens = isBack(store, layout, end) ? null : chainOf(store, end);
    const row = store.indexes.map((index) => index.entries.get(end.entryId)).find((entry) => entry !== null);
    if (!tokens || !row) continue;
    texts.push({ tokens, scope: end.scope, entry: { kind: row.kind, id: row.source_id, label: row.label } });
  }
  return texts;
}

function isBack(store: BlockStore, layout: string, { key, parent, scope, tokens }: Tombstone): boolean {
  return store.has(key) || store.equal({ parent, layout, scope }, tokens) !== null;
}

/** Null when a part of the text before it is known no more. */
function chainOf(store: BlockStore, end: Tombstone): Int32Array | null {
  const parts = [tokensOf(end.tokens)];
  for (let key = end.parent; key !== null;) {
    const before: { tokens: Uint8Array; parent: BlockKey | null } | null = store.get(key) ?? tombstone(store, key);
    if (!before) return null;
    parts.push(tokensOf(before.tokens));
    key = before.parent;
  }
  const tokens = new Int32Array(parts.reduce((count, part) => count + part.length, 0));
  let at = 0;
  for (const part of parts.toReversed()) {
    tokens.set(part, at);
    at += part.length;
  }
  return tokens;
}

function tombstone(store: BlockStore, key: BlockKey): Tombstone | null {
  for (const index of store.indexes) {
    const found = index.tombstones.get(key);
    if (found) return found;
  }
  return null;
}
