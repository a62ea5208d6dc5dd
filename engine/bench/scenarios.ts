// The scenarios as data: what is measured, how often, and with which seed.

export interface PrefixScenario {
  /** Prompt lengths in tokens; `longest` leaves room for the answer and nothing else. */
  promptTokens: (number | 'longest')[];
  repeats: number;
  quickRepeats: number;
  /** Turns of each kind before those that count: the runtime compiles what runs often. */
  warmUps: number;
  /** First turns after a restart; each costs a restart. */
  restarts: number;
  quickRestarts: number;
  /** Every answer ends after this many tokens: enough to measure decoding. */
  answerTokens: number;
  seed: number;
}

export const PREFIX: PrefixScenario = {
  promptTokens: [128, 512, 'longest'],
  repeats: 9,
  quickRepeats: 3,
  warmUps: 3,
  restarts: 5,
  quickRestarts: 1,
  answerTokens: 16,
  seed: 1,
};

/** Answers of a replayed trace end early: only what was read before them is of interest. */
export const TRACE = { answerTokens: 32 };
