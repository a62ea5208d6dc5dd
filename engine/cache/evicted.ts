// Which text's rows may be computed again, now that there is room: documents for everybody that lost rows to eviction.
// Reads the indexes only.

import { planeFloats } from './block.ts';
import type { BlockShape } from './block.ts';
import type { BlockStore } from './store.ts';
import type { DocumentId } from '../contract/library.ts';

/** Keys and values. */
const PLANES = 2;

/**
 * The document most worth having back among those whose missing rows fit without anything else leaving, and that are
 * not to be left out. Null: there is none.
 */
export function evictedDocument(
  store: BlockStore,
  of: { layout: string; shape: BlockShape },
  leftOut: ReadonlySet<DocumentId>,
): DocumentId | null {
  for (const { tombstones } of store.indexes) {
    const found = tombstones
      .documents(of.layout)
      .find(({ id, rows }) => !leftOut.has(id) && hasRoom(store, rows, of.shape));
    if (found) return found.id;
  }
  return null;
}

/** As if nothing were compressed. */
function hasRoom({ stored, memory }: BlockStore, rows: number, shape: BlockShape): boolean {
  const bytes = planeFloats(shape, rows) * PLANES * Float32Array.BYTES_PER_ELEMENT;
  return stored === null ? memory.bytes + bytes <= memory.budgetBytes : stored.hasRoom(bytes);
}
