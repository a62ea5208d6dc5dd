// Collects nodes and tensors of one ONNX graph and names what they produce. Knows operators, not models.

import { MICROSOFT } from './onnx-writer.ts';
import type { OnnxAttribute, OnnxBranch, OnnxGraph, OnnxNode, OnnxTensor, OnnxType, OnnxValue } from './onnx-writer.ts';
import type { TensorLocation } from './safetensors.ts';

const STORED_TYPE: Record<string, OnnxType> = { F32: 'float', F16: 'float16', BF16: 'bfloat16' };

export interface OperatorOptions {
  domain?: string;
  attributes?: Record<string, OnnxAttribute>;
  outputs?: string[];
}

export class GraphBuilder {
  /** Of the branch that is being built, else of the graph. */
  #nodes: OnnxNode[] = [];
  readonly #tensors = new Map<string, OnnxTensor>();
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  #names = 0;

  input(name: string, type: OnnxType, dims: (number | string)[]): string {
    this.#inputs.push({ name, type, dims });
    return name;
  }

  output(value: string, name: string, dims: (number | string)[], type: OnnxType = 'float'): void {
    this.node('Identity', [value], { outputs: [name] });
    this.#outputs.push({ name, type, dims });
  }

  /** Adds an operator; the returned name is its first output. */
  node(op: string, inputs: string[], options: OperatorOptions = {}): string {
    const outputs = options.outputs ?? [this.fresh(op)];
    this.#nodes.push({ op, domain: options.domain ?? '', inputs, outputs, attributes: options.attributes ?? {} });
    return outputs[0]!;
  }

  microsoft(op: string, inputs: string[], options: Omit<OperatorOptions, 'domain'> = {}): string {
    return this.node(op, inputs, { ...options, domain: MICROSOFT });
  }

  /** The value of one of two branches; what each computes is computed only where `condition`, a truth value, takes it. */
  either(condition: string, then: () => string, otherwise: () => string): string {
    const attributes = { then_branch: { graph: this.#branch(then) }, else_branch: { graph: this.#branch(otherwise) } };
    return this.node('If', [condition], { attributes });
  }

  #branch(build: () => string): OnnxBranch {
    const around = this.#nodes;
    this.#nodes = [];
    const value = build();
    // A branch may not give out a value of the graph around it.
    const output = this.node('Identity', [value]);
    const branch = { nodes: this.#nodes, output };
    this.#nodes = around;
    return branch;
  }

  fresh(stem: string): string {
    return `${stem}:${this.#names++}`;
  }

  /** A weight as it lies in its file, in its stored number type. */
  stored(name: string, location: TensorLocation): { value: string; type: OnnxType } {
    const type = STORED_TYPE[location.dtype];
    if (type === undefined) throw new Error(`no ONNX type for ${location.dtype}`);
    const { file, offset, length, shape } = location;
    if (!this.#tensors.has(name)) this.#tensors.set(name, { name, type, dims: shape, data: { file, offset, length } });
    return { value: name, type };
  }

  /** A weight as float32; the cast of a smaller type is folded when the session loads. */
  weight(name: string, location: TensorLocation): string {
    const { value, type } = this.stored(name, location);
    return type === 'float' ? value : this.toFloat(value);
  }

  toFloat(value: string): string {
    return this.node('Cast', [value], { attributes: { to: { int: 1 } } });
  }

  toHalf(value: string): string {
    return this.node('Cast', [value], { attributes: { to: { int: 10 } } });
  }

  toInt64(value: string): string {
    return this.node('Cast', [value], { attributes: { to: { int: 7 } } });
  }

  int64s(values: number[]): string {
    return this.#constant(`int64[${values.join()}]`, 'int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  float(value: number): string {
    return this.#constant(`float(${value})`, 'float', [], Float32Array.of(value));
  }

  external(name: string, dims: number[], place: { file: string; offset: number; length: number }): string {
    this.#tensors.set(name, { name, type: 'float', dims, data: place });
    return name;
  }

  finish(name: string): OnnxGraph {
    return {
      name,
      nodes: this.#nodes,
      tensors: [...this.#tensors.values()],
      inputs: this.#inputs,
      outputs: this.#outputs,
    };
  }

  #constant(name: string, type: OnnxType, dims: number[], values: BigInt64Array | Float32Array): string {
    const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    if (!this.#tensors.has(name)) this.#tensors.set(name, { name, type, dims, data });
    return name;
  }
}
