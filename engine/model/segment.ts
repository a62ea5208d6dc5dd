// One of the two segments of a model: runs new rows through its layers against the rows of a sequence.
// Positions are taken as given, so rows may be computed out of order; writing the results is the caller's part.

import type { FreshRows, KvBuffer } from './kv-buffer.ts';
import { Session } from './sessions.ts';
import type { Input, SessionOptions } from './sessions.ts';
import type { LayerRange, ModelShape } from './shape.ts';

export interface SegmentStep {
  /** The graph's own inputs: ids, or x and wanted. */
  inputs: Record<string, Input>;
  /** True position of each new row, ascending. */
  positions: Int32Array;
  /** True position of every row: the past rows in buffer order, then the new ones. A huge number hides a row. */
  rowPositions: Int32Array;
  kv: KvBuffer;
  /** The segment's own output: y or logits. */
  fetch: 'y' | 'logits';
}

export interface SegmentResult {
  output: Float32Array;
  rows: FreshRows;
}

export class Segment {
  readonly layers: LayerRange;
  readonly #session: Session;
  readonly #shape: ModelShape;

  private constructor(session: Session, shape: ModelShape, layers: LayerRange) {
    this.#session = session;
    this.#shape = shape;
    this.layers = layers;
  }

  static async open(
    file: string,
    model: { shape: ModelShape; layers: LayerRange },
    options: SessionOptions,
  ): Promise<Segment> {
    return new Segment(await Session.open(file, options), model.shape, model.layers);
  }

  /** Computes the new rows of this segment's layers. The K/V of past rows are read in place and never copied out. */
  async run(step: SegmentStep): Promise<SegmentResult> {
    const { kvHeads, headSize } = this.#shape;
    const count = step.positions.length;
    const total = step.rowPositions.length;
    const inputs: Record<string, Input> = {
      ...step.inputs,
      pos: { type: 'int32', data: step.positions, dims: [1, count] },
      kpos: { type: 'int32', data: step.rowPositions, dims: [1, total] },
      seqlens: { type: 'int32', data: Int32Array.of(total - 1), dims: [1] },
      total: { type: 'int32', data: Int32Array.of(total), dims: [1] },
    };
    const past = [1, kvHeads, step.kv.capacity, headSize];
    for (let layer = this.layers.start; layer < this.layers.end; layer++) {
      inputs[`pk.${layer}`] = { type: 'float32', data: step.kv.layer('rotatedK', layer), dims: past };
      inputs[`pv.${layer}`] = { type: 'float32', data: step.kv.layer('v', layer), dims: past };
    }
    const results = await this.#session.run(inputs, [step.fetch, 'k', 'raw', 'v']);
    const rows: FreshRows = { count, rotatedK: results['k']!, rawK: results['raw']!, v: results['v']! };
    return { output: results[step.fetch]!, rows };
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}
