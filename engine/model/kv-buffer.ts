// The keys and values of one sequence, in the layout the graph reads in place: planes (rotated K, V, and raw K where it
// is held), each [layers, kvHeads, capacity, headSize], where a row's index is its position. Raw K, before RoPE, leaves
// for the cache. Does not compute what it holds and does not know where rows come from.

import type { KvPrecision } from '../contract/settings.ts';
import type { KvRows } from '../types.ts';
import { LentKeys } from './lent-keys.ts';
import { turnBack } from './rope.ts';
import type { Turns } from './rope.ts';
import { deepLayers, shallowLayers } from './shape.ts';
import type { Values } from './sessions.ts';
import type { ModelShape } from './shape.ts';

/**
 * How live rows are held. `fp32`: as they are computed, with their keys before RoPE beside them, so that they leave as
 * they were. `fp16`: rotated keys and values in 16-bit floats, a third of that and half of plain fp32 rows. Rows that
 * leave have their keys turned back and are 16-bit rows, whoever computed with them; values beyond the range of the
 * format are not held.
 */
export type LiveRows = 'fp32' | 'fp16';

/** The best that rows may be called which leave a sequence. */
export function finestOf(liveRows: LiveRows): KvPrecision {
  return liveRows === 'fp32' ? 'lossless' : 'fp16';
}

/** New rows of one segment, each plane [layers of the segment, kvHeads, count, headSize]. */
export interface FreshRows {
  count: number;
  rotatedK: Values;
  /** Null where it is not held. */
  rawK: Values | null;
  v: Values;
}

/** Segments have rows of their own: the shallow one's may be known before the deep one's are. */
export type SegmentName = 'shallow' | 'deep';

/** As a row's position it stands behind every query, so nobody sees the row. */
export const HIDDEN_POSITION = 2 ** 31 - 1;

/** Room is made for this many rows at a time, and for this share more than is needed. */
const ROOM_ROWS = 64;
const SPARE_SHARE = 1 / 16;
const PLANES = { fp32: ['rotatedK', 'rawK', 'v'], fp16: ['rotatedK', 'v'] } as const;
type Plane = (typeof PLANES)['fp32'][number];

/** A cached block as it is held, both [layers, kvHeads, count, headSize]. */
export type PlacedRows = Pick<FreshRows, 'rotatedK' | 'v'>;

export class KvBuffer {
  readonly #shape: ModelShape;
  readonly #liveRows: LiveRows;
  readonly #planes: Record<Plane, Values>;
  /** Position of every row for the queries of a segment; HIDDEN_POSITION where there is nothing to see. */
  readonly #seen: Record<SegmentName, Int32Array>;
  readonly #lent = new LentKeys();
  #capacity = 0;
  #rows = 0;
  #revision = 0;

  constructor(shape: ModelShape, liveRows: LiveRows = 'fp32') {
    this.#shape = shape;
    this.#liveRows = liveRows;
    this.#planes = { rotatedK: this.#values(0), rawK: this.#values(0), v: this.#values(0) };
    this.#seen = { shallow: new Int32Array(), deep: new Int32Array() };
  }

  /** Rows in use, hidden ones included: positions 0..rows-1 of the sequence. */
  get rows(): number {
    return this.#rows;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Bytes held, used or not. */
  get bytes(): number {
    const planes = this.#held.reduce((total, plane) => total + this.#planes[plane].byteLength, 0);
    return planes + this.#seen.shallow.byteLength + this.#seen.deep.byteLength;
  }

  /** Whether keys before RoPE are held. */
  get holdsRawK(): boolean {
    return this.#liveRows === 'fp32';
  }

  /** The best that rows which leave may be called. */
  get finest(): KvPrecision {
    return finestOf(this.#liveRows);
  }

  /** Grows with every change: whoever computes from these rows can tell whether they are still the same. */
  get revision(): number {
    return this.#revision;
  }

  /** One layer of a plane, [kvHeads, capacity, headSize], a view: valid until rows are added. */
  layer(plane: 'rotatedK' | 'v', layer: number): Values {
    const floats = this.#shape.kvHeads * this.#capacity * this.#shape.headSize;
    return this.#planes[plane].subarray(layer * floats, (layer + 1) * floats);
  }

  /** Position of each of the first `count` rows as the queries of a segment see it, as a copy. */
  seenBy(segment: SegmentName, count: number): Int32Array {
    return this.#seen[segment].slice(0, count);
  }

  /** Whether a row is not, or not yet, complete: no query of the deep layers sees it. */
  isHidden(row: number): boolean {
    if (row < 0 || row >= this.#rows) throw new RangeError(`row ${row} of ${this.#rows}`);
    return this.#seen.deep[row] === HIDDEN_POSITION;
  }

  /** Makes room for `count` rows after the present ones. */
  reserve(count: number): void {
    const needed = this.#rows + count;
    if (needed > this.#shape.context)
      throw new RangeError(`${needed} rows exceed the context of ${this.#shape.context}`);
    if (needed > this.#capacity) this.#resize(this.#roomFor(needed));
  }

  /** Makes room for `rows` rows in all, and takes back what is far more: a run for few rows looks at all of it. */
  fit(rows: number): void {
    this.reserve(Math.max(0, rows - this.#rows));
    const room = this.#roomFor(rows);
    if (room < this.#capacity) this.#resize(room);
  }

  /** Rows in use become `rows`; the new ones are hidden until they are written. */
  extend(rows: number): void {
    if (rows < this.#rows) throw new RangeError(`cannot extend ${this.#rows} rows to ${rows}`);
    this.reserve(rows - this.#rows);
    const start = this.#rows;
    this.#rows = rows;
    this.hide(start, rows);
  }

  /** Takes the rows start..end-1 out of sight, until they are written again. */
  hide(start: number, end: number): void {
    this.#checkRange(start, end);
    for (const seen of Object.values(this.#seen)) seen.fill(HIDDEN_POSITION, start, end);
    this.#revision++;
  }

  /** Writes the rows of one segment's layers at ascending positions in use, and shows them to its queries. */
  write(segment: SegmentName, positions: Int32Array, fresh: FreshRows): void {
    const { kvHeads, headSize } = this.#shape;
    const { start: firstLayer } = segment === 'shallow' ? shallowLayers(this.#shape) : deepLayers(this.#shape);
    const runs = runsOf(positions);
    for (const { start, count } of runs) {
      this.#checkRange(start, start + count);
      this.#lent.takeBack(start, start + count);
    }
    for (const plane of this.#held) {
      const [source, target] = [fresh[plane], this.#planes[plane]];
      if (source === null) throw new TypeError(`rows without ${plane}`);
      const lanes = source.length / (fresh.count * headSize);
      for (let lane = 0; lane < lanes; lane++) {
        for (const { from, start, count } of runs) {
          const at = (lane * fresh.count + from) * headSize;
          const to = ((firstLayer * kvHeads + lane) * this.#capacity + start) * headSize;
          target.set(source.subarray(at, at + count * headSize), to);
        }
      }
    }
    for (const position of positions) this.#seen[segment][position] = position;
    this.#revision++;
  }

  /**
   * Writes a cached block, with its keys rotated to start.., and shows its rows. Its raw keys stay where they are, if
   * they are to leave again as they came.
   */
  place(start: number, block: KvRows, { rotatedK, v }: PlacedRows): void {
    const { layers, kvHeads, headSize } = this.#shape;
    this.#checkRange(start, start + block.count);
    const laneFloats = block.count * headSize;
    const { rotatedK: keys, v: values } = this.#planes;
    for (let lane = 0; lane < layers * kvHeads; lane++) {
      const to = (lane * this.#capacity + start) * headSize;
      keys.set(rotatedK.subarray(lane * laneFloats, (lane + 1) * laneFloats), to);
      values.set(v.subarray(lane * laneFloats, (lane + 1) * laneFloats), to);
    }
    this.#showPlaced(start, block);
  }

  /** The same where rows are 32-bit floats and nobody asks for bit-equal keys: they are turned on their way in. */
  placeTurned(start: number, block: KvRows, turns: Turns): void {
    const { layers, kvHeads, headSize } = this.#shape;
    const { count } = block;
    this.#checkRange(start, start + count);
    const { rotatedK, v } = this.#planes;
    if (rotatedK instanceof Float16Array) throw new TypeError('keys are turned into 32-bit floats only');
    for (let lane = 0; lane < layers * kvHeads; lane++) {
      const from = lane * count * headSize;
      const to = (lane * this.#capacity + start) * headSize;
      turns.write(rotatedK, to, { keys: block.k, from, start, count });
      v.set(block.v.subarray(from, from + count * headSize), to);
    }
    this.#showPlaced(start, block);
  }

  /** Forgets all rows from `rows` on, and lets their blocks go. */
  truncate(rows: number): void {
    if (rows < 0 || rows > this.#rows) throw new RangeError(`cannot cut ${this.#rows} rows to ${rows}`);
    this.#lent.takeBack(rows, this.#rows);
    for (const seen of Object.values(this.#seen)) seen.fill(HIDDEN_POSITION, rows, this.#rows);
    this.#rows = rows;
    this.#revision++;
  }

  /** A copy of the rows start..end-1, none of them hidden, in the form the cache keeps. */
  exportRows(start: number, end: number): KvRows {
    this.#checkRange(start, end);
    if (this.#seen.deep.subarray(start, end).includes(HIDDEN_POSITION))
      throw new RangeError(`of the rows ${start}..${end} some are hidden`);
    return { count: end - start, k: this.#rawK(start, end), v: this.#copyRows('v', start, end) };
  }

  get #held(): readonly Plane[] {
    return PLANES[this.#liveRows];
  }

  #values(length: number): Values {
    return this.#liveRows === 'fp32' ? new Float32Array(length) : new Float16Array(length);
  }

  #rawK(start: number, end: number): Float32Array {
    if (!this.holdsRawK) return turnBack(this.#copyRows('rotatedK', start, end), { start, end }, this.#shape);
    const k = this.#copyRows('rawK', start, end);
    this.#lent.copyInto(k, { start, end }, this.#shape.headSize);
    return k;
  }

  #showPlaced(start: number, block: KvRows): void {
    if (this.holdsRawK) this.#lent.lend(start, block);
    for (const seen of Object.values(this.#seen)) {
      for (let row = start; row < start + block.count; row++) seen[row] = row;
    }
    this.#revision++;
  }

  #checkRange(start: number, end: number): void {
    if (start < 0 || end > this.#rows || start > end) throw new RangeError(`rows ${start}..${end} of ${this.#rows}`);
  }

  #copyRows(plane: Plane, start: number, end: number): Float32Array {
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

  /** Moves the rows to lanes of another length, in place where there is room for them. */
  #resize(capacity: number): void {
    const { layers, kvHeads, headSize } = this.#shape;
    const lanes = layers * kvHeads;
    const [from, to, kept] = [this.#capacity * headSize, capacity * headSize, this.#rows * headSize];
    for (const plane of this.#held) {
      const old = this.#planes[plane];
      const target = old.length >= lanes * to ? old : this.#values(lanes * headSize * this.#heldRows(capacity));
      // Lanes that grow move from the last one on, so that none is written over before it has moved.
      const inOrder = to < from || target !== old;
      for (let index = 0; index < (kept > 0 ? lanes : 0); index++) {
        const lane = inOrder ? index : lanes - 1 - index;
        if (target === old) target.copyWithin(lane * to, lane * from, lane * from + kept);
        else target.set(old.subarray(lane * from, lane * from + kept), lane * to);
      }
      this.#planes[plane] = target;
    }
    for (const segment of ['shallow', 'deep'] as const) {
      const seen = new Int32Array(capacity).fill(HIDDEN_POSITION);
      seen.set(this.#seen[segment].subarray(0, this.#rows));
      this.#seen[segment] = seen;
    }
    this.#capacity = capacity;
  }

  /** Memory is asked for in steps of an eighth to a quarter, so that prompts of about one length share a buffer. */
  #heldRows(capacity: number): number {
    const step = 2 ** Math.max(0, Math.floor(Math.log2(capacity)) - 2);
    return Math.min(this.#shape.context, Math.ceil(capacity / step) * step);
  }

  /** Room for `rows` and some more: every run for few rows looks at all of it, and making room moves all rows. */
  #roomFor(rows: number): number {
    const room = Math.ceil((rows * (1 + SPARE_SHARE)) / ROOM_ROWS) * ROOM_ROWS;
    return Math.min(this.#shape.context, room);
  }
}

/** Ascending positions as runs without a gap: positions[from..from+count-1] are start..start+count-1. */
function runsOf(positions: Int32Array): { from: number; start: number; count: number }[] {
  const runs: { from: number; start: number; count: number }[] = [];
  for (const [index, position] of positions.entries()) {
    const last = runs.at(-1);
    if (last !== undefined && position === last.start + last.count) last.count++;
    else runs.push({ from: index, start: position, count: 1 });
  }
  return runs;
}
