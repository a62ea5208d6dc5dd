// The weights a model of a given shape consists of, under their Hugging Face names, and the check that the
// files hold exactly those. The graph builder and the tiny test model both follow this list.

import { EngineError } from '../../errors.ts';
import type { ModelShape } from '../shape.ts';
import type { TensorLocation } from './safetensors.ts';

export interface ExpectedTensor {
  name: string;
  shape: number[];
}

export const EMBEDDING = 'model.embed_tokens.weight';
export const FINAL_NORM = 'model.norm.weight';
export const HEAD = 'lm_head.weight';

const USABLE_TYPES = new Set(['F32', 'F16', 'BF16']);

/** Every tensor of the model; a tied head is not listed. Linear weights are [out, in]. */
export function expectedTensors(shape: ModelShape): ExpectedTensor[] {
  const tensors = [{ name: EMBEDDING, shape: [shape.vocabulary, shape.hidden] }];
  for (let layer = 0; layer < shape.layers; layer++) tensors.push(...layerTensors(shape, layer));
  tensors.push({ name: FINAL_NORM, shape: [shape.hidden] });
  if (!shape.tied) tensors.push({ name: HEAD, shape: [shape.vocabulary, shape.hidden] });
  return tensors;
}

function layerTensors(shape: ModelShape, layer: number): ExpectedTensor[] {
  const { hidden, intermediate } = shape;
  const queryWidth = shape.heads * shape.headSize;
  const kvWidth = shape.kvHeads * shape.headSize;
  const linears: [name: string, out: number, inputs: number, bias: boolean][] = [
    ['self_attn.q_proj', queryWidth, hidden, shape.attentionBias !== 'none'],
    ['self_attn.k_proj', kvWidth, hidden, shape.attentionBias !== 'none'],
    ['self_attn.v_proj', kvWidth, hidden, shape.attentionBias !== 'none'],
    ['self_attn.o_proj', hidden, queryWidth, shape.attentionBias === 'all'],
    ['mlp.gate_proj', intermediate, hidden, shape.mlpBias],
    ['mlp.up_proj', intermediate, hidden, shape.mlpBias],
    ['mlp.down_proj', hidden, intermediate, shape.mlpBias],
  ];
  const prefix = `model.layers.${layer}.`;
  return [
    { name: `${prefix}input_layernorm.weight`, shape: [hidden] },
    { name: `${prefix}post_attention_layernorm.weight`, shape: [hidden] },
    ...linears.map(([name, out, inputs]) => ({ name: `${prefix}${name}.weight`, shape: [out, inputs] })),
    ...linears.filter(([, , , bias]) => bias).map(([name, out]) => ({ name: `${prefix}${name}.bias`, shape: [out] })),
  ];
}

/**
 * The located tensors under the names of `expectedTensors`. A tied model may store its one table as the head.
 * Throws `model-damaged` for missing or misshapen weights, `model-unsupported` for a number type we do not read.
 */
export function matchWeights(
  shape: ModelShape,
  found: ReadonlyMap<string, TensorLocation>,
): Map<string, TensorLocation> {
  const weights = new Map<string, TensorLocation>();
  for (const { name, shape: dims } of expectedTensors(shape)) {
    const location = found.get(name) ?? (name === EMBEDDING && shape.tied ? found.get(HEAD) : undefined);
    if (!location)
      throw new EngineError(
        'model-damaged',
        `The weight ${name} is missing. The model cannot be used; download it again.`,
      );
    if (!USABLE_TYPES.has(location.dtype)) {
      throw new EngineError(
        'model-unsupported',
        `The weight ${name} has the number type ${location.dtype}. Hearth reads F32, F16 and BF16; choose such a version of the model.`,
      );
    }
    if (location.shape.join() !== dims.join()) {
      throw new EngineError(
        'model-damaged',
        `The weight ${name} has the shape [${location.shape.join(', ')}], but config.json asks for [${dims.join(', ')}]. The files do not belong together.`,
      );
    }
    weights.set(name, location);
  }
  return weights;
}
