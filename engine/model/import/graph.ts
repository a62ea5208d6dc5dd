// The ONNX graphs of a model: two segments (shallow, deep) and the rotation of cached keys.
// B sequences, S new rows, T = past + S rows in all, C = capacity of the past buffer (C >= T - S).
// A row's position lives in the rotation of its key and in `kpos`, so rows may lie in the buffer in any order.

import type { LayerRange, ModelShape } from '../shape.ts';
import { deepLayers, shallowLayers } from '../shape.ts';
import { GraphBuilder } from './graph-builder.ts';
import type { OnnxGraph } from './onnx-writer.ts';
import { addRopeTables } from './rope-tables.ts';
import type { TensorLocation } from './safetensors.ts';
import { EMBEDDING, FINAL_NORM, HEAD } from './weights.ts';

type Weights = ReadonlyMap<string, TensorLocation>;

/** Inputs ids [B,S] → outputs y [B,S,hidden] and the new rows of the first layers. */
export function shallowGraph(shape: ModelShape, weights: Weights): OnnxGraph {
  const segment = new SegmentGraph(shape, weights);
  const ids = segment.graph.input('ids', 'int32', ['B', 'S']);
  const { sum, change } = segment.layers({ sum: segment.embed(ids), change: null }, shallowLayers(shape));
  segment.graph.output(segment.graph.node('Add', [sum, change!]), 'y', ['B', 'S', shape.hidden]);
  return segment.graph.finish('shallow');
}

/** Inputs x [B,S,hidden], wanted [R] (which of the S rows need logits) → logits [B,R,vocabulary] and the new rows. */
export function deepGraph(shape: ModelShape, weights: Weights): OnnxGraph {
  const segment = new SegmentGraph(shape, weights);
  const x = segment.graph.input('x', 'float', ['B', 'S', shape.hidden]);
  const wanted = segment.graph.input('wanted', 'int32', ['R']);
  const last = segment.layers({ sum: x, change: null }, deepLayers(shape), wanted);
  segment.graph.output(segment.head(last), 'logits', ['B', 'R', shape.vocabulary]);
  return segment.graph.finish('deep');
}

/** Inputs raw [layers, kvHeads, S, headSize] and pos [1,S] → rotated, by the very operator the segments use. */
export function rotationGraph(shape: ModelShape): OnnxGraph {
  const graph = new GraphBuilder();
  const dims = [shape.layers, shape.kvHeads, 'S', shape.headSize];
  const raw = graph.input('raw', 'float', dims);
  const pos = graph.input('pos', 'int32', [1, 'S']);
  const positions = graph.node('Expand', [graph.toInt64(pos), graph.int64s([shape.layers, 1])]);
  const { cos, sin } = addRopeTables(graph, shape);
  graph.output(graph.microsoft('RotaryEmbedding', [raw, positions, cos, sin]), 'rotated', dims);
  return graph.finish('rotation');
}

/** The residual stream: `change` still has to be added to `sum`, which the next norm does in the same pass. */
interface Residual {
  sum: string;
  change: string | null;
}

class SegmentGraph {
  readonly graph = new GraphBuilder();
  readonly #shape: ModelShape;
  readonly #weights: Weights;
  readonly #bias: string;
  readonly #positions: string;
  readonly #counts: string[];
  readonly #tables: { cos: string; sin: string };
  readonly #fresh: { k: string[]; raw: string[]; v: string[] } = { k: [], raw: [], v: [] };

  constructor(shape: ModelShape, weights: Weights) {
    this.#shape = shape;
    this.#weights = weights;
    const pos = this.graph.input('pos', 'int32', ['B', 'S']);
    const kpos = this.graph.input('kpos', 'int32', ['B', 'T']);
    this.#counts = [this.graph.input('seqlens', 'int32', ['B']), this.graph.input('total', 'int32', [1])];
    this.#positions = this.graph.toInt64(pos);
    this.#tables = addRopeTables(this.graph, shape);
    // [B,1,S,T]: a row sees only rows at its own or an earlier position; a huge kpos hides a row from all.
    const later = this.graph.node('Greater', [
      this.graph.node('Unsqueeze', [kpos, this.graph.int64s([1, 2])]),
      this.graph.node('Unsqueeze', [pos, this.graph.int64s([1, 3])]),
    ]);
    this.#bias = this.graph.node('Where', [later, this.graph.float(-1e9), this.graph.float(0)]);
  }

  /** Only the rows looked up become resident, also when the table is stored in 16 bits. */
  embed(ids: string): string {
    const table = this.graph.stored(EMBEDDING, this.#location(EMBEDDING));
    const rows = this.graph.node('Gather', [table.value, ids], { attributes: { axis: { int: 0 } } });
    return table.type === 'float' ? rows : this.graph.toFloat(rows);
  }

  /**
   * Runs `range` over x and outputs the new rows k, raw, v, each [layers in range · B, kvHeads, S, headSize].
   * With `wanted`, what follows the last attention runs for those rows only; the stream is then [B,R,hidden].
   */
  layers(x: Residual, range: LayerRange, wanted?: string): Residual {
    let { sum, change } = x;
    let normed: string;
    for (let layer = range.start; layer < range.end; layer++) {
      const prefix = `model.layers.${layer}.`;
      [normed, sum] = this.#norm({ sum, change }, `${prefix}input_layernorm.weight`);
      let attended = this.#attention(normed, `${prefix}self_attn.`, layer);
      if (wanted !== undefined && layer === range.end - 1) {
        attended = this.#rows(attended, wanted);
        sum = this.#rows(sum, wanted);
      }
      change = this.#linear(attended, `${prefix}self_attn.o_proj`);
      [normed, sum] = this.#norm({ sum, change }, `${prefix}post_attention_layernorm.weight`);
      change = this.#mlp(normed, `${prefix}mlp.`);
    }
    this.#outputRows();
    return { sum, change };
  }

  head(x: Residual): string {
    const [normed] = this.#norm(x, FINAL_NORM);
    const name = this.#shape.tied ? EMBEDDING : HEAD;
    return this.#matMul(normed, this.graph.weight(name, this.#location(name)));
  }

  #attention(x: string, prefix: string, layer: number): string {
    const { heads, kvHeads, headSize } = this.#shape;
    const widths = [heads * headSize, kvHeads * headSize, kvHeads * headSize];
    const names = [`${prefix}q_proj`, `${prefix}k_proj`, `${prefix}v_proj`];
    const [q, rawK, v] = this.#fused(x, names, widths);
    const [rotatedQ, rotatedK] = [this.#rotate(q!, heads), this.#rotate(rawK!, kvHeads)];
    this.#fresh.raw.push(rawK!);
    this.#fresh.k.push(rotatedK);
    this.#fresh.v.push(v!);
    const past = ['B', kvHeads, 'C', headSize];
    const pastK = this.graph.input(`pk.${layer}`, 'float', past);
    const pastV = this.graph.input(`pv.${layer}`, 'float', past);
    return this.graph.microsoft(
      'GroupQueryAttention',
      [rotatedQ, rotatedK, v!, pastK, pastV, ...this.#counts, '', '', '', this.#bias],
      {
        attributes: { num_heads: { int: heads }, kv_num_heads: { int: kvHeads }, do_rotary: { int: 0 } },
        // The kernel needs its present outputs; nobody fetches them, so they never reach JavaScript.
        outputs: ['attended', 'presentK', 'presentV'].map((name) => this.graph.fresh(name)),
      },
    );
  }

  #mlp(x: string, prefix: string): string {
    const width = this.#shape.intermediate;
    const [gate, up] = this.#fused(x, [`${prefix}gate_proj`, `${prefix}up_proj`], [width, width]);
    const activated = this.graph.node('Mul', [gate!, this.graph.node('Sigmoid', [gate!])]);
    return this.#linear(this.graph.node('Mul', [activated, up!]), `${prefix}down_proj`);
  }

  #outputRows(): void {
    const { kvHeads, headSize } = this.#shape;
    const dims = ['N', kvHeads, 'S', headSize];
    for (const [name, parts] of Object.entries(this.#fresh)) {
      const stacked = this.graph.node('Concat', parts, { attributes: { axis: { int: 0 } } });
      const split = this.graph.node('Reshape', [stacked, this.graph.int64s([0, 0, kvHeads, headSize])]);
      const byHead = this.graph.node('Transpose', [split], { attributes: { perm: { ints: [0, 2, 1, 3] } } });
      this.graph.output(byHead, name, dims);
    }
  }

  #rotate(x: string, heads: number): string {
    return this.graph.microsoft('RotaryEmbedding', [x, this.#positions, this.#tables.cos, this.#tables.sin], {
      attributes: { num_heads: { int: heads } },
    });
  }

  #rows(x: string, wanted: string): string {
    return this.graph.node('Gather', [x, wanted], { attributes: { axis: { int: 1 } } });
  }

  /** Adds what is pending, then normalises: [normed, sum]. */
  #norm({ sum, change }: Residual, weightName: string): [normed: string, sum: string] {
    const weight = this.graph.weight(weightName, this.#location(weightName));
    const epsilon = { float: this.#shape.normEpsilon };
    if (change === null) {
      const attributes = { epsilon, axis: { int: -1 } };
      return [this.graph.node('SimplifiedLayerNormalization', [sum, weight], { attributes }), sum];
    }
    const [normed, added] = [this.graph.fresh('normed'), this.graph.fresh('sum')];
    const outputs = [normed, '', '', added];
    this.graph.microsoft('SkipSimplifiedLayerNormalization', [sum, change, weight], {
      attributes: { epsilon },
      outputs,
    });
    return [normed, added];
  }

  /** Several projections of one input as one product; the joined weight is folded when the session loads. */
  #fused(x: string, names: string[], widths: number[]): string[] {
    const joined = (suffix: string): string => {
      const parts = names.map((name) => this.graph.weight(name + suffix, this.#location(name + suffix)));
      return this.graph.node('Concat', parts, { attributes: { axis: { int: 0 } } });
    };
    let product = this.#matMul(x, joined('.weight'));
    if (this.#weights.has(`${names[0]}.bias`)) product = this.graph.node('Add', [product, joined('.bias')]);
    const outputs = names.map((name) => this.graph.fresh(name));
    this.graph.node('Split', [product, this.graph.int64s(widths)], { attributes: { axis: { int: -1 } }, outputs });
    return outputs;
  }

  #linear(x: string, name: string): string {
    const product = this.#matMul(x, this.graph.weight(`${name}.weight`, this.#location(`${name}.weight`)));
    if (!this.#weights.has(`${name}.bias`)) return product;
    return this.graph.node('Add', [product, this.graph.weight(`${name}.bias`, this.#location(`${name}.bias`))]);
  }

  #matMul(x: string, weight: string): string {
    return this.graph.microsoft('FusedMatMul', [x, weight], { attributes: { transB: { int: 1 } } });
  }

  #location(name: string): TensorLocation {
    const location = this.#weights.get(name);
    if (!location) throw new Error(`the weight ${name} was not matched`);
    return location;
  }
}
