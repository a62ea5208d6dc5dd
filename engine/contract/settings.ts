// What a person may set, for the whole machine.

export const POLICIES = ['off', 'exact', 'hearth', 'kvshare', 'semsharekv'] as const;
/**
 * How much of an earlier computation may be reused: nothing, what is exactly the same, or, with `hearth`, also what
 * stood elsewhere or was edited, repaired and later healed to exact. `kvshare` and `semsharekv` do what two published
 * systems do, for comparison.
 */
export type PolicyName = (typeof POLICIES)[number];

export const QUALITIES = ['exact', 'balanced', 'fast'] as const;
/**
 * How far policy `hearth` may go: exact prefixes only; moved and edited text as well; or also text that is only
 * similar. For `kvshare` it is how much of what is reused is computed again, the most for `exact`; every level of it is
 * approximate. The other policies have one level and ignore it.
 */
export type Quality = (typeof QUALITIES)[number];

export const KV_PRECISIONS = ['lossless', 'fp16', 'int8', 'int4'] as const;
/** How kept rows are stored. Everything but `lossless` loses a little; `int4` is read only where answers are verified. */
export type KvPrecision = (typeof KV_PRECISIONS)[number];

export const LIVE_KV = ['full', 'compact'] as const;
/**
 * How keys and values are held while a text is read and answered: as they are computed, or in 16-bit floats. In either
 * form `off`, exact reuse and a checked answer are those of a full computation in that same form. Between the two,
 * and in `compact` also between rows that were just computed and the same rows from the cache, answers may part where
 * two words were nearly equally likely.
 */
export type LiveKv = (typeof LIVE_KV)[number];

/** Sampling of one answer. Temperature 0 is greedy decoding. */
export interface Sampling {
  temperature: number;
  topK: number;
  topP: number;
  minP: number;
  repetitionPenalty: number;
  /** In the settings, 0 draws a new one for each answer. */
  seed: number;
  maxTokens: number;
  stop: string[];
}

export interface Settings {
  modelId: string;
  policy: PolicyName;
  quality: Quality;
  /** Of rows kept under policy `hearth`. `exact`, verified answers and clinic profiles always keep lossless rows. */
  kvPrecision: KvPrecision;
  /** A change opens the model again. With `compact`, kept rows are `fp16` at best, and what asks for `lossless` takes those. */
  liveKv: LiveKv;
  /** Every file of the cache folder counts. */
  cacheQuotaBytes: number;
  memoryBudgetBytes: number;
  threads: number;
  sampling: Sampling;
}
