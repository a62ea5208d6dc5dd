// What a person may set, for the whole machine.

export const POLICIES = ['off', 'exact'] as const;
/** How much of an earlier computation may be reused: nothing, or what is exactly the same. */
export type PolicyName = (typeof POLICIES)[number];
export type Quality = 'exact' | 'balanced' | 'fast';

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
  /** Every file of the cache folder counts. */
  cacheQuotaBytes: number;
  memoryBudgetBytes: number;
  threads: number;
  sampling: Sampling;
}
