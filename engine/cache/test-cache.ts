// For tests: caches in temporary folders, and rows whose every value is fixed by layout and token prefix, so that
// a test can tell whether loaded rows are those of its prompt. No test itself.

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { BLOCK_TOKENS } from './block.ts';
import type { BlockKey, BlockRef, EntryRef } from './block.ts';
import { KvCache } from './kv-cache.ts';
import type { KvCacheOptions } from './kv-cache.ts';
import type { Space } from './space.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { KvPrecision } from '../contract/settings.ts';
import { privateScope } from '../types.ts';
import type { KvRows, Scope } from '../types.ts';

export const SHAPE = { layers: 2, kvHeads: 2, headSize: 8 };
export const ANA = privateScope('ana' as ProfileId);
export const BEN = privateScope('ben' as ProfileId);
export const HANDBOOK: EntryRef = { kind: 'document', id: 'handbook', label: 'The household handbook' };
const LANES = SHAPE.layers * SHAPE.kvHeads;
const GENEROUS = 1 << 30;

export interface Folder {
  path: string;
}

export function temporaryFolder(): Folder & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'hearth-cache-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export function openCache(folder: Folder, options: Partial<KvCacheOptions> = {}): KvCache {
  return KvCache.open({
    folder: folder.path,
    secret: new Uint8Array(32).fill(7),
    quotaBytes: GENEROUS,
    memoryBudgetBytes: GENEROUS,
    ...options,
  });
}

export function spaceOf(cache: KvCache, layout = 'layout'): Space {
  return cache.space({ layout, modelId: `model of ${layout}`, shape: SHAPE });
}

/** start..start+count-1, as token ids. */
export function tokensFrom(start: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => start + index);
}

export function joined(...parts: Int32Array[]): Int32Array {
  return Int32Array.from(parts.flatMap((part) => [...part]));
}

/** Rows of positions start..end-1 as a model would compute them: each depends on all tokens up to its own. */
export function rowsOf(tokens: Int32Array, start: number, end: number, layout = 'layout'): KvRows {
  const count = end - start;
  const k = new Float32Array(LANES * count * SHAPE.headSize);
  const v = new Float32Array(k.length);
  const marks = marksOf(tokens, end, layout);
  for (let row = 0; row < count; row++) {
    const mark = marks[start + row] ?? 0;
    for (let lane = 0; lane < LANES; lane++) {
      const at = (lane * count + row) * SHAPE.headSize;
      k.fill(mark + lane, at, at + SHAPE.headSize);
      v.fill(-mark - lane, at, at + SHAPE.headSize);
    }
  }
  return { count, k, v };
}

/** One number from 0 to 4096 for each position 0..end-1, fixed by layout and all tokens up to it (FNV-1a; exact as fp32). */
function marksOf(tokens: Int32Array, end: number, layout: string): Float64Array {
  let state = crc32(layout);
  const marks = new Float64Array(end);
  for (let at = 0; at < end; at++) {
    state = Math.imul(state ^ (tokens[at] ?? 0), 16777619);
    state = Math.imul(state ^ (state >>> 15), 16777619);
    marks[at] = ((state >>> 10) + 1) / 1024;
  }
  return marks;
}

/** How far a value of these rows may be off, by the coding with this precision. */
const TOLERANCE: Record<KvPrecision, number> = { lossless: 0, fp16: 2, int8: 20, int4: 330 };

/** Whether the used rows are those of this prompt: first and last value of each row of k and v, as precise as promised. */
export function areRowsOf(rows: KvRows, ref: BlockRef, prompt: { tokens: Int32Array; layout?: string }): boolean {
  if (rows.count !== ref.blockCount) return false;
  const marks = marksOf(prompt.tokens, ref.start + ref.count, prompt.layout ?? 'layout');
  for (let row = 0; row < ref.count; row++) {
    const mark = marks[ref.start + row] ?? 0;
    const last = ((LANES - 1) * rows.count + row + 1) * SHAPE.headSize - 1;
    const [first = NaN, end = NaN] = [rows.k[row * SHAPE.headSize], rows.v[last]];
    const off = Math.max(Math.abs(first - mark), Math.abs(end + mark + LANES - 1));
    if (!(off <= TOLERANCE[ref.precision])) return false;
  }
  return true;
}

export interface Kept {
  tokens: Int32Array;
  scope: Scope;
  entry?: EntryRef;
  /** Positions 0..start-1 are kept already, under this parent. */
  start?: number;
  parent?: BlockKey | null;
  blockTokens?: number;
  layout?: string;
  precision?: KvPrecision;
}

/** Adds the prompt's blocks and commits. Returns their keys. */
export function keep(space: Space, kept: Kept): BlockKey[] {
  const { tokens, scope, entry = HANDBOOK, blockTokens = BLOCK_TOKENS, layout, precision = 'lossless' } = kept;
  const write = space.begin();
  const keys: BlockKey[] = [];
  let parent = kept.parent ?? null;
  for (let start = kept.start ?? 0; start < tokens.length; start += blockTokens) {
    const end = Math.min(start + blockTokens, tokens.length);
    const rows = rowsOf(tokens, start, end, layout);
    const block = { parent, scope, entry, rows, tokens: tokens.slice(start, end), prefillMs: end - start, precision };
    parent = write.add({ ...block, decodedStart: 0, decodedEnd: 0 });
    keys.push(parent);
  }
  write.commit();
  return keys;
}

/** Sizes of all files under the folder. */
export function folderBytes(folder: Folder): number {
  return filesIn(folder).reduce((bytes, file) => bytes + statSync(file).size, 0);
}

export function filesIn(folder: Folder): string[] {
  return readdirSync(folder.path, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => join(item.parentPath, item.name));
}

export function blockFiles(folder: Folder): string[] {
  return filesIn(folder).filter((file) => file.endsWith('.kv'));
}
