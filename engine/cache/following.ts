// What stands in the cache behind a beginning: the token ids of the latest chains that go on from it.
// Reads the indexes only, and of those only the scopes it is given.

import { tokensOf } from './block.ts';
import type { BlockRef, BlockRow } from './block.ts';
import type { BlockStore } from './store.ts';
import type { Scope } from '../types.ts';

const MOST_CHAINS = 4;
const MOST_TOKENS = 512;

/** Token ids behind the rows that `ref` uses, latest chain first. */
export function following(store: BlockStore, ref: BlockRef, scopes: readonly Scope[]): Int32Array[] {
  const block = store.get(ref.key);
  if (block === null) return [];
  const rest = Array.from(tokensOf(block.tokens).subarray(ref.offset + ref.count));
  const children = latestBehind(store, block, scopes, MOST_CHAINS);
  if (children.length === 0) return rest.length === 0 ? [] : [Int32Array.from(rest)];
  return children.map((child) => Int32Array.from([...rest, ...chainFrom(store, child, scopes)]));
}

function chainFrom(store: BlockStore, first: BlockRow, scopes: readonly Scope[]): number[] {
  const tokens: number[] = [];
  for (let block: BlockRow | undefined = first; block !== undefined && tokens.length < MOST_TOKENS;) {
    tokens.push(...tokensOf(block.tokens));
    block = latestBehind(store, block, scopes, 1)[0];
  }
  return tokens;
}

function latestBehind(
  store: BlockStore,
  { key: parent, layout }: BlockRow,
  scopes: readonly Scope[],
  limit: number,
): BlockRow[] {
  const found = store.indexes.flatMap((index) =>
    scopes.flatMap((scope) => index.blocks.latest({ parent, layout, scope }, limit)),
  );
  return found.toSorted((one, other) => other.usedAt - one.usedAt).slice(0, limit);
}
