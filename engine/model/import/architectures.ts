// From config.json (and its companions) to the shape of the model. Refuses what the graph does not cover,
// by name, rather than computing something wrong.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EngineError } from '../../errors.ts';
import type { ModelShape, RopeScaling } from '../shape.ts';
import { boundaryOf } from '../shape.ts';

export interface Architecture {
  name: string;
  shape: ModelShape;
}

type AttentionBias = (config: Config) => ModelShape['attentionBias'];
const BIAS_BY_ARCHITECTURE: Record<string, AttentionBias> = {
  LlamaForCausalLM: (config) => (config.attention_bias ? 'all' : 'none'),
  MistralForCausalLM: () => 'none',
  Qwen2ForCausalLM: () => 'qkv',
};

const size = z.number().int().positive();
const tokenId = z.number().int().nonnegative();
const tokenIds = z.union([tokenId, z.array(tokenId)]).nullish();
const ropeSettings = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().positive().optional(),
  factor: z.number().positive().optional(),
  low_freq_factor: z.number().positive().optional(),
  high_freq_factor: z.number().positive().optional(),
  original_max_position_embeddings: size.optional(),
  partial_rotary_factor: z.number().optional(),
});
const configSchema = z.looseObject({
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  vocab_size: size,
  max_position_embeddings: size,
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().nullish(),
  rope_scaling: ropeSettings.nullish(),
  rope_parameters: ropeSettings.nullish(),
  partial_rotary_factor: z.number().nullish(),
  hidden_act: z.string().default('silu'),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  sliding_window: size.nullish(),
  use_sliding_window: z.boolean().nullish(),
  quantization_config: z.unknown().optional(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: tokenIds,
});
type Config = z.infer<typeof configSchema>;

const architecturesOnly = z.looseObject({ architectures: z.array(z.string()).min(1) });
const generationSchema = z.looseObject({ eos_token_id: tokenIds });
const tokenText = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const tokenizerConfigSchema = z.looseObject({ eos_token: tokenText });
const tokenizerSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: tokenId, content: z.string() })).default([]),
  model: z.looseObject({ vocab: z.unknown() }),
});

/** Throws `model-missing`, `model-damaged` or `model-unsupported`. */
export async function readArchitecture(folder: string): Promise<Architecture> {
  const json = await readJson(folder, 'config.json');
  const name = architecturesOnly.safeParse(json).data?.architectures[0];
  if (name === undefined) throw damaged('config.json', 'it does not name an architecture');
  const bias = BIAS_BY_ARCHITECTURE[name];
  if (!bias) {
    const known = Object.keys(BIAS_BY_ARCHITECTURE).join(', ');
    throw unsupported(`The architecture ${name} is not supported. Hearth runs ${known}.`);
  }
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) throw damaged('config.json', z.prettifyError(parsed.error).replaceAll(/\s+/g, ' '));
  refuseUncovered(parsed.data);
  const eosTokenIds = await readEosTokenIds(folder, parsed.data);
  return { name, shape: shapeOf(parsed.data, bias(parsed.data), eosTokenIds) };
}

function shapeOf(config: Config, attentionBias: ModelShape['attentionBias'], eosTokenIds: number[]): ModelShape {
  const heads = config.num_attention_heads;
  const headSize = config.head_dim ?? config.hidden_size / heads;
  const kvHeads = config.num_key_value_heads ?? heads;
  if (!Number.isInteger(headSize) || headSize % 2 !== 0)
    throw damaged('config.json', `a head of ${headSize} dimensions cannot be`);
  if (heads % kvHeads !== 0) throw damaged('config.json', `${heads} heads cannot share ${kvHeads} key/value heads`);
  if (config.num_hidden_layers < 2) throw unsupported('A model of one layer is not supported; it needs at least two.');
  const window = config.use_sliding_window === false ? null : config.sliding_window;
  return {
    layers: config.num_hidden_layers,
    boundary: boundaryOf(config.num_hidden_layers),
    hidden: config.hidden_size,
    heads,
    kvHeads,
    headSize,
    intermediate: config.intermediate_size,
    vocabulary: config.vocab_size,
    // Inside the sliding window such a model is an ordinary one, so the window becomes the context.
    context: Math.min(config.max_position_embeddings, window ?? Number.POSITIVE_INFINITY),
    ropeTheta: config.rope_theta ?? config.rope_parameters?.rope_theta ?? 10_000,
    ropeScaling: ropeScalingOf(config),
    normEpsilon: config.rms_norm_eps,
    tied: config.tie_word_embeddings,
    attentionBias,
    mlpBias: config.mlp_bias,
    bosTokenId: config.bos_token_id ?? null,
    eosTokenIds,
  };
}

function refuseUncovered(config: Config): void {
  if (config.quantization_config) {
    throw unsupported('The weights are quantised. Choose the version of the model in bfloat16, float16 or float32.');
  }
  if (config.hidden_act !== 'silu')
    throw unsupported(`The activation ${config.hidden_act} is not supported, only silu.`);
  const rotated = config.partial_rotary_factor ?? config.rope_parameters?.partial_rotary_factor ?? 1;
  if (rotated !== 1) throw unsupported('Rotation of only a part of each head is not supported.');
}

function ropeScalingOf(config: Config): RopeScaling {
  const settings = config.rope_scaling ?? config.rope_parameters;
  const kind = settings?.rope_type ?? settings?.type ?? 'default';
  if (!settings || kind === 'default') return { kind: 'none' };
  const { factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: original } = settings;
  if (kind === 'linear') {
    if (factor === undefined) throw damaged('config.json', 'its rope scaling has no factor');
    return { kind, factor };
  }
  if (kind === 'llama3') {
    if (!factor || !low || !high || !original || high <= low)
      throw damaged('config.json', 'its rope scaling is incomplete');
    return { kind, factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContext: original };
  }
  throw unsupported(`The rope scaling ${kind} is not supported. Hearth knows default, linear and llama3.`);
}

async function readEosTokenIds(folder: string, config: Config): Promise<number[]> {
  const generation = generationSchema.safeParse(await readOptionalJson(folder, 'generation_config.json')).data;
  const tokenizerConfig = tokenizerConfigSchema.safeParse(await readOptionalJson(folder, 'tokenizer_config.json')).data;
  const tokenizer = await readTokenizer(folder);
  if (vocabularySize(tokenizer.model.vocab) > config.vocab_size) {
    throw damaged(
      'tokenizer.json',
      `it has more tokens than the ${config.vocab_size} of the model; they do not belong together`,
    );
  }
  const eos = tokenizerConfig?.eos_token;
  const text = typeof eos === 'string' ? eos : eos?.content;
  const named = tokenizer.added_tokens.filter((token) => token.content === text).map((token) => token.id);
  const ids = [config.eos_token_id, generation?.eos_token_id, named].flat().filter((id) => typeof id === 'number');
  return [...new Set(ids)].filter((id) => id < config.vocab_size).toSorted((a, b) => a - b);
}

async function readTokenizer(folder: string): Promise<z.infer<typeof tokenizerSchema>> {
  const parsed = tokenizerSchema.safeParse(await readJson(folder, 'tokenizer.json'));
  if (!parsed.success) throw damaged('tokenizer.json', 'it does not describe a tokenizer');
  return parsed.data;
}

function vocabularySize(vocab: unknown): number {
  if (Array.isArray(vocab)) return vocab.length;
  return typeof vocab === 'object' && vocab !== null ? Object.keys(vocab).length : 0;
}

async function readJson(folder: string, file: string): Promise<unknown> {
  const text = await readFile(join(folder, file), 'utf8').catch((cause: unknown) => {
    throw new EngineError(
      'model-missing',
      `The file ${file} is missing in ${folder}. Choose the folder of a Hugging Face model.`,
      { cause },
    );
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged(file, 'it is not JSON', cause);
  }
}

async function readOptionalJson(folder: string, file: string): Promise<unknown> {
  return readJson(folder, file).catch((error: unknown) => {
    if (error instanceof EngineError && error.code === 'model-missing') return {};
    throw error;
  });
}

function damaged(file: string, what: string, cause?: unknown): EngineError {
  return new EngineError('model-damaged', `The file ${file} cannot be used: ${what}. Download it again.`, { cause });
}

function unsupported(message: string): EngineError {
  return new EngineError('model-unsupported', message);
}
