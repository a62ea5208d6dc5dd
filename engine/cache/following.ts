// What stands in the cache behind a beginning: the token ids of the latest chains that go on from it.
// Reads the indexes only, and of those only the scopes it is given.

import { tokensOf } from './block.ts';
import type { BlockKey, BlockRef, BlockRow } from './block.ts';
import type { BlockStore } from './store.ts';
import type { Scope } from '../types.ts';

const MOST_CHAINS = 4;
const MOST_TOKENS = 512;

/** Token ids behind the rows that `ref` uses, latest chain first. */
export function following(store: BlockStore, ref: BlockRef, scopes: readonly Scope[]): Int32Array[] {
  const block = store.get(ref.key);
  if (block === null) return [];
  const rest = Array.from(tokensOf(block.tokens).subarray(ref.offset + ref.count));
  const children = latestChildren(store, ref.key, scopes);
  if (children.length === 0) return rest.length === 0 ? [] : [Int32Array.from(rest)];
  return children.slice(0, MOST_CHAINS).map((child) => Int32Array.from([...rest, ...chainFrom(store, child, scopes)]));
}

function chainFrom(store: BlockStore, first: BlockRow, scopes: readonly Scope[]): number[] {
  const tokens: number[] = [];
  for (let block: BlockRow | undefined = first; block !== undefined && tokens.length < MOST_TOKENS;) {
    tokens.push(...tokensOf(block.tokens));
    block = latestChildren(store, block.key, scopes)[0];
  }
  return tokens;
}

function latestChildren(store: BlockStore, key: BlockKey, scopes: readonly Scope[]): BlockRow[] {
  const keys = new Set(store.indexes.flatMap((index) => index.blocks.children(key)));
  return [...keys]
    .flatMap((child) => store.get(child) ?? [])
    .filter((child) => scopes.includes(child.scope))
    .toSorted((one, other) => other.usedAt - one.usedAt);
}
