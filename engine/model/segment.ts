// One of the two segments of a model: runs rows at any positions through its layers against the rows of a sequence.
// Writing the results is the caller's part.

import { HIDDEN_POSITION } from './kv-buffer.ts';
import type { FreshRows, KvBuffer, SegmentName } from './kv-buffer.ts';
import { Session } from './sessions.ts';
import type { Input, SessionOptions } from './sessions.ts';
import { deepLayers, shallowLayers } from './shape.ts';
import type { LayerRange, ModelShape } from './shape.ts';

export interface SegmentStep {
  /** The graph's own inputs: ids, or x, wanted and asked. */
  inputs: Record<string, Input>;
  /** Position of each row that is computed, ascending. Rows of the sequence at these positions are not looked at. */
  positions: Int32Array;
  kv: KvBuffer;
  /** Which of the segment's own outputs are copied out: y, or logits and queries. */
  fetch: readonly string[];
  /** Whether the rows themselves are copied out. */
  rows: boolean;
}

export interface SegmentResult {
  outputs: Record<string, Float32Array>;
  rows: FreshRows | null;
}

export class Segment {
  readonly name: SegmentName;
  readonly #layers: LayerRange;
  readonly #session: Session;
  readonly #shape: ModelShape;

  private constructor(name: SegmentName, session: Session, shape: ModelShape) {
    this.name = name;
    this.#session = session;
    this.#shape = shape;
    this.#layers = name === 'shallow' ? shallowLayers(shape) : deepLayers(shape);
  }

  static async open(
    name: SegmentName,
    model: { file: string; shape: ModelShape },
    options: SessionOptions,
  ): Promise<Segment> {
    return new Segment(name, await Session.open(model.file, options), model.shape);
  }

  /** Computes rows of this segment's layers. The K/V of the sequence are read in place and never copied out. */
  async run({ inputs: own, positions, kv, fetch, rows }: SegmentStep): Promise<SegmentResult> {
    const { kvHeads, headSize } = this.#shape;
    const count = positions.length;
    const seen = this.#seenRows(kv, positions);
    const inputs: Record<string, Input> = {
      ...own,
      pos: { type: 'int32', data: positions, dims: [1, count] },
      kpos: { type: 'int32', data: seen, dims: [1, seen.length] },
      seqlens: { type: 'int32', data: Int32Array.of(seen.length - 1), dims: [1] },
      total: { type: 'int32', data: Int32Array.of(seen.length), dims: [1] },
    };
    const past = [1, kvHeads, kv.capacity, headSize];
    for (let layer = this.#layers.start; layer < this.#layers.end; layer++) {
      inputs[`pk.${layer}`] = { type: 'float32', data: kv.layer('rotatedK', layer), dims: past };
      inputs[`pv.${layer}`] = { type: 'float32', data: kv.layer('v', layer), dims: past };
    }
    const outputs = await this.#session.run(inputs, rows ? [...fetch, 'k', 'raw', 'v'] : fetch);
    const { k: rotatedK, raw: rawK, v } = outputs;
    return { outputs, rows: rotatedK && rawK && v ? { count, rotatedK, rawK, v } : null };
  }

  // Rows from the last unbroken run of positions on are new ones or stand behind all of them, so the past ends there.
  #seenRows(kv: KvBuffer, positions: Int32Array): Int32Array {
    let last = positions.length - 1;
    while (last > 0 && positions[last - 1] === positions[last]! - 1) last--;
    const past = positions[last]!;
    const seen = new Int32Array(past + positions.length);
    seen.set(kv.seenBy(this.name, past));
    for (const position of positions.subarray(0, last)) seen[position] = HIDDEN_POSITION;
    seen.set(positions, past);
    return seen;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}
