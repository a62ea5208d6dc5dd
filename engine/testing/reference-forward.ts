// A plain second implementation of the Llama forward pass, in 64-bit JavaScript, straight from the safetensors.
// Slow and for small models only: tests compare the graph with it. Shares nothing with the graph but the shape.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readWeightFiles } from '../model/import/safetensors.ts';
import type { ModelShape, RopeScaling } from '../model/shape.ts';

type Matrix = Float64Array[];

/** Logits after every token, [ids.length][vocabulary]. */
export async function referenceLogits(folder: string, shape: ModelShape, ids: readonly number[]): Promise<Matrix> {
  const weights = await readFloats(folder);
  const weight = (name: string): Float32Array => weights.get(name)!;
  const embedding = weight('model.embed_tokens.weight');
  let x: Matrix = ids.map((id) => Float64Array.from(embedding.subarray(id * shape.hidden, (id + 1) * shape.hidden)));
  const linear = (rows: Matrix, name: string): Matrix =>
    project(rows, weight(`${name}.weight`), weights.get(`${name}.bias`));
  for (let layer = 0; layer < shape.layers; layer++) {
    const at = `model.layers.${layer}`;
    const normed = x.map((row) => normalise(row, weight(`${at}.input_layernorm.weight`), shape.normEpsilon));
    const [q, k, v] = ['q', 'k', 'v'].map((name) => linear(normed, `${at}.self_attn.${name}_proj`));
    for (const rows of [q!, k!]) rows.forEach((row, position) => rotate(row, position, shape));
    x = add(x, linear(attend({ q: q!, k: k!, v: v! }, shape), `${at}.self_attn.o_proj`));
    const second = x.map((row) => normalise(row, weight(`${at}.post_attention_layernorm.weight`), shape.normEpsilon));
    const up = linear(second, `${at}.mlp.up_proj`);
    const gated = linear(second, `${at}.mlp.gate_proj`).map((row, r) =>
      row.map((g, i) => (g / (1 + Math.exp(-g))) * up[r]![i]!),
    );
    x = add(x, linear(gated, `${at}.mlp.down_proj`));
  }
  const last = x.map((row) => normalise(row, weight('model.norm.weight'), shape.normEpsilon));
  return project(last, shape.tied ? embedding : weight('lm_head.weight'), undefined);
}

async function readFloats(folder: string): Promise<Map<string, Float32Array>> {
  const { tensors } = await readWeightFiles(folder);
  const floats = new Map<string, Float32Array>();
  for (const [name, { file, dtype, offset, length }] of tensors) {
    const bytes = new Uint8Array((await readFile(join(folder, file))).subarray(offset, offset + length));
    floats.set(name, decode(bytes, dtype));
  }
  return floats;
}

function decode({ buffer }: Uint8Array<ArrayBuffer>, dtype: string): Float32Array {
  if (dtype === 'F32') return new Float32Array(buffer);
  if (dtype === 'F16') return Float32Array.from(new Float16Array(buffer));
  const words = Uint32Array.from(new Uint16Array(buffer), (half) => half << 16);
  return new Float32Array(words.buffer);
}

function project(rows: Matrix, weight: Float32Array, bias: Float32Array | undefined): Matrix {
  return rows.map((row) => {
    const out = new Float64Array(weight.length / row.length);
    for (let o = 0; o < out.length; o++) {
      let sum = bias?.[o] ?? 0;
      for (let i = 0; i < row.length; i++) sum += row[i]! * weight[o * row.length + i]!;
      out[o] = sum;
    }
    return out;
  });
}

function normalise(row: Float64Array, weight: Float32Array, epsilon: number): Float64Array {
  const meanSquare = row.reduce((sum, value) => sum + value * value, 0) / row.length;
  return row.map((value, i) => (value / Math.sqrt(meanSquare + epsilon)) * weight[i]!);
}

function rotate(row: Float64Array, position: number, { headSize, ropeTheta, ropeScaling }: ModelShape): void {
  const half = headSize / 2;
  for (let head = 0; head < row.length; head += headSize) {
    for (let pair = 0; pair < half; pair++) {
      const angle = position * scaled(ropeTheta ** (-pair / half), ropeScaling);
      const [a, b] = [row[head + pair]!, row[head + pair + half]!];
      row[head + pair] = a * Math.cos(angle) - b * Math.sin(angle);
      row[head + pair + half] = b * Math.cos(angle) + a * Math.sin(angle);
    }
  }
}

function scaled(frequency: number, scaling: RopeScaling): number {
  if (scaling.kind === 'none') return frequency;
  if (scaling.kind === 'linear') return frequency / scaling.factor;
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength > scaling.originalContext / scaling.lowFrequencyFactor) return frequency / scaling.factor;
  if (wavelength < scaling.originalContext / scaling.highFrequencyFactor) return frequency;
  const { lowFrequencyFactor: low, highFrequencyFactor: high } = scaling;
  const smooth = (scaling.originalContext / wavelength - low) / (high - low);
  return ((1 - smooth) * frequency) / scaling.factor + smooth * frequency;
}

function attend({ q, k, v }: { q: Matrix; k: Matrix; v: Matrix }, shape: ModelShape): Matrix {
  const { heads, kvHeads, headSize } = shape;
  return q.map((query, row) => {
    const out = new Float64Array(heads * headSize);
    for (let head = 0; head < heads; head++) {
      const shared = Math.floor((head * kvHeads) / heads) * headSize;
      const scores = k.slice(0, row + 1).map((key) => {
        let dot = 0;
        for (let i = 0; i < headSize; i++) dot += query[head * headSize + i]! * key[shared + i]!;
        return Math.exp(dot / Math.sqrt(headSize));
      });
      const total = scores.reduce((sum, score) => sum + score, 0);
      for (let i = 0; i < headSize; i++) {
        out[head * headSize + i] = scores.reduce((sum, score, j) => sum + (score / total) * v[j]![shared + i]!, 0);
      }
    }
    return out;
  });
}

function add(a: Matrix, b: Matrix): Matrix {
  return a.map((row, r) => row.map((value, i) => value + b[r]![i]!));
}
