// A tiny model that is imported and open, and what tests of its figures need besides.

import { join } from 'node:path';
import { Model } from '../model/forward.ts';
import { importModel } from '../model/import/import-model.ts';
import type { KvBuffer } from '../model/kv-buffer.ts';
import { seededRandom } from '../sample/random.ts';
import { makeTinyModel } from './tiny-model.ts';
import type { TinyModelOptions } from './tiny-model.ts';

/** Made in `folder`/source, installed in `folder`/model. The caller closes it. */
export async function openTinyModel(folder: string, options: TinyModelOptions): Promise<Model> {
  await makeTinyModel(join(folder, 'source'), options);
  await importModel({ source: join(folder, 'source'), target: join(folder, 'model') });
  return Model.open(join(folder, 'model'), { threads: 2 });
}

/** Ids of ordinary tokens, the same for a seed. */
export function someTokens(count: number, seed = 1): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => 5 + Math.floor(random() * 300));
}

/** The positions start..end-1. */
export function positionsOf(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, index) => start + index);
}

/** Largest absolute difference of two lists of numbers, and of their lengths. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = Math.abs(a.length - b.length);
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

/** A plane's rows start..end-1 of every layer and head, one after the other, whatever the capacity. */
export function planeRows(
  kv: KvBuffer,
  plane: 'rotatedK' | 'v',
  range: { model: Model; start?: number; end?: number },
): Float32Array {
  const { layers, kvHeads, headSize } = range.model.shape;
  const { start = 0, end = kv.rows } = range;
  const floats = (end - start) * headSize;
  const rows = new Float32Array(layers * kvHeads * floats);
  for (let layer = 0; layer < layers; layer++) {
    for (let head = 0; head < kvHeads; head++) {
      const from = (head * kv.capacity + start) * headSize;
      rows.set(kv.layer(plane, layer).subarray(from, from + floats), (layer * kvHeads + head) * floats);
    }
  }
  return rows;
}
