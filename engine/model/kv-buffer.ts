// The keys and values of one sequence, in the layout the graph reads in place: three planes (rotated K, raw K, V),
// each [layers, kvHeads, capacity, headSize]. Raw K, before RoPE, is what leaves for the cache.
// Does not compute anything and does not know where rows come from.

import type { KvRows } from '../types.ts';
import type { ModelShape } from './shape.ts';

/** New rows of one segment, each plane [layers of the segment, kvHeads, count, headSize]. */
export interface FreshRows {
  count: number;
  rotatedK: Float32Array;
  rawK: Float32Array;
  v: Float32Array;
}

const FIRST_CAPACITY = 128;
const PLANES = ['rotatedK', 'rawK', 'v'] as const;

export class KvBuffer {
  readonly #shape: ModelShape;
  readonly #planes: Record<(typeof PLANES)[number], Float32Array>;
  #positions: Int32Array;
  #capacity = 0;
  #rows = 0;

  constructor(shape: ModelShape) {
    this.#shape = shape;
    this.#planes = { rotatedK: new Float32Array(), rawK: new Float32Array(), v: new Float32Array() };
    this.#positions = new Int32Array();
  }

  /** Rows in use: positions 0..rows-1 of the sequence are known. */
  get rows(): number {
    return this.#rows;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Bytes held, used or not. */
  get bytes(): number {
    return PLANES.reduce((total, plane) => total + this.#planes[plane].byteLength, this.#positions.byteLength);
  }

  /** True position of every row, in buffer order, room for reserved rows included. */
  get positions(): Int32Array {
    return this.#positions;
  }

  /** One layer of a plane, [kvHeads, capacity, headSize], a view: valid until the next `reserve`. */
  layer(plane: 'rotatedK' | 'v', layer: number): Float32Array {
    const floats = this.#shape.kvHeads * this.#capacity * this.#shape.headSize;
    return this.#planes[plane].subarray(layer * floats, (layer + 1) * floats);
  }

  /** Makes room for `count` rows after the present ones and gives them the positions that follow. */
  reserve(count: number): void {
    const needed = this.#rows + count;
    if (needed > this.#shape.context)
      throw new RangeError(`${needed} rows exceed the context of ${this.#shape.context}`);
    if (needed > this.#capacity) this.#grow(needed);
    for (let row = this.#rows; row < needed; row++) this.#positions[row] = row;
  }

  /** Writes the rows of the layers from `firstLayer` on behind the present rows; they count after `commit`. */
  write(firstLayer: number, fresh: FreshRows): void {
    const { kvHeads, headSize } = this.#shape;
    const laneFloats = fresh.count * headSize;
    for (const plane of PLANES) {
      const source = fresh[plane];
      const target = this.#planes[plane];
      for (let from = 0, lane = firstLayer * kvHeads; from < source.length; from += laneFloats, lane++) {
        target.set(source.subarray(from, from + laneFloats), (lane * this.#capacity + this.#rows) * headSize);
      }
    }
  }

  /** Makes `count` reserved and written rows part of the sequence. */
  commit(count: number): void {
    if (this.#rows + count > this.#capacity) throw new RangeError('rows were not reserved');
    this.#rows += count;
  }

  /** Forgets all rows from `rows` on. */
  truncate(rows: number): void {
    if (rows < 0 || rows > this.#rows) throw new RangeError(`cannot cut ${this.#rows} rows to ${rows}`);
    this.#rows = rows;
  }

  /** A copy of the rows start..end-1 in the form the cache keeps. */
  exportRows(start: number, end: number): KvRows {
    if (start < 0 || end > this.#rows || start > end) throw new RangeError(`rows ${start}..${end} of ${this.#rows}`);
    return { count: end - start, k: this.#copyRows('rawK', start, end), v: this.#copyRows('v', start, end) };
  }

  #copyRows(plane: 'rawK' | 'v', start: number, end: number): Float32Array {
    const { layers, kvHeads, headSize } = this.#shape;
    const source = this.#planes[plane];
    const laneFloats = (end - start) * headSize;
    const copy = new Float32Array(layers * kvHeads * laneFloats);
    for (let lane = 0; lane < layers * kvHeads; lane++) {
      const from = (lane * this.#capacity + start) * headSize;
      copy.set(source.subarray(from, from + laneFloats), lane * laneFloats);
    }
    return copy;
  }

  /** Doubles, up to the context, so that a growing answer is copied a few times only. */
  #grow(needed: number): void {
    const { layers, kvHeads, headSize, context } = this.#shape;
    let capacity = Math.max(this.#capacity, FIRST_CAPACITY);
    while (capacity < needed) capacity *= 2;
    capacity = Math.min(capacity, context);
    const lanes = layers * kvHeads;
    for (const plane of PLANES) {
      const old = this.#planes[plane];
      const grown = new Float32Array(lanes * capacity * headSize);
      for (let lane = 0; lane < lanes; lane++) {
        const from = lane * this.#capacity * headSize;
        grown.set(old.subarray(from, from + this.#rows * headSize), lane * capacity * headSize);
      }
      this.#planes[plane] = grown;
    }
    const positions = new Int32Array(capacity);
    positions.set(this.#positions.subarray(0, this.#rows));
    this.#positions = positions;
    this.#capacity = capacity;
  }
}
