// The ONNX graphs that compute rows: two segments (shallow, deep), the rotation of cached keys, the embedding.
// B sequences, S new rows, T = past + S rows in all, C = capacity of the past buffer (C >= T - S).
// A row's position lives in the rotation of its key and in `kpos`, so rows may lie in the buffer in any order.
// The past is float or float16: then new rows are rounded to it before anybody looks at them, so that a row is the same
// to those computed with it and after it, and one layer's past at a time is read as floats.

import type { LayerRange, ModelShape } from '../shape.ts';
import { deepLayers, relevanceLayers, shallowLayers } from '../shape.ts';
import { GraphBuilder } from './graph-builder.ts';
import { LayerParts } from './layer-parts.ts';
import type { Residual, Weights } from './layer-parts.ts';
import type { OnnxGraph } from './onnx-writer.ts';
import { addRopeTables } from './rope-tables.ts';
import { EMBEDDING, FINAL_NORM, HEAD } from './weights.ts';

/** In which the rows of a sequence are given to a graph. */
export type PastType = 'float' | 'float16';

/** Inputs ids [B,S] → outputs y [B,S,hidden] and the new rows of the first layers. */
export function shallowGraph(shape: ModelShape, weights: Weights, past: PastType = 'float'): OnnxGraph {
  const segment = new SegmentGraph(shape, weights, past);
  const ids = segment.graph.input('ids', 'int32', ['B', 'S']);
  const { sum, change } = segment.layers({ sum: segment.parts.embed(ids), change: null }, shallowLayers(shape));
  segment.graph.output(segment.graph.node('Add', [sum, change!]), 'y', ['B', 'S', shape.hidden]);
  return segment.graph.finish('shallow');
}

/**
 * Inputs x [B,S,hidden], wanted [R] (which of the S rows need logits), asked [Q] (which of them give their queries)
 * → logits [B,R,vocabulary], queries [middle layers · B, heads, Q, headSize], and the new rows.
 */
export function deepGraph(shape: ModelShape, weights: Weights, past: PastType = 'float'): OnnxGraph {
  const segment = new SegmentGraph(shape, weights, past);
  const x = segment.graph.input('x', 'float', ['B', 'S', shape.hidden]);
  const wanted = segment.graph.input('wanted', 'int32', ['R']);
  const last = segment.layers({ sum: x, change: null }, deepLayers(shape), wanted);
  segment.graph.output(segment.head(last), 'logits', ['B', 'R', shape.vocabulary]);
  segment.outputQueries(segment.graph.input('asked', 'int32', ['Q']), relevanceLayers(shape));
  return segment.graph.finish('deep');
}

/**
 * A run of layers by itself: ids [B,S] where it begins the model, else x [B,S,hidden] → y [B,S,hidden], or, where it
 * ends it, logits of the `wanted` [R] rows; the queries of the `asked` [Q] rows in all its layers, and the new rows.
 */
export function segmentGraph(shape: ModelShape, weights: Weights, range: LayerRange): OnnxGraph {
  const segment = new SegmentGraph(shape, weights);
  const { graph, parts } = segment;
  const x =
    range.start === 0
      ? parts.embed(graph.input('ids', 'int32', ['B', 'S']))
      : graph.input('x', 'float', ['B', 'S', shape.hidden]);
  const wanted = range.end === shape.layers ? graph.input('wanted', 'int32', ['R']) : undefined;
  const last = segment.layers({ sum: x, change: null }, range, wanted);
  if (wanted === undefined) graph.output(graph.node('Add', [last.sum, last.change!]), 'y', ['B', 'S', shape.hidden]);
  else graph.output(segment.head(last), 'logits', ['B', 'R', shape.vocabulary]);
  const every = Array.from({ length: range.end - range.start }, (_, index) => range.start + index);
  segment.outputQueries(graph.input('asked', 'int32', ['Q']), every);
  return graph.finish(`layers ${range.start}-${range.end - 1}`);
}

/**
 * Inputs raw [layers, kvHeads, S, headSize] and pos [1,S] → rotated, by the very operator the segments use. For a
 * float16 past also v → values, both outputs in that type.
 */
export function rotationGraph(shape: ModelShape, past: PastType = 'float'): OnnxGraph {
  const graph = new GraphBuilder();
  const dims = [shape.layers, shape.kvHeads, 'S', shape.headSize];
  const raw = graph.input('raw', 'float', dims);
  const pos = graph.input('pos', 'int32', [1, 'S']);
  const positions = graph.node('Expand', [graph.toInt64(pos), graph.int64s([shape.layers, 1])]);
  const { cos, sin } = addRopeTables(graph, shape);
  const rotated = graph.microsoft('RotaryEmbedding', [raw, positions, cos, sin]);
  if (past === 'float') graph.output(rotated, 'rotated', dims);
  else {
    graph.output(graph.toHalf(rotated), 'rotated', dims, past);
    graph.output(graph.toHalf(graph.input('v', 'float', dims)), 'values', dims, past);
  }
  return graph.finish('rotation');
}

/** Input ids [S] → embedded [S,hidden]. */
export function embeddingGraph(shape: ModelShape, weights: Weights): OnnxGraph {
  const graph = new GraphBuilder();
  const ids = graph.input('ids', 'int32', ['S']);
  graph.output(new LayerParts(graph, shape, weights).embed(ids), 'embedded', ['S', shape.hidden]);
  return graph.finish('embedding');
}

/** Values of one layer: new rows [B,S,heads · headSize], and the past [B,kvHeads,1,C,headSize]. */
type AttentionParts = Record<'q' | 'k' | 'v' | 'pastK' | 'pastV', string>;

class SegmentGraph {
  readonly graph = new GraphBuilder();
  readonly parts: LayerParts;
  readonly #shape: ModelShape;
  readonly #pastType: PastType;
  readonly #bias: string;
  readonly #positions: string;
  readonly #counts: string[];
  /** S and T - S, [1] each. */
  readonly #rows: string;
  readonly #past: string;
  /** Both, [2]. */
  readonly #sizes: string;
  readonly #isSingle: string;
  /** Whether the past is the whole buffer; all layers have one capacity. */
  #whole: string | null = null;
  readonly #fresh: { k: string[]; raw: string[]; v: string[] } = { k: [], raw: [], v: [] };
  readonly #queries = new Map<number, string>();

  constructor(shape: ModelShape, weights: Weights, past: PastType = 'float') {
    this.#shape = shape;
    this.#pastType = past;
    this.parts = new LayerParts(this.graph, shape, weights);
    const pos = this.graph.input('pos', 'int32', ['B', 'S']);
    const kpos = this.graph.input('kpos', 'int32', ['B', 'T']);
    this.#counts = [this.graph.input('seqlens', 'int32', ['B']), this.graph.input('total', 'int32', [1])];
    this.#positions = this.graph.toInt64(pos);
    this.#rows = this.graph.node('Shape', [pos], { attributes: { start: { int: 1 } } });
    const all = this.graph.node('Shape', [kpos], { attributes: { start: { int: 1 } } });
    this.#past = this.graph.node('Sub', [all, this.#rows]);
    this.#sizes = this.graph.node('Concat', [this.#past, this.#rows], { attributes: { axis: { int: 0 } } });
    this.#isSingle = this.graph.node('Equal', [this.#rows, this.graph.int64s([1])]);
    // [B,1,S,T]: a row sees only rows at its own or an earlier position; a huge kpos hides a row from all.
    const later = this.graph.node('Greater', [
      this.graph.node('Unsqueeze', [kpos, this.graph.int64s([1, 2])]),
      this.graph.node('Unsqueeze', [pos, this.graph.int64s([1, 3])]),
    ]);
    this.#bias = this.graph.node('Where', [later, this.graph.float(-1e9), this.graph.float(0)]);
  }

  /**
   * Runs `range` over x and outputs the new rows k, raw (of a float past), v, each
   * [layers in range · B, kvHeads, S, headSize].
   * With `wanted`, what follows the last attention runs for those rows only; the stream is then [B,R,hidden].
   */
  layers(x: Residual, range: LayerRange, wanted?: string): Residual {
    let { sum, change } = x;
    let normed: string;
    for (let layer = range.start; layer < range.end; layer++) {
      const prefix = `model.layers.${layer}.`;
      [normed, sum] = this.parts.norm({ sum, change }, `${prefix}input_layernorm.weight`);
      let attended = this.#attention(normed, `${prefix}self_attn.`, layer);
      if (wanted !== undefined && layer === range.end - 1) {
        attended = this.parts.rows(attended, wanted);
        sum = this.parts.rows(sum, wanted);
      }
      change = this.parts.linear(attended, `${prefix}self_attn.o_proj`);
      [normed, sum] = this.parts.norm({ sum, change }, `${prefix}post_attention_layernorm.weight`);
      change = this.#mlp(normed, `${prefix}mlp.`);
    }
    for (const [name, parts] of Object.entries(this.#fresh)) {
      if (parts.length > 0) this.#outputByHead({ name, parts, type: this.#pastType }, this.#shape.kvHeads);
    }
    return { sum, change };
  }

  head(x: Residual): string {
    const [normed] = this.parts.norm(x, FINAL_NORM);
    return this.parts.matMul(normed, this.parts.weight(this.#shape.tied ? EMBEDDING : HEAD));
  }

  /** The rotated queries of some rows in some layers. No rows asked for: no work. */
  outputQueries(asked: string, layers: readonly number[]): void {
    const parts = layers.map((layer) => this.parts.rows(this.#queries.get(layer)!, asked));
    this.#outputByHead({ name: 'queries', parts, type: 'float' }, this.#shape.heads);
  }

  #attention(x: string, prefix: string, layer: number): string {
    const { heads, kvHeads, headSize } = this.#shape;
    const widths = [heads * headSize, kvHeads * headSize, kvHeads * headSize];
    const names = [`${prefix}q_proj`, `${prefix}k_proj`, `${prefix}v_proj`];
    const [q, rawK, newV] = this.parts.fused(x, names, widths);
    const rotatedQ = this.parts.rotate(q!, heads, this.#positions);
    const heldK = this.#asHeld(this.parts.rotate(rawK!, kvHeads, this.#positions));
    const heldV = this.#asHeld(newV!);
    this.#queries.set(layer, rotatedQ);
    if (this.#pastType === 'float') this.#fresh.raw.push(rawK!);
    this.#fresh.k.push(heldK);
    this.#fresh.v.push(heldV);
    const [k, v] = [this.#floats(heldK), this.#floats(heldV)];
    const past = ['B', kvHeads, 1, 'C', headSize];
    const pastK = this.graph.input(`pk.${layer}`, this.#pastType, past);
    const pastV = this.graph.input(`pv.${layer}`, this.#pastType, past);
    const rows = { q: rotatedQ, k, v, pastK, pastV };
    return this.graph.either(
      (this.#whole ??= this.#isWholePast(pastK)),
      () => this.#attendWhole(this.#withFloats(rows)),
      () => this.#attendFused(this.#ungrouped(this.#withFloats(rows))),
    );
  }

  /** New rows as they will be held once they are part of the past. */
  #asHeld(x: string): string {
    return this.#pastType === 'float' ? x : this.graph.toHalf(x);
  }

  #floats(held: string): string {
    return this.#pastType === 'float' ? held : this.graph.toFloat(held);
  }

  /** To be called inside a branch: the runtime may compute what stands outside of one for all layers at once. */
  #withFloats(rows: AttentionParts): AttentionParts {
    return { ...rows, pastK: this.#floats(rows.pastK), pastV: this.#floats(rows.pastV) };
  }

  #attendWhole(rows: AttentionParts): string {
    return this.graph.either(
      this.#isSingle,
      () => this.#attendSingle(rows),
      () => this.#attendInPlace(this.#ungrouped(rows)),
    );
  }

  /** The past as [B,kvHeads,C,headSize]. */
  #ungrouped(rows: AttentionParts): AttentionParts {
    const flat = (past: string) => this.graph.node('Squeeze', [past, this.graph.int64s([2])]);
    return { ...rows, pastK: flat(rows.pastK), pastV: flat(rows.pastV) };
  }

  /**
   * One row of one sequence: all by reshapes, and products of one row each, for which the runtime packs nothing. It
   * does so only for products without a factor.
   */
  #attendSingle({ q, k, v, pastK, pastV }: AttentionParts): string {
    const { graph } = this;
    const { heads, kvHeads, headSize } = this.#shape;
    const byHead = (x: string, group: number) =>
      graph.node('Reshape', [x, graph.int64s([1, kvHeads, group, 1, headSize])]);
    const queries = byHead(graph.node('Mul', [q, graph.float(1 / Math.sqrt(headSize))]), heads / kvHeads);
    const keys = [pastK, byHead(k, 1)];
    const attributes = { transB: { int: 1 } };
    const scores = keys.map((each) => graph.microsoft('FusedMatMul', [queries, each], { attributes }));
    const last = { attributes: { axis: { int: -1 } } };
    // The bias is [1,1,1,T] here: it fits as it is.
    const seen = graph.node('Add', [graph.node('Concat', scores, last), this.#bias]);
    const [onPast, onNew] = [graph.fresh('onPast'), graph.fresh('onNew')];
    graph.node('Split', [graph.node('Softmax', [seen], last), this.#sizes], { ...last, outputs: [onPast, onNew] });
    const own = graph.node('Mul', [onNew, byHead(v, 1)]);
    const sum = graph.node('Add', [graph.node('MatMul', [onPast, pastV]), own]);
    return graph.node('Reshape', [sum, graph.int64s([1, 1, heads * headSize])]);
  }

  /** Whether all rows of the buffer are looked at: then nothing must be cut off, and the past can stay where it is. */
  #isWholePast(pastK: string): string {
    const capacity = this.graph.node('Shape', [pastK], { attributes: { start: { int: 3 }, end: { int: 4 } } });
    return this.graph.node('Squeeze', [this.graph.node('Equal', [capacity, this.#past])]);
  }

  /** [B,S,heads · headSize]. Copies the past, which is nothing beside the work for many rows. */
  #attendFused({ q, k, v, pastK, pastV }: AttentionParts): string {
    const { heads, kvHeads } = this.#shape;
    return this.graph.microsoft(
      'GroupQueryAttention',
      [q, k, v, pastK, pastV, ...this.#counts, '', '', '', this.#bias],
      {
        attributes: { num_heads: { int: heads }, kv_num_heads: { int: kvHeads }, do_rotary: { int: 0 } },
        // The kernel needs its present outputs; nobody fetches them, so they never reach JavaScript.
        outputs: ['attended', 'presentK', 'presentV'].map((name) => this.graph.fresh(name)),
      },
    );
  }

  /** The same, from products that read the past where it lies: its scores and those of the new rows share a softmax. */
  #attendInPlace({ q, k, v, pastK, pastV }: AttentionParts): string {
    const { graph, parts } = this;
    const { heads, kvHeads, headSize } = this.#shape;
    const [newK, newV] = [parts.byHead(k, kvHeads), parts.byHead(v, kvHeads)];
    // [B,kvHeads,heads per kvHead · S,..]: query heads lie beside the key head they share.
    const perKvHead = (x: string) => graph.node('Reshape', [x, graph.int64s([0, kvHeads, -1, 0])]);
    const perHead = (x: string) => graph.node('Reshape', [x, graph.int64s([0, heads, -1, 0])]);
    const queries = perKvHead(parts.byHead(q, heads));
    const attributes = { transB: { int: 1 }, alpha: { float: 1 / Math.sqrt(headSize) } };
    const scores = [pastK, newK].map((keys) => graph.microsoft('FusedMatMul', [queries, keys], { attributes }));
    const last = { attributes: { axis: { int: -1 } } };
    const seen = graph.node('Add', [perHead(graph.node('Concat', scores, last)), this.#bias]);
    const weights = perKvHead(graph.node('Softmax', [seen], last));
    const [onPast, onNew] = [graph.fresh('onPast'), graph.fresh('onNew')];
    graph.node('Split', [weights, this.#sizes], { ...last, outputs: [onPast, onNew] });
    const sum = graph.node('Add', [graph.node('MatMul', [onPast, pastV]), graph.node('MatMul', [onNew, newV])]);
    const byRow = graph.node('Transpose', [perHead(sum)], { attributes: { perm: { ints: [0, 2, 1, 3] } } });
    return graph.node('Reshape', [byRow, graph.int64s([0, 0, heads * headSize])]);
  }

  #mlp(x: string, prefix: string): string {
    const width = this.#shape.intermediate;
    const [gate, up] = this.parts.fused(x, [`${prefix}gate_proj`, `${prefix}up_proj`], [width, width]);
    const activated = this.graph.node('Mul', [gate!, this.graph.node('Sigmoid', [gate!])]);
    return this.parts.linear(this.graph.node('Mul', [activated, up!]), `${prefix}down_proj`);
  }

  /** Layers of [B,rows,heads · headSize] under one name, [layers · B, heads, rows, headSize]. */
  #outputByHead({ name, parts, type }: { name: string; parts: string[]; type: PastType }, heads: number): void {
    const stacked = this.graph.node('Concat', parts, { attributes: { axis: { int: 0 } } });
    const dims = ['N', heads, `rows of ${name}`, this.#shape.headSize];
    this.graph.output(this.parts.byHead(stacked, heads), name, dims, type);
  }
}
