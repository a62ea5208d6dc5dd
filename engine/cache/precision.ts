// Orders the precisions of stored rows, best first. Two different things use it: what a block may promise (`precision`,
// never better than the rows it was computed from) and how its own file is written (`coding`).

import { KV_PRECISIONS } from '../contract/settings.ts';
import type { KvPrecision } from '../contract/settings.ts';
import { BLOCK_TOKENS } from './block.ts';

/** What a lookup accepts unless it says otherwise: all that may be read without checking the answer. */
export const READABLE_PRECISIONS: readonly KvPrecision[] = ['lossless', 'fp16', 'int8'];

/** 0 for the best. */
export function rankOf(precision: KvPrecision): number {
  return KV_PRECISIONS.indexOf(precision);
}

export function precisionOf(rank: number): KvPrecision {
  return KV_PRECISIONS[rank] ?? 'int4';
}

/** The least precise of them; 'lossless' of none. */
export function lowestPrecision(precisions: Iterable<KvPrecision>): KvPrecision {
  let rank = 0;
  for (const precision of precisions) rank = Math.max(rank, rankOf(precision));
  return precisionOf(rank);
}

/** A short block is the end of something: its rows are the latest, and too few to share scales. */
export function codingFor(precision: KvPrecision, count: number): KvPrecision {
  return rankOf(precision) > rankOf('fp16') && count < BLOCK_TOKENS ? 'fp16' : precision;
}
