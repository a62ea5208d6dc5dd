// The layers of a model in several segments with sessions of their own, so that each may compute fewer rows than the
// one before it and look at fewer. Which rows those are is the caller's affair. The graphs are made when they are first
// needed, from the weights that lie there already; the sessions hold these a second time.

import { join } from 'node:path';
import { attentionInputs } from './attention-rows.ts';
import { rotationGraph, segmentGraph } from './import/graph.ts';
import type { OnnxGraph } from './import/onnx-writer.ts';
import { readWeightFiles } from './import/safetensors.ts';
import { matchWeights } from './import/weights.ts';
import { graphFile } from './manifest.ts';
import { SegmentedRows } from './segmented-rows.ts';
import type { RowPlanes, SegmentRows } from './segmented-rows.ts';
import { Session } from './sessions.ts';
import type { Input, SessionOptions } from './sessions.ts';
import type { LayerRange, ModelShape } from './shape.ts';
import { writtenGraph } from './written-graph.ts';

/** Behind the first layer. More of them shrink more finely, but each costs a call a step. */
const MOST_DEEP_SEGMENTS = 6;
/** Bounds the memory of one run of the attention graph, as in `row-scores.ts`. */
const QUERIES_PER_RUN = 32;
/** Room for rows of an answer that is made at once: a share of the rows there are, so that copying them stays cheap. */
const SPARE = { share: 1 / 16, leastRows: 32 };

/** The first layer alone, then the others in up to six parts, as even as possible, the larger ones first. */
export function segmentRanges(layers: number): LayerRange[] {
  const deep = layers - 1;
  const count = Math.min(MOST_DEEP_SEGMENTS, deep);
  const bounds = Array.from({ length: count + 1 }, (_, index) => 1 + Math.ceil((index * deep) / Math.max(1, count)));
  return [{ start: 0, end: 1 }, ...bounds.slice(1).map((end, index) => ({ start: bounds[index]!, end }))];
}

export interface SegmentRun {
  /** Rows in use, ascending, that are computed and written. */
  rows: Int32Array;
  /** Their positions. */
  positions: Int32Array;
  /** Token ids for the first segment, else the residual stream, [rows, hidden]. */
  input: Int32Array | Float32Array;
  /** Indices of the rows whose queries are wanted. */
  asked?: Int32Array;
  /** Whether logits behind the last row are wanted, of the last segment. */
  logits?: boolean;
  /** Whether to tell how far the rows are from those that stood there. */
  deviation?: boolean;
}

export interface SegmentRan {
  /** [rows, hidden]; empty behind the last segment. */
  y: Float32Array;
  logits: Float32Array | null;
  /** [layers of the segment, heads, asked, headSize]; null where none were asked for. */
  queries: Float32Array | null;
  /** See `SegmentRows.deviation`; null unless wanted. */
  deviation: Float32Array | null;
}

interface Part {
  layers: LayerRange;
  run: Session;
  /** Turns raw keys of this segment's layers to positions. */
  rotation: Session;
}

export class SegmentedModel {
  readonly #shape: ModelShape;
  readonly #parts: readonly Part[];
  readonly #attention: Session;

  private constructor(shape: ModelShape, parts: readonly Part[], attention: Session) {
    this.#shape = shape;
    this.#parts = parts;
    this.#attention = attention;
  }

  /** `folder` is that of an installed model. Throws `model-damaged` if the runtime refuses a graph, `storage-full`. */
  static async open(folder: string, shape: ModelShape, { threads }: { threads: number }): Promise<SegmentedModel> {
    const weights = matchWeights(shape, (await readWeightFiles(folder)).tensors);
    const options: SessionOptions = { threads, spin: false };
    const opened = async (name: string, graph: OnnxGraph) =>
      Session.open(await writtenGraph(folder, name, graph), options);
    const parts: Part[] = [];
    for (const layers of segmentRanges(shape.layers)) {
      const count = layers.end - layers.start;
      parts.push({
        layers,
        run: await opened(`layers-${layers.start}-${layers.end}`, segmentGraph(shape, weights, layers)),
        rotation: await opened(`rotation-${count}`, rotationGraph({ ...shape, layers: count })),
      });
    }
    return new SegmentedModel(shape, parts, await Session.open(join(folder, graphFile('attention')), options));
  }

  /** Layers of each segment, first to last. */
  get segments(): readonly LayerRange[] {
    return this.#parts.map(({ layers }) => layers);
  }

  /** An empty sequence. */
  newRows(): SegmentedRows {
    return new SegmentedRows(this.#shape, this.segments);
  }

  /** Computes rows of one segment and writes them. A row sees those that are shown at its own or an earlier position. */
  async run(kv: SegmentedRows, segment: number, step: SegmentRun): Promise<SegmentRan> {
    const { rows, positions, asked = new Int32Array(), logits = false } = step;
    const [part, held] = [this.#parts[segment]!, kv.segments[segment]!];
    const isLast = segment === this.#parts.length - 1;
    const inputs = { ...this.#ownInputs(step, isLast), ...this.#pastInputs(part, held, step), asked: integers(asked) };
    const fetches = [
      ...(isLast ? (logits ? ['logits'] : []) : ['y']),
      ...(asked.length > 0 ? ['queries'] : []),
      'k',
      'v',
    ];
    const outputs = await part.run.run(inputs, fetches);
    const fresh: RowPlanes = { k: outputs['k']!, v: outputs['v']! };
    const deviation = step.deviation === true ? held.deviation(rows, fresh) : null;
    held.write(rows, positions, fresh);
    return {
      y: outputs['y'] ?? new Float32Array(),
      logits: outputs['logits'] ?? null,
      queries: outputs['queries'] ?? null,
      deviation,
    };
  }

  /** Writes rows from the cache, keys before RoPE as [layers of the segment, kvHeads, rows, headSize], at positions, one row a position. */
  async place(kv: SegmentedRows, segment: number, cached: RowPlanes & { positions: Int32Array }): Promise<void> {
    const { positions, k, v } = cached;
    const { rotation, layers } = this.#parts[segment]!;
    const { kvHeads, headSize } = this.#shape;
    const inputs = {
      raw: floats(k, [layers.end - layers.start, kvHeads, positions.length, headSize]),
      pos: { type: 'int32', data: positions, dims: [1, positions.length] } as const,
    };
    const { rotated } = await rotation.run(inputs, ['rotated']);
    kv.segments[segment]!.write(positions, positions, { k: rotated!, v });
  }

  /**
   * Attention of `queries` (as `run` gives them) at `positions` on every row of a segment, summed over layers, heads
   * and queries. [rows]
   */
  async attention(
    kv: SegmentedRows,
    segment: number,
    { queries, positions }: { queries: Float32Array; positions: Int32Array },
  ): Promise<Float64Array> {
    const { heads, kvHeads, headSize } = this.#shape;
    const { layers } = this.#parts[segment]!;
    const held = kv.segments[segment]!;
    const sums = new Float64Array(held.count);
    const perLayer = positions.length * heads * headSize;
    for (let layer = 0; layer < layers.end - layers.start; layer++) {
      const inputs = {
        q: floats(queries.subarray(layer * perLayer, (layer + 1) * perLayer), [heads, positions.length, headSize]),
        qpos: integers(positions),
        pk: floats(held.layer('k', layer), [kvHeads, held.capacity, headSize]),
        past: integers(Int32Array.of(held.count)),
        kpos: integers(held.seen(held.count)),
      };
      for (let first = 0; first < positions.length; first += QUERIES_PER_RUN) {
        const length = Math.min(QUERIES_PER_RUN, positions.length - first);
        const chosen = integers(Int32Array.from({ length }, (_, index) => first + index));
        const { attention } = await this.#attention.run({ ...inputs, chosen }, ['attention']);
        attention!.forEach((value, row) => (sums[row]! += value));
      }
    }
    return sums;
  }

  /** Computes one more token behind everything, over the rows that each segment still has. Logits, [vocabulary]. */
  async next(kv: SegmentedRows, id: number, position: number): Promise<Float32Array> {
    let input: Int32Array | Float32Array = Int32Array.of(id);
    for (const [segment, held] of kv.segments.entries()) {
      const row = held.count;
      held.extend(row + 1, Math.max(SPARE.leastRows, Math.ceil(SPARE.share * row)));
      const step = { rows: Int32Array.of(row), positions: Int32Array.of(position), input, logits: true };
      const { y, logits } = await this.run(kv, segment, step);
      if (logits !== null) return logits;
      input = y;
    }
    throw new Error('assertion failed: the last segment gave no logits');
  }

  async close(): Promise<void> {
    for (const { run, rotation } of this.#parts) {
      await run.close();
      await rotation.close();
    }
    await this.#attention.close();
  }

  #ownInputs({ input, rows, logits = false }: SegmentRun, isLast: boolean): Record<string, Input> {
    const count = rows.length;
    const inputs: Record<string, Input> =
      input instanceof Int32Array
        ? { ids: { type: 'int32', data: input, dims: [1, count] } }
        : { x: floats(input, [1, count, this.#shape.hidden]) };
    if (isLast) inputs['wanted'] = integers(logits ? Int32Array.of(count - 1) : new Int32Array());
    return inputs;
  }

  #pastInputs({ layers }: Part, held: SegmentRows, { rows, positions }: SegmentRun): Record<string, Input> {
    const { kvHeads, headSize } = this.#shape;
    const { capacity } = held;
    const inputs = attentionInputs({ rows, positions, capacity, sameBits: false, seen: (count) => held.seen(count) });
    const dims = [1, kvHeads, 1, held.capacity, headSize];
    for (let layer = layers.start; layer < layers.end; layer++) {
      inputs[`pk.${layer}`] = floats(held.layer('k', layer - layers.start), dims);
      inputs[`pv.${layer}`] = floats(held.layer('v', layer - layers.start), dims);
    }
    return inputs;
  }
}

function floats(data: Float32Array, dims: number[]): Input {
  return { type: 'float32', data, dims };
}

function integers(data: Int32Array): Input {
  return { type: 'int32', data, dims: [data.length] };
}
