// The pieces that a model's layers are made of, as operators of one graph with the model's weights in it.
// Does not know in which order a graph puts them together.

import type { ModelShape } from '../shape.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { addRopeTables } from './rope-tables.ts';
import type { TensorLocation } from './safetensors.ts';
import { EMBEDDING } from './weights.ts';

export type Weights = ReadonlyMap<string, TensorLocation>;

/** The residual stream: `change` still has to be added to `sum`, which the next norm does in the same pass. */
export interface Residual {
  sum: string;
  change: string | null;
}

export class LayerParts {
  readonly #graph: GraphBuilder;
  readonly #shape: ModelShape;
  readonly #weights: Weights;
  #tables: { cos: string; sin: string } | null = null;

  constructor(graph: GraphBuilder, shape: ModelShape, weights: Weights) {
    this.#graph = graph;
    this.#shape = shape;
    this.#weights = weights;
  }

  /** Only the rows looked up become resident, also when the table is stored in 16 bits. */
  embed(ids: string): string {
    const table = this.#graph.stored(EMBEDDING, this.#location(EMBEDDING));
    const rows = this.#graph.node('Gather', [table.value, ids], { attributes: { axis: { int: 0 } } });
    return table.type === 'float' ? rows : this.#graph.toFloat(rows);
  }

  /** Adds what is pending, then normalises: [normed, sum]. */
  norm({ sum, change }: Residual, weightName: string): [normed: string, sum: string] {
    const weight = this.weight(weightName);
    const epsilon = { float: this.#shape.normEpsilon };
    if (change === null) {
      const attributes = { epsilon, axis: { int: -1 } };
      return [this.#graph.node('SimplifiedLayerNormalization', [sum, weight], { attributes }), sum];
    }
    const [normed, added] = [this.#graph.fresh('normed'), this.#graph.fresh('sum')];
    const outputs = [normed, '', '', added];
    this.#graph.microsoft('SkipSimplifiedLayerNormalization', [sum, change, weight], {
      attributes: { epsilon },
      outputs,
    });
    return [normed, added];
  }

  /** Several projections of one input as one product; the joined weight is folded when the session loads. */
  fused(x: string, names: string[], widths: number[]): string[] {
    const joined = (suffix: string): string => {
      const parts = names.map((name) => this.weight(name + suffix));
      return this.#graph.node('Concat', parts, { attributes: { axis: { int: 0 } } });
    };
    let product = this.matMul(x, joined('.weight'));
    if (this.#weights.has(`${names[0]}.bias`)) product = this.#graph.node('Add', [product, joined('.bias')]);
    const outputs = names.map((name) => this.#graph.fresh(name));
    this.#graph.node('Split', [product, this.#graph.int64s(widths)], { attributes: { axis: { int: -1 } }, outputs });
    return outputs;
  }

  linear(x: string, name: string): string {
    const product = this.matMul(x, this.weight(`${name}.weight`));
    if (!this.#weights.has(`${name}.bias`)) return product;
    return this.#graph.node('Add', [product, this.weight(`${name}.bias`)]);
  }

  matMul(x: string, weight: string): string {
    return this.#graph.microsoft('FusedMatMul', [x, weight], { attributes: { transB: { int: 1 } } });
  }

  weight(name: string): string {
    return this.#graph.weight(name, this.#location(name));
  }

  /** x [B,S,heads · headSize] turned to `positions` [B,S], int64. */
  rotate(x: string, heads: number, positions: string): string {
    this.#tables ??= addRopeTables(this.#graph, this.#shape);
    return this.#graph.microsoft('RotaryEmbedding', [x, positions, this.#tables.cos, this.#tables.sin], {
      attributes: { num_heads: { int: heads } },
    });
  }

  /** The rows of x [B,S,width] that `indices` names, in that order. */
  rows(x: string, indices: string): string {
    return this.#graph.node('Gather', [x, indices], { attributes: { axis: { int: 1 } } });
  }

  /** x [N,S,heads · headSize] as [N,heads,S,headSize]. */
  byHead(x: string, heads: number): string {
    const split = this.#graph.node('Reshape', [x, this.#graph.int64s([0, 0, heads, this.#shape.headSize])]);
    return this.#graph.node('Transpose', [split], { attributes: { perm: { ints: [0, 2, 1, 3] } } });
  }

  #location(name: string): TensorLocation {
    const location = this.#weights.get(name);
    if (!location) throw new Error(`the weight ${name} was not matched`);
    return location;
  }
}
