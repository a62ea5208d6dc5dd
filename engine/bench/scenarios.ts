// The scenarios as data: what is measured, how often, and with which seed.

export interface PrefixScenario {
  /** Prompt lengths in tokens; `longest` leaves room for the answer and nothing else. */
  promptTokens: (number | 'longest')[];
  repeats: number;
  quickRepeats: number;
  /** Every answer ends after this many tokens: enough to measure decoding. */
  answerTokens: number;
  seed: number;
}

export const PREFIX: PrefixScenario = {
  promptTokens: [128, 512, 'longest'],
  repeats: 9,
  quickRepeats: 3,
  answerTokens: 16,
  seed: 1,
};

/** Answers of a replayed trace end early: only what was read before them is of interest. */
export const TRACE = { answerTokens: 32 };
