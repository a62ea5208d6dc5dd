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

export const TRACE = {
  /** Traces of our own, in the folder traces. */
  own: ['clinic-day', 'family-week'],
  /** Answers of a replayed trace end early: only what was read before them is of interest. */
  answerTokens: 32,
  quickTurns: 12,
  /** Private chats that newcomers repeat afterwards. */
  strangers: 40,
};

export const SPEED = {
  /** Prompt tokens with seeded weights of a model's shape; a real model is asked at its longest. */
  shapeTokens: 5120,
  quickShapeTokens: 1024,
  rounds: 15,
  /** A miss differs from a full computation by less than one round from another. */
  missRounds: 40,
  /** Of a shape, where a prefill takes most of a minute. */
  shapeRounds: 3,
  quickRounds: 1,
  answerTokens: 4,
  seed: 1,
};

export const STORAGE = {
  documents: 30,
  questionsEach: 4,
  quickDocuments: 3,
  quickQuestionsEach: 2,
  /** Most tokens along which a turn is compared. */
  comparedTokens: 64,
  /** Blocks that are coded and decoded to see how fast that is, and how often. */
  timedBlocks: 40,
  timedRepeats: 5,
  seed: 1,
};

export const QUALITY = {
  /** Of each workload. */
  prompts: 300,
  quickPrompts: 4,
  ablationPrompts: 100,
  quickAblationPrompts: 3,
  chatPrompts: 30,
  quickChatPrompts: 2,
  answerTokens: 64,
  seed: 1,
};

export const REPAIR = {
  prompts: 8,
  quickPrompts: 2,
  /** Rounds over all schedules at each prompt. */
  rounds: 3,
  quickRounds: 1,
  /** Share of the context that the prompt fills. */
  contextShare: 0.6,
  mostPromptTokens: 1500,
  answerTokens: 64,
  seed: 1,
};

export const PAPERS = {
  /** Of each text, and of each share of changed sentences. */
  prompts: 100,
  quickPrompts: 10,
  similarPrompts: 30,
  quickSimilarPrompts: 4,
  /** Prompt tokens of `papers-ttft`; 1,980 leave the starter model room for an answer. */
  lengths: [256, 512, 1024, 1980],
  shapeLengths: [512, 1024, 2048, 5120],
  quickLengths: [256, 512],
  /** Of all methods at each length. */
  rounds: 9,
  shapeRounds: 3,
  quickRounds: 1,
  /** Shares of the reused rows' token-layers that `papers-budgets` spends. */
  budgets: [0.1, 0.15, 0.2, 0.3, 0.4],
  quickBudgets: [0.1, 0.2, 0.4],
  budgetPrompts: 100,
  quickBudgetPrompts: 5,
  seed: 1,
};

export const STARTER = {
  /** Of each row. */
  prompts: 80,
  quickPrompts: 10,
  answerTokens: 64,
  /** Of the longest context, kept free for a system text and a question. */
  questionTokens: 96,
  /** Answers that are not right, of each row, in the result file. */
  shownOfRow: 3,
  seed: 1,
};

export const PEERS = {
  /** 1,980 leave the starter model room for an answer. */
  promptTokens: [512, 1980],
  /** With seeded weights of a model's shape. */
  shapePromptTokens: [512, 2000],
  quickPromptTokens: [256],
  /** Of all engines; each count has a run of its own. */
  threads: [2, 4],
  quickThreads: [2],
  warmUps: 1,
  rounds: 7,
  /** A long prefill needs none: the first person's reading is one already. */
  shapeWarmUps: 0,
  shapeRounds: 3,
  quickRounds: 2,
  /** Enough to measure decoding. */
  answerTokens: 33,
  /** How long the turns of one row together wait for a machine that others use. */
  patienceMs: 20_000,
  quickPatienceMs: 2000,
  /**
   * Of llama.cpp: at our precision, with F16 weights, and as it comes. Its flash attention rounds: a gap of 0.02 between
   * two logits turned round, so where it must agree with us it is off; with F32 keys it also halves its decode speed, so
   * it is off wherever it would. `auto`: llama.cpp decides.
   */
  variants: [
    { weights: 'F32', keysAndValues: 'F32', flashAttention: false },
    { weights: 'F16', keysAndValues: 'F32', flashAttention: false },
    { weights: 'F16', keysAndValues: 'F16', flashAttention: 'auto' },
  ],
  /** To see that both engines compute the same. */
  checkedPrompts: 24,
  shapeCheckedPrompts: 4,
  checkedTokens: 24,
  seed: 1,
} as const;

export const FUZZ = {
  rounds: 4000,
  quickRounds: 200,
  /** At memory and disk, over the run. */
  looks: 80,
  seed: 1,
};
