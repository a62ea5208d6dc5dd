// The small ONNX graphs that score rows: the probe (fresh q, k, v of the first deep layer), the influence of rows that
// deviate, and attention pooled over queries. No matrix of queries by rows leaves a graph; only one float per row does.
// Q queries (of which `chosen` are looked at in one run), R fresh rows, P rows of the buffer, C = its capacity >= P.

import type { ModelShape } from '../shape.ts';
import type { PastType } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';
import { LayerParts } from './layer-parts.ts';
import type { Weights } from './layer-parts.ts';
import type { OnnxGraph } from './onnx-writer.ts';

/**
 * Inputs y [1,R,hidden] from the shallow segment, pos [1,R], asked [Q] (which rows are queries)
 * → q [1,heads,Q,headSize], k and v [1,kvHeads,R,headSize] of the first deep layer; q and k rotated.
 */
export function probeGraph(shape: ModelShape, weights: Weights): OnnxGraph {
  const graph = new GraphBuilder();
  const parts = new LayerParts(graph, shape, weights);
  const y = graph.input('y', 'float', [1, 'R', shape.hidden]);
  const positions = graph.toInt64(graph.input('pos', 'int32', [1, 'R']));
  const asked = graph.input('asked', 'int32', ['Q']);
  const prefix = `model.layers.${shape.boundary}.`;
  const [normed] = parts.norm({ sum: y, change: null }, `${prefix}input_layernorm.weight`);
  const kvWidth = shape.kvHeads * shape.headSize;
  const names = [`${prefix}self_attn.k_proj`, `${prefix}self_attn.v_proj`];
  const [k, v] = parts.fused(normed, names, [kvWidth, kvWidth]);
  const q = parts.linear(parts.rows(normed, asked), `${prefix}self_attn.q_proj`);
  const output = (value: string, name: string, heads: number) =>
    graph.output(parts.byHead(value, heads), name, [1, heads, `rows of ${name}`, shape.headSize]);
  output(parts.rotate(q, shape.heads, parts.rows(positions, asked)), 'q', shape.heads);
  output(parts.rotate(k!, shape.kvHeads, positions), 'k', shape.kvHeads);
  output(v!, 'v', shape.kvHeads);
  return graph.finish('probe');
}

/**
 * Inputs q, qpos [Q], chosen; pk [kvHeads,C,headSize], of which the first `past` [1] rows count; kpos [past]
 * → attention [past]: sums over heads and chosen queries.
 */
export function attentionGraph(shape: ModelShape, past: PastType = 'float'): OnnxGraph {
  const scores = new ScoreGraph(shape, past);
  const keys = scores.past('pk');
  const kpos = scores.graph.input('kpos', 'int32', ['P']);
  scores.graph.output(scores.sum(scores.attend(keys, kpos), [0, 1]), 'attention', ['P']);
  return scores.graph.finish('attention');
}

/**
 * Inputs as for attention, and k, v [kvHeads,R,headSize] as they would be if computed now, pv, and positions [R] of
 * those rows in the buffer; kpos [past + R]: the buffer's rows, then the fresh ones → per fresh row, summed over heads
 * and chosen queries: value = p·‖Δv‖ and key = p·‖v − o‖·|q·Δk|/√headSize, Δ being fresh minus buffered.
 */
export function influenceGraph(shape: ModelShape, past: PastType = 'float'): OnnxGraph {
  const scores = new ScoreGraph(shape, past);
  const { graph } = scores;
  const { kvHeads, headSize } = shape;
  const fresh = ['k', 'v'].map((name) => graph.input(name, 'float', [kvHeads, 'R', headSize]));
  const [keys, values] = ['pk', 'pv'].map((name, index) =>
    graph.node('Concat', [scores.past(name), fresh[index]!], axis(1)),
  );
  const positions = graph.input('positions', 'int32', ['R']);
  const kpos = graph.input('kpos', 'int32', ['T']);
  const attention = scores.perKvHead(scores.attend(keys!, kpos));
  const output = graph.node('MatMul', [attention, values!]);
  const onFresh = scores.freshPart(attention);
  const [changedK, changedV] = ['pk', 'pv'].map((name, index) =>
    graph.node('Sub', [fresh[index]!, scores.floats(graph.node('Gather', [name, positions], axis(1)))]),
  );
  // [kvHeads,R]: how much all queries look at a row, times how far its value is off.
  const distance = graph.node('Sqrt', [scores.sum(graph.node('Mul', [changedV!, changedV!]), [2])]);
  const byValue = graph.node('Mul', [scores.sum(onFresh, [1]), distance]);
  graph.output(scores.sum(byValue, [0]), 'value', ['R']);
  // [kvHeads,heads per kvHead · queries,R]: how far the row's score is off, times how far its value is from the mean.
  const shift = graph.node('Abs', [scores.product(scores.queries, changedK!, 1 / Math.sqrt(headSize))]);
  const byKey = graph.node('Mul', [graph.node('Mul', [onFresh, shift]), scores.distances(output, fresh[1]!)]);
  graph.output(scores.sum(byKey, [0, 1]), 'key', ['R']);
  return graph.finish('influence');
}

const axis = (value: number) => ({ attributes: { axis: { int: value } } });

class ScoreGraph {
  readonly graph = new GraphBuilder();
  /** [kvHeads, heads per kvHead · chosen, headSize]: query heads lie beside the key head they share. */
  readonly queries: string;
  readonly #shape: ModelShape;
  readonly #positions: string;
  readonly #past: string;
  readonly #pastType: PastType;

  constructor(shape: ModelShape, pastType: PastType) {
    const { graph } = this;
    this.#shape = shape;
    this.#pastType = pastType;
    const q = graph.input('q', 'float', [shape.heads, 'Q', shape.headSize]);
    const positions = graph.input('qpos', 'int32', ['Q']);
    const chosen = graph.input('chosen', 'int32', ['chosen']);
    this.#past = graph.toInt64(graph.input('past', 'int32', [1]));
    this.#positions = graph.node('Gather', [positions, chosen], axis(0));
    this.queries = this.perKvHead(graph.node('Gather', [q, chosen], axis(1)));
  }

  /** The rows of the buffer that count, [kvHeads,past,headSize]. */
  past(name: string): string {
    const { kvHeads, headSize } = this.#shape;
    const { graph } = this;
    const buffer = graph.input(name, this.#pastType, [kvHeads, 'C', headSize]);
    return this.floats(graph.node('Slice', [buffer, graph.int64s([0]), this.#past, graph.int64s([1])]));
  }

  /** Values of the buffer as floats. */
  floats(x: string): string {
    return this.#pastType === 'float' ? x : this.graph.toFloat(x);
  }

  /** Attention of every head and chosen query on every key, [heads,chosen,keys]; later and hidden keys get none. */
  attend(keys: string, kpos: string): string {
    const { graph } = this;
    const scores = this.product(this.queries, keys, 1 / Math.sqrt(this.#shape.headSize));
    const perHead = graph.node('Reshape', [scores, graph.int64s([this.#shape.heads, -1, 0])]);
    const later = graph.node('Greater', [
      graph.node('Unsqueeze', [kpos, graph.int64s([0])]),
      graph.node('Unsqueeze', [this.#positions, graph.int64s([1])]),
    ]);
    const bias = graph.node('Where', [later, graph.float(-1e9), graph.float(0)]);
    return graph.node('Softmax', [graph.node('Add', [perHead, bias])], axis(-1));
  }

  /** [heads,rows,width] as [kvHeads, heads per kvHead · rows, width]. */
  perKvHead(x: string): string {
    return this.graph.node('Reshape', [x, this.graph.int64s([this.#shape.kvHeads, -1, 0])]);
  }

  /** Of the columns of x, those behind the buffer's. */
  freshPart(x: string): string {
    const { graph } = this;
    const end = graph.int64s([Number.MAX_SAFE_INTEGER]);
    return graph.node('Slice', [x, this.#past, end, graph.int64s([2])]);
  }

  /** factor · a bᵀ, head by head. */
  product(a: string, b: string, factor: number): string {
    const attributes = { transB: { int: 1 }, alpha: { float: factor } };
    return this.graph.microsoft('FusedMatMul', [a, b], { attributes });
  }

  /** Euclidean distances of the rows of a from the rows of b, [kvHeads, rows of a, rows of b]. */
  distances(a: string, b: string): string {
    const { graph } = this;
    const squares = (x: string, at: number) =>
      graph.node('Unsqueeze', [this.sum(graph.node('Mul', [x, x]), [2]), graph.int64s([at])]);
    const squared = graph.node('Add', [this.product(a, b, -2), squares(a, 2)]);
    // Rounding may leave a little less than nothing.
    return graph.node('Sqrt', [graph.node('Relu', [graph.node('Add', [squared, squares(b, 1)])])]);
  }

  sum(x: string, axes: number[]): string {
    return this.graph.node('ReduceSum', [x, this.graph.int64s(axes)], { attributes: { keepdims: { int: 0 } } });
  }
}
