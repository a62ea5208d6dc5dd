// Keys and values where each segment of a model has rows of its own: a row may be dropped in deep layers and stay in
// shallow ones, and its memory comes back. Rows ascend by position. Does not compute and does not choose.

import { HIDDEN_POSITION } from './kv-buffer.ts';
import type { LayerRange, ModelShape } from './shape.ts';

/** Keys (rotated) and values of some rows, each [layers of the segment, kvHeads, rows, headSize]. */
export interface RowPlanes {
  k: Float32Array;
  v: Float32Array;
}

/** Rows of the segments of one sequence. Only what is held is counted, not the cached blocks that rows came from. */
export class SegmentedRows {
  readonly segments: readonly SegmentRows[];
  #peakBytes = 0;

  constructor(shape: ModelShape, ranges: readonly LayerRange[]) {
    const changed = (leavingBytes: number) => (this.#peakBytes = Math.max(this.#peakBytes, this.bytes + leavingBytes));
    this.segments = ranges.map((range) => new SegmentRows(shape, range.end - range.start, changed));
  }

  /** Bytes held now, used or not. */
  get bytes(): number {
    return this.segments.reduce((sum, rows) => sum + rows.bytes, 0);
  }

  /** The most that was ever held at once. */
  get peakBytes(): number {
    return this.#peakBytes;
  }
}

const PLANES = ['k', 'v'] as const;

export class SegmentRows {
  readonly #lanes: { kvHeads: number; headSize: number };
  /** One array a layer, [kvHeads, capacity, headSize], so that making room or giving it back takes a layer's copy. */
  readonly #planes: Record<keyof RowPlanes, Float32Array[]>;
  /** Is told of every change of size, with the bytes that are about to be let go. */
  readonly #changed: (leavingBytes: number) => void;
  /** Position of each row; HIDDEN_POSITION where nothing is known yet. */
  #seen = new Int32Array();
  #capacity = 0;
  #count = 0;

  constructor({ kvHeads, headSize }: ModelShape, layers: number, changed: (leavingBytes: number) => void) {
    this.#lanes = { kvHeads, headSize };
    const empty = () => Array.from({ length: layers }, () => new Float32Array());
    this.#planes = { k: empty(), v: empty() };
    this.#changed = changed;
  }

  /** Rows in use, hidden ones included. */
  get count(): number {
    return this.#count;
  }

  get capacity(): number {
    return this.#capacity;
  }

  get bytes(): number {
    const planes = PLANES.flatMap((plane) => this.#planes[plane]);
    return planes.reduce((sum, { byteLength }) => sum + byteLength, this.#seen.byteLength);
  }

  /** One layer of the segment, counted from its first, [kvHeads, capacity, headSize]: a view until rows are added or dropped. */
  layer(plane: keyof RowPlanes, layer: number): Float32Array {
    return this.#planes[plane][layer]!;
  }

  /** Positions of the first `count` rows, as a copy. */
  seen(count: number): Int32Array {
    return this.#seen.slice(0, count);
  }

  /** Rows in use become `count`, the new ones hidden. Where room is made, `spare` more rows get it. */
  extend(count: number, spare = 0): void {
    if (count > this.#capacity) this.#move(keptRows(this.#count), count + spare);
    this.#seen.fill(HIDDEN_POSITION, this.#count, count);
    this.#count = count;
  }

  /** Writes rows in use, ascending, and shows them at `positions`. */
  write(rows: Int32Array, positions: Int32Array, fresh: RowPlanes): void {
    this.#eachRow(rows, ({ plane, layer, to, from }) => {
      const { headSize } = this.#lanes;
      this.#planes[plane][layer]!.set(fresh[plane].subarray(from, from + headSize), to);
    });
    rows.forEach((row, index) => (this.#seen[row] = positions[index]!));
  }

  /** ‖Δk‖ + ‖Δv‖ of each row between `fresh` and what is there, over all layers and heads; 0 where nothing is. */
  deviation(rows: Int32Array, fresh: RowPlanes): Float32Array {
    const { headSize } = this.#lanes;
    const squares = { k: new Float64Array(rows.length), v: new Float64Array(rows.length) };
    this.#eachRow(rows, ({ plane, layer, to, from, index }) => {
      const stored = this.#planes[plane][layer]!;
      let sum = 0;
      for (let lane = 0; lane < headSize; lane++) sum += (fresh[plane][from + lane]! - stored[to + lane]!) ** 2;
      squares[plane][index]! += sum;
    });
    return Float32Array.from(rows, (row, index) =>
      this.#seen[row] === HIDDEN_POSITION ? 0 : Math.sqrt(squares.k[index]!) + Math.sqrt(squares.v[index]!),
    );
  }

  /** Drops all other rows and gives their memory back. */
  keep(rows: Int32Array): void {
    this.#move(rows, rows.length);
    this.#count = rows.length;
  }

  /** Layer by layer: of a layer only are both the old and the new rows held at once. */
  #move(rows: Int32Array, capacity: number): void {
    const { kvHeads, headSize } = this.#lanes;
    const old = this.#capacity;
    for (const plane of PLANES) {
      this.#planes[plane].forEach((from, layer) => {
        const to = new Float32Array(kvHeads * capacity * headSize);
        for (let head = 0; head < kvHeads; head++) {
          rows.forEach((row, index) => {
            const at = (head * old + row) * headSize;
            to.set(from.subarray(at, at + headSize), (head * capacity + index) * headSize);
          });
        }
        this.#planes[plane][layer] = to;
        this.#changed(from.byteLength);
      });
    }
    const seen = new Int32Array(capacity).fill(HIDDEN_POSITION);
    rows.forEach((row, index) => (seen[index] = this.#seen[row]!));
    this.#seen = seen;
    this.#capacity = capacity;
    this.#changed(0);
  }

  #eachRow(
    rows: Int32Array,
    visit: (place: { plane: keyof RowPlanes; layer: number; to: number; from: number; index: number }) => void,
  ): void {
    const { kvHeads, headSize } = this.#lanes;
    for (const plane of PLANES) {
      for (let layer = 0; layer < this.#planes[plane].length; layer++) {
        for (let head = 0; head < kvHeads; head++) {
          rows.forEach((row, index) => {
            const to = (head * this.#capacity + row) * headSize;
            const from = ((layer * kvHeads + head) * rows.length + index) * headSize;
            visit({ plane, layer, to, from, index });
          });
        }
      }
    }
  }
}

function keptRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}
