// One of the two segments of a model: runs rows at any positions through its layers against the rows of a sequence.
// Writing the results is the caller's part.

import { attentionInputs } from './attention-rows.ts';
import type { FreshRows, KvBuffer, SegmentName } from './kv-buffer.ts';
import { Session, valuesInput } from './sessions.ts';
import type { Input, SessionOptions } from './sessions.ts';
import { deepLayers, shallowLayers } from './shape.ts';
import type { LayerRange, ModelShape } from './shape.ts';

export interface SegmentStep {
  /** The graph's own inputs: ids, or x, wanted and asked. */
  inputs: Record<string, Input>;
  /** Position of each row that is computed, ascending. Rows of the sequence at these positions are not looked at. */
  positions: Int32Array;
  kv: KvBuffer;
  /** See `AttentionRows`. */
  sameBits?: boolean | undefined;
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
  async run({
    inputs: own,
    positions,
    kv,
    fetch,
    rows: wantsRows,
    sameBits = false,
  }: SegmentStep): Promise<SegmentResult> {
    const { kvHeads, headSize } = this.#shape;
    const count = positions.length;
    const seen = (rows: number) => kv.seenBy(this.name, rows);
    const rows = { rows: positions, positions, capacity: kv.capacity, sameBits, seen };
    const inputs: Record<string, Input> = { ...own, ...attentionInputs(rows) };
    const past = [1, kvHeads, 1, kv.capacity, headSize];
    for (let layer = this.#layers.start; layer < this.#layers.end; layer++) {
      inputs[`pk.${layer}`] = valuesInput(kv.layer('rotatedK', layer), past);
      inputs[`pv.${layer}`] = valuesInput(kv.layer('v', layer), past);
    }
    const fresh = kv.holdsRawK ? ['k', 'raw', 'v'] : ['k', 'v'];
    const all = await this.#session.runMixed(inputs, wantsRows ? [...fetch, ...fresh] : fetch);
    const { k: rotatedK, raw: rawK = null, v, ...outputs } = all;
    const made = rotatedK && v ? { count, rotatedK, rawK, v } : null;
    // What is not a row is always floats.
    return { outputs: outputs as Record<string, Float32Array>, rows: made };
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}
