// Scores rows of a sequence: how much it would matter that they deviate, and how much queries look at them.
// Says nothing of what is done with the scores.

import { HIDDEN_POSITION } from './kv-buffer.ts';
import type { KvBuffer } from './kv-buffer.ts';
import { Session, valuesInput } from './sessions.ts';
import type { Input, SessionOptions } from './sessions.ts';
import { relevanceLayers } from './shape.ts';
import type { ModelShape } from './shape.ts';

export interface FreshStream {
  /** The residual stream behind the shallow segment, [positions.length, hidden]. */
  y: Float32Array;
  positions: Int32Array;
}

export interface InfluenceOptions {
  /** The last so many rows are the queries, the others the candidates. */
  queries: number;
  /** Whether the change of a row's keys counts, beside that of its values. */
  keyTerm?: boolean;
}

/** KVShare's two factors of a row's score, one value for each candidate. */
export interface Deviation {
  /** Attention on the row, summed over heads and queries. */
  attention: Float32Array;
  /** Sum of the absolute changes of its values over all heads, fresh minus buffered. */
  change: Float32Array;
}

/** Bounds the memory of one run: heads · queries · rows floats, a few times. */
const QUERIES_PER_RUN = 32;

export class RowScores {
  readonly #shape: ModelShape;
  readonly #sessions: { probe: Session; influence: Session; attention: Session };

  private constructor(shape: ModelShape, sessions: { probe: Session; influence: Session; attention: Session }) {
    this.#shape = shape;
    this.#sessions = sessions;
  }

  /** `files`: paths of the graphs, made for rows as the sequences hold them. */
  static async open(
    files: Record<'probe' | 'influence' | 'attention', string>,
    shape: ModelShape,
    options: SessionOptions,
  ): Promise<RowScores> {
    return new RowScores(shape, {
      probe: await Session.open(files.probe, options),
      influence: await Session.open(files.influence, options),
      attention: await Session.open(files.attention, options),
    });
  }

  /** See `Model.influence`. */
  async influence(
    kv: KvBuffer,
    rows: FreshStream,
    { queries, keyTerm = true }: InfluenceOptions,
  ): Promise<Float32Array> {
    const { positions } = rows;
    const candidates = positions.length - queries;
    if (queries < 1 || candidates < 0) throw new RangeError(`${queries} queries among ${positions.length} rows`);
    const scores = new Float32Array(candidates);
    if (candidates === 0) return scores;
    const hidden = Array.from(positions, (position) => kv.isHidden(position));
    const inputs = { ...(await this.#probe(rows, queries)), ...this.#boundaryRows(kv, positions) };
    for (let first = 0; first < queries; first += QUERIES_PER_RUN) {
      const chosen = chosenQueries(first, queries);
      const fetches = keyTerm ? ['value', 'key'] : ['value'];
      const { value, key } = await this.#sessions.influence.run({ ...inputs, chosen }, fetches);
      for (let row = 0; row < candidates; row++) {
        if (!hidden[row]) scores[row]! += (value![row]! + (key?.[row] ?? 0)) / queries;
      }
    }
    return scores;
  }

  /** See `Model.deviation`. */
  async deviation(kv: KvBuffer, rows: FreshStream, queries: number): Promise<Deviation> {
    const { positions } = rows;
    const candidates = positions.subarray(0, positions.length - queries);
    if (queries < 1 || queries > positions.length)
      throw new RangeError(`${queries} queries among ${positions.length} rows`);
    const { q, qpos, k, v } = await this.#probe(rows, queries);
    const { pk, kpos } = this.#freshKeys(kv, positions, k.data);
    const inputs = { q, qpos, pk, kpos, past: integers(Int32Array.of(kv.rows)) };
    const all = new Float32Array(kv.rows);
    for (let first = 0; first < queries; first += QUERIES_PER_RUN) {
      const run = { ...inputs, chosen: chosenQueries(first, queries) };
      const { attention } = await this.#sessions.attention.run(run, ['attention']);
      for (let row = 0; row < all.length; row++) all[row]! += attention![row]!;
    }
    return {
      attention: Float32Array.from(candidates, (position) => all[position]!),
      change: this.#changes(kv, candidates, v.data),
    };
  }

  /** See `Model.attention`. */
  async attention(kv: KvBuffer, queries: Float32Array, positions: Int32Array): Promise<Float32Array> {
    const { heads, kvHeads, headSize } = this.#shape;
    const layers = relevanceLayers(this.#shape);
    const [count, perLayer] = [positions.length, positions.length * heads * headSize];
    if (count === 0 || queries.length !== layers.length * perLayer)
      throw new RangeError('queries do not fit positions');
    const kpos = kv.seenBy('deep', kv.rows);
    const mean = new Float32Array(kv.rows);
    if (positions.some((position) => !kpos.some((row) => row <= position))) throw new RangeError('a query sees no row');
    for (const [index, layer] of layers.entries()) {
      const inputs: Record<string, Input> = {
        q: floats(queries.subarray(index * perLayer, (index + 1) * perLayer), [heads, count, headSize]),
        qpos: integers(positions),
        pk: valuesInput(kv.layer('rotatedK', layer), [kvHeads, kv.capacity, headSize]),
        past: integers(Int32Array.of(kv.rows)),
        kpos: integers(kpos),
      };
      for (let first = 0; first < count; first += QUERIES_PER_RUN) {
        const run = { ...inputs, chosen: chosenQueries(first, count) };
        const { attention } = await this.#sessions.attention.run(run, ['attention']);
        for (let row = 0; row < mean.length; row++) mean[row]! += attention![row]! / (count * heads * layers.length);
      }
    }
    return mean;
  }

  async close(): Promise<void> {
    for (const session of Object.values(this.#sessions)) await session.close();
  }

  /** What the first deep layer makes of the stream: q of the queries, k and v of all rows. */
  async #probe({ y, positions }: FreshStream, queries: number): Promise<Probed> {
    const { heads, kvHeads, headSize, hidden } = this.#shape;
    const count = positions.length;
    const { q, k, v } = await this.#sessions.probe.run(
      {
        y: floats(y, [1, count, hidden]),
        pos: { type: 'int32', data: positions, dims: [1, count] },
        asked: integers(Int32Array.from({ length: queries }, (_, query) => count - queries + query)),
      },
      ['q', 'k', 'v'],
    );
    return {
      q: floats(q!, [heads, queries, headSize]),
      qpos: integers(positions.slice(count - queries)),
      k: floats(k!, [kvHeads, count, headSize]),
      v: floats(v!, [kvHeads, count, headSize]),
    };
  }

  /** Keys of the first deep layer: the buffer's, and in the place of rows that are computed afresh their fresh form. */
  #freshKeys(kv: KvBuffer, positions: Int32Array, fresh: Float32Array): Record<'pk' | 'kpos', Input> {
    const { boundary, kvHeads, headSize } = this.#shape;
    const keys = kv.layer('rotatedK', boundary).slice();
    for (let head = 0; head < kvHeads; head++) {
      for (const [row, position] of positions.entries()) {
        const from = (head * positions.length + row) * headSize;
        keys.set(fresh.subarray(from, from + headSize), (head * kv.capacity + position) * headSize);
      }
    }
    const kpos = kv.seenBy('deep', kv.rows);
    for (const position of positions) kpos[position] = position;
    return { pk: valuesInput(keys, [kvHeads, kv.capacity, headSize]), kpos: integers(kpos) };
  }

  /** ‖Δv‖₁ of each candidate at the first deep layer, over all heads; 0 for hidden rows. */
  #changes(kv: KvBuffer, candidates: Int32Array, fresh: Float32Array): Float32Array {
    const { boundary, kvHeads, headSize } = this.#shape;
    const buffered = kv.layer('v', boundary);
    const rows = fresh.length / (kvHeads * headSize);
    return Float32Array.from(candidates, (position, row) => {
      if (kv.isHidden(position)) return 0;
      let sum = 0;
      for (let head = 0; head < kvHeads; head++) {
        const [from, at] = [(head * rows + row) * headSize, (head * kv.capacity + position) * headSize];
        for (let lane = 0; lane < headSize; lane++) sum += Math.abs(fresh[from + lane]! - buffered[at + lane]!);
      }
      return sum;
    });
  }

  // Of the buffer's rows, those that are computed afresh are seen in their fresh form only; what lies behind the last
  // row that is not need not be looked at.
  #boundaryRows(kv: KvBuffer, positions: Int32Array): Record<string, Input> {
    const { boundary, kvHeads, headSize } = this.#shape;
    const seen = kv.seenBy('deep', kv.rows);
    for (const position of positions) seen[position] = HIDDEN_POSITION;
    const past = 1 + seen.findLastIndex((position) => position !== HIDDEN_POSITION);
    const kpos = new Int32Array(past + positions.length);
    kpos.set(seen.subarray(0, past));
    kpos.set(positions, past);
    return {
      positions: integers(positions),
      kpos: integers(kpos),
      past: integers(Int32Array.of(past)),
      pk: valuesInput(kv.layer('rotatedK', boundary), [kvHeads, kv.capacity, headSize]),
      pv: valuesInput(kv.layer('v', boundary), [kvHeads, kv.capacity, headSize]),
    };
  }
}

function chosenQueries(first: number, count: number): Input {
  const length = Math.min(QUERIES_PER_RUN, count - first);
  return integers(Int32Array.from({ length }, (_, index) => first + index));
}

type Probed = Record<'q' | 'k' | 'v', Input & { data: Float32Array }> & { qpos: Input };

function floats(data: Float32Array, dims: number[]): Input & { data: Float32Array } {
  return { type: 'float32', data, dims };
}

function integers(data: Int32Array): Input {
  return { type: 'int32', data, dims: [data.length] };
}
