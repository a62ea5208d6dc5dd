// The numbers that define a model of the Llama family. Everything that sizes a buffer or a graph reads them here.
// Does not know files, weights or sessions.

export type RopeScaling =
  | { kind: 'none' }
  | { kind: 'linear'; factor: number }
  | {
      kind: 'llama3';
      factor: number;
      lowFrequencyFactor: number;
      highFrequencyFactor: number;
      originalContext: number;
    };

export interface ModelShape {
  layers: number;
  /** Layers before this one form the shallow segment, the others the deep segment. */
  boundary: number;
  hidden: number;
  heads: number;
  kvHeads: number;
  headSize: number;
  intermediate: number;
  vocabulary: number;
  /** Longest sequence in tokens. */
  context: number;
  ropeTheta: number;
  ropeScaling: RopeScaling;
  normEpsilon: number;
  /** Whether the output head is the embedding table. */
  tied: boolean;
  /** Which attention projections carry a bias: none, query/key/value (Qwen2), or the output as well. */
  attentionBias: 'none' | 'qkv' | 'all';
  mlpBias: boolean;
  bosTokenId: number | null;
  /** Every token that ends an answer, ascending. */
  eosTokenIds: number[];
}

/** A range of layers, `end` exclusive. */
export interface LayerRange {
  start: number;
  end: number;
}

/**
 * 7 % of the layers, at least one: what selectors may look at before the deep layers run. Every position behind the
 * exact prefix pays for them, so they bound what approximate reuse can save.
 */
export function boundaryOf(layers: number): number {
  return Math.max(1, Math.round(0.07 * layers));
}

/** Layers whose queries judge what matters to a question: up to four, evenly over the middle third of the deep ones. */
export function relevanceLayers({ boundary, layers }: ModelShape): number[] {
  const third = (layers - boundary) / 3;
  const [first, last] = [boundary + Math.floor(third), boundary + Math.ceil(2 * third) - 1];
  const count = Math.min(4, last - first + 1);
  if (count === 1) return [first];
  return Array.from({ length: count }, (_, index) => first + Math.round((index * (last - first)) / (count - 1)));
}

export function shallowLayers(shape: ModelShape): LayerRange {
  return { start: 0, end: shape.boundary };
}

export function deepLayers(shape: ModelShape): LayerRange {
  return { start: shape.boundary, end: shape.layers };
}

/** Floats of one position in one of the three planes (rotated K, K before RoPE, V). */
export function planeFloatsPerRow(shape: ModelShape): number {
  return shape.layers * shape.kvHeads * shape.headSize;
}

/** Memory for fp32 weights (the untied embedding stays on disk) plus the KV rows of one full context. */
export function estimateMemoryBytes(shape: ModelShape, parameters: number): number {
  const mapped = shape.tied ? 0 : shape.vocabulary * shape.hidden;
  return 4 * (parameters - mapped) + 4 * 3 * planeFloatsPerRow(shape) * shape.context;
}
