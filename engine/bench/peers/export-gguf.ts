// Writes a model of the Llama architecture, in Hugging Face form, as one GGUF file: the same weights for another engine.
// No quantisation, and no model that would need anything beyond what is written here: it is refused instead.

import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inspectModelFolder } from '../../model/import/inspect.ts';
import type { InspectedModel } from '../../model/import/inspect.ts';
import type { TensorLocation } from '../../model/import/safetensors.ts';
import { EMBEDDING, FINAL_NORM, HEAD } from '../../model/import/weights.ts';
import type { ModelShape } from '../../model/shape.ts';
import { BenchFailure } from '../request.ts';
import { writeGguf } from './gguf-file.ts';
import type { GgufTensor, GgufType, GgufValue } from './gguf-file.ts';

const tokenizerSchema = z.object({
  added_tokens: z.array(z.object({ id: z.number(), content: z.string(), special: z.boolean() })).default([]),
  model: z.object({
    type: z.literal('BPE'),
    vocab: z.record(z.string(), z.number()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
});

const TOKEN_TYPES = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const;
/** Byte-level BPE behind a split at every digit. */
const PRE_TOKENIZER = 'smollm';
const FILE_TYPES: Record<GgufType, number> = { F32: 0, F16: 1 };

/** Names of a layer's weights: Hugging Face's, and those of the format. */
const LAYER_NAMES: Record<string, string> = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};
const OUTER_NAMES: Record<string, string> = {
  [EMBEDDING]: 'token_embd.weight',
  [FINAL_NORM]: 'output_norm.weight',
  [HEAD]: 'output.weight',
};

/** Linear weights and the embedding become `type`; norms stay F32, as llama.cpp wants them. */
export async function exportGguf(source: string, target: string, type: GgufType): Promise<void> {
  const model = await inspectModelFolder(source);
  refuseUncovered(model);
  const tensors = [...model.weights].map(([name, location]) => tensorOf(model, { name, location, type }));
  const metadata = new Map([...shapeMetadata(model, type), ...(await tokenizerMetadata(model))]);
  await writeGguf(target, { metadata, tensors });
}

function refuseUncovered({ architecture, shape }: InspectedModel): void {
  const covered =
    architecture === 'LlamaForCausalLM' &&
    shape.ropeScaling.kind === 'none' &&
    shape.attentionBias === 'none' &&
    !shape.mlpBias;
  if (covered) return;
  const message = 'Only Llama models without biases and rope scaling can be compared with llama.cpp.';
  throw new BenchFailure(message, { usage: false });
}

function shapeMetadata({ name, shape }: InspectedModel, type: GgufType): [string, GgufValue][] {
  const count = (value: number): GgufValue => ({ type: 'uint32', value });
  const text = (value: string): GgufValue => ({ type: 'string', value });
  return [
    ['general.architecture', text('llama')],
    ['general.name', text(name)],
    ['general.file_type', count(FILE_TYPES[type])],
    ['llama.vocab_size', count(shape.vocabulary)],
    ['llama.context_length', count(shape.context)],
    ['llama.embedding_length', count(shape.hidden)],
    ['llama.block_count', count(shape.layers)],
    ['llama.feed_forward_length', count(shape.intermediate)],
    ['llama.attention.head_count', count(shape.heads)],
    ['llama.attention.head_count_kv', count(shape.kvHeads)],
    ['llama.attention.key_length', count(shape.headSize)],
    ['llama.attention.value_length', count(shape.headSize)],
    ['llama.attention.layer_norm_rms_epsilon', { type: 'float32', value: shape.normEpsilon }],
    ['llama.rope.dimension_count', count(shape.headSize)],
    ['llama.rope.freq_base', { type: 'float32', value: shape.ropeTheta }],
  ];
}

async function tokenizerMetadata({ folder, shape }: InspectedModel): Promise<[string, GgufValue][]> {
  const json: unknown = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8'));
  const parsed = tokenizerSchema.safeParse(json);
  if (!parsed.success) throw new BenchFailure('The tokenizer is not byte-level BPE.', { usage: false });
  const { added_tokens: added, model } = parsed.data;
  // The table of weights may be longer than the list of tokens.
  const pieces = Array.from({ length: shape.vocabulary }, (_, id) => `[unused ${id}]`);
  const types: number[] = pieces.map(() => TOKEN_TYPES.unused);
  for (const [piece, id] of Object.entries(model.vocab)) {
    pieces[id] = piece;
    types[id] = TOKEN_TYPES.normal;
  }
  for (const { id, content, special } of added) {
    pieces[id] = content;
    types[id] = special ? TOKEN_TYPES.control : TOKEN_TYPES.userDefined;
  }
  const merges = model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')));
  const end = shape.eosTokenIds[0];
  return [
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: PRE_TOKENIZER }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: pieces }],
    ['tokenizer.ggml.token_type', { type: 'int32s', value: types }],
    ['tokenizer.ggml.merges', { type: 'strings', value: merges }],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
    ...(end === undefined
      ? []
      : [['tokenizer.ggml.eos_token_id', { type: 'uint32', value: end }] as [string, GgufValue]]),
  ];
}

function tensorOf(
  { folder, shape }: InspectedModel,
  { name, location, type }: { name: string; location: TensorLocation; type: GgufType },
): GgufTensor {
  const heads = /\.([qk])_proj\.weight$/.exec(name)?.[1];
  const paired = heads === undefined ? null : heads === 'q' ? shape.heads : shape.kvHeads;
  return {
    name: ggufName(name),
    shape: location.shape,
    type: location.shape.length === 1 ? 'F32' : type,
    values: async () => {
      const values = await readTensor(folder, location);
      return paired === null ? values : pairRotated(values, { heads: paired, shape });
    },
  };
}

function ggufName(name: string): string {
  const [, layer, part] = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name) ?? [];
  const known = part === undefined ? OUTER_NAMES[name] : LAYER_NAMES[part];
  if (known === undefined) throw new Error(`${name} has no name in the format`);
  return layer === undefined ? known : `blk.${layer}.${known}.weight`;
}

/**
 * llama.cpp rotates neighbouring outputs of a head with each other, Hugging Face's weights have the partner half a head
 * further on: rows i and i + headSize / 2 of each head become rows 2i and 2i + 1. [heads * headSize, hidden]
 */
export function pairRotated(
  weights: Float32Array,
  { heads, shape: { headSize, hidden } }: { heads: number; shape: Pick<ModelShape, 'headSize' | 'hidden'> },
): Float32Array {
  const paired = new Float32Array(weights.length);
  const half = headSize / 2;
  for (let row = 0; row < heads * headSize; row++) {
    const within = row % headSize;
    const target = row - within + (within < half ? 2 * within : 2 * (within - half) + 1);
    paired.set(weights.subarray(row * hidden, (row + 1) * hidden), target * hidden);
  }
  return paired;
}

async function readTensor(folder: string, { file, dtype, offset, length }: TensorLocation): Promise<Float32Array> {
  const bytes = new Uint8Array(length);
  const handle = await open(join(folder, file));
  try {
    const { bytesRead } = await handle.read(bytes, 0, length, offset);
    if (bytesRead !== length) throw new Error(`${file} ended early`);
  } finally {
    await handle.close();
  }
  if (dtype === 'F32') return new Float32Array(bytes.buffer);
  if (dtype === 'F16') return new Float32Array(new Float16Array(bytes.buffer));
  const widened = Uint32Array.from(new Uint16Array(bytes.buffer), (word) => word << 16);
  return new Float32Array(widened.buffer);
}
