// Writes a Hugging Face folder with seeded random weights, for tests and for benchmarks of a real model's shape.
// The model says nothing sensible, but its greedy answer depends on all of the context. Real import, real tokenizer.

import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectedTensors, HEAD } from '../model/import/weights.ts';
import type { ExpectedTensor } from '../model/import/weights.ts';
import { boundaryOf } from '../model/shape.ts';
import type { ModelShape } from '../model/shape.ts';
import { seededRandom } from '../sample/random.ts';
import { isSpeakable, SPECIAL_TOKENS, TINY_CHAT_TEMPLATE, tinyTokenizer } from './tiny-tokenizer.ts';

export interface TinyModelOptions {
  seed?: number;
  architecture?: 'LlamaForCausalLM' | 'MistralForCausalLM' | 'Qwen2ForCausalLM';
  layers?: number;
  hidden?: number;
  heads?: number;
  kvHeads?: number;
  intermediate?: number;
  vocabulary?: number;
  context?: number;
  tied?: boolean;
  dtype?: 'F32' | 'F16' | 'BF16';
  /** Number of weight files; more than one also writes the index. */
  shards?: number;
}

/** The shape of SmolLM2-135M, for speed. */
export const SMOLLM2_135M: TinyModelOptions = {
  layers: 30,
  hidden: 576,
  heads: 9,
  kvHeads: 3,
  intermediate: 1536,
  vocabulary: 49_152,
  context: 8192,
  tied: true,
};

const DEFAULTS: Required<TinyModelOptions> = {
  seed: 1,
  architecture: 'LlamaForCausalLM',
  layers: 4,
  hidden: 64,
  heads: 4,
  kvHeads: 2,
  intermediate: 128,
  vocabulary: 512,
  context: 1024,
  tied: false,
  dtype: 'F32',
  shards: 1,
};

/** Writes config.json, the weights, tokenizer.json and tokenizer_config.json into `folder`. */
export async function makeTinyModel(folder: string, options: TinyModelOptions = {}): Promise<void> {
  const model = { ...DEFAULTS, ...options };
  const tensors = expectedTensors(shapeOf(model));
  await mkdir(folder, { recursive: true });
  await writeJson(join(folder, 'config.json'), configOf(model));
  await writeJson(join(folder, 'tokenizer.json'), tinyTokenizer(model.vocabulary));
  await writeJson(join(folder, 'tokenizer_config.json'), {
    tokenizer_class: 'PreTrainedTokenizerFast',
    eos_token: '<|end|>',
    pad_token: '<|pad|>',
    model_max_length: model.context,
    chat_template: TINY_CHAT_TEMPLATE,
  });
  await writeShards(folder, tensors, model);
}

function configOf(model: Required<TinyModelOptions>): object {
  return {
    architectures: [model.architecture],
    hidden_act: 'silu',
    hidden_size: model.hidden,
    intermediate_size: model.intermediate,
    num_hidden_layers: model.layers,
    num_attention_heads: model.heads,
    num_key_value_heads: model.kvHeads,
    vocab_size: model.vocabulary,
    max_position_embeddings: model.context,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    rope_scaling: null,
    tie_word_embeddings: model.tied,
    bos_token_id: null,
    eos_token_id: SPECIAL_TOKENS.indexOf('<|end|>'),
    pad_token_id: SPECIAL_TOKENS.indexOf('<|pad|>'),
  };
}

function shapeOf(model: Required<TinyModelOptions>): ModelShape {
  return {
    ...model,
    boundary: boundaryOf(model.layers),
    headSize: model.hidden / model.heads,
    ropeTheta: 10_000,
    ropeScaling: { kind: 'none' },
    normEpsilon: 1e-5,
    attentionBias: model.architecture === 'Qwen2ForCausalLM' ? 'qkv' : 'none',
    mlpBias: false,
    bosTokenId: null,
    eosTokenIds: [],
  };
}

async function writeShards(
  folder: string,
  tensors: ExpectedTensor[],
  model: Required<TinyModelOptions>,
): Promise<void> {
  const random = seededRandom(model.seed);
  const perShard = Math.ceil(tensors.length / model.shards);
  const weightMap: Record<string, string> = {};
  for (let shard = 0; shard < model.shards; shard++) {
    const suffix =
      model.shards === 1 ? '' : `-${String(shard + 1).padStart(5, '0')}-of-${String(model.shards).padStart(5, '0')}`;
    const file = `model${suffix}.safetensors`;
    const part = tensors.slice(shard * perShard, (shard + 1) * perShard);
    for (const { name } of part) weightMap[name] = file;
    await writeSafetensors(join(folder, file), part, { dtype: model.dtype, random });
  }
  if (model.shards > 1)
    await writeJson(join(folder, 'model.safetensors.index.json'), { metadata: {}, weight_map: weightMap });
}

async function writeSafetensors(
  path: string,
  tensors: ExpectedTensor[],
  content: { dtype: 'F32' | 'F16' | 'BF16'; random: () => number },
): Promise<void> {
  const bytesEach = content.dtype === 'F32' ? 4 : 2;
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let end = 0;
  for (const { name, shape } of tensors) {
    const start = end;
    end += shape.reduce((product, size) => product * size, bytesEach);
    header[name] = { dtype: content.dtype, shape, data_offsets: [start, end] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  const lead = Buffer.alloc(8);
  lead.writeBigUInt64LE(BigInt(padded.length));
  const file = await open(path, 'w');
  try {
    await file.write(Buffer.concat([lead, padded]));
    for (const tensor of tensors) await file.write(encodeWeights(seededWeights(tensor, content.random), content.dtype));
  } finally {
    await file.close();
  }
}

/** Even noise of the size that keeps activations near 1; sharper attention, so that far tokens matter. */
function seededWeights({ name, shape }: ExpectedTensor, random: () => number): Float32Array {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  if (name.endsWith('norm.weight')) return values.fill(1);
  const gain = /[qk]_proj\.weight$/.test(name) ? 1.6 : 1;
  const deviation = name.includes('embed') ? 1 : name.endsWith('.bias') ? 0.3 : gain / Math.sqrt(shape[1]!);
  const width = deviation * Math.sqrt(12);
  for (let i = 0; i < values.length; i++) values[i] = (random() - 0.5) * width;
  if (name === HEAD) silence(values, shape[0]!);
  return values;
}

/** A token without readable text gets logit 0, below the best of hundreds: answers survive a trip through text. */
function silence(head: Float32Array, vocabulary: number): void {
  const hidden = head.length / vocabulary;
  const text = tinyTokenizer(vocabulary).model.vocab;
  const speakable = new Set(
    Object.keys(text)
      .filter(isSpeakable)
      .map((piece) => text[piece]),
  );
  for (let id = 0; id < vocabulary; id++) {
    if (!speakable.has(id)) head.fill(0, id * hidden, (id + 1) * hidden);
  }
}

function encodeWeights(values: Float32Array, dtype: 'F32' | 'F16' | 'BF16'): Uint8Array {
  if (dtype === 'F32') return bytesOf(values);
  if (dtype === 'F16') return bytesOf(new Float16Array(values));
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return bytesOf(Uint16Array.from(words, (word) => word >>> 16));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array | Float16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

async function writeJson(path: string, value: object): Promise<void> {
  await writeFile(path, JSON.stringify(value, null, 1));
}
