// Chats: conversations, messages, one turn and the report of what it reused.

import type { DocumentId, DocumentScope, LibraryDocument } from './library.ts';
import type { ProfileId } from './profiles.ts';
import type { KvPrecision, PolicyName, Quality, Sampling } from './settings.ts';
import type { ScopeKind } from './cache.ts';

export type ConversationId = string & { readonly brand: 'ConversationId' };
export type MessageId = string & { readonly brand: 'MessageId' };

/** `interrupted`: the engine ended before the answer did; what had been written is kept. */
export type MessageState = 'complete' | 'stopped' | 'streaming' | 'interrupted';

export interface Message {
  id: MessageId;
  role: 'user' | 'assistant';
  text: string;
  state: MessageState;
  createdAt: number;
  /** Only on answers that were finished or stopped. */
  report: TurnReport | null;
}

export interface ConversationSummary {
  id: ConversationId;
  profileId: ProfileId;
  title: string;
  createdAt: number;
  updatedAt: number;
  messages: number;
}

export interface Conversation extends ConversationSummary {
  /** Null: the built-in system text. */
  system: string | null;
  documents: LibraryDocument[];
  history: Message[];
}

export interface NewConversation {
  profileId: ProfileId;
  title?: string | undefined;
  system?: string | undefined;
  /** Whether a system text given here is private or shared on purpose; default private. */
  systemScope?: DocumentScope | undefined;
  documents?: DocumentId[] | undefined;
}

export interface TurnOptions {
  policy?: PolicyName | undefined;
  quality?: Quality | undefined;
  /** Check an answer from approximate rows against exact ones before it is final. */
  verify?: boolean | undefined;
  sampling?: Partial<Sampling> | undefined;
}

export interface SendMessage extends TurnOptions {
  profileId: ProfileId;
  conversationId: ConversationId;
  text: string;
}

/** Answer the last user message again: after a stop, a crash, or when another answer is wanted. */
export interface Regenerate extends TurnOptions {
  profileId: ProfileId;
  conversationId: ConversationId;
}

export interface TokenOrigins {
  exactPrefix: number;
  ownAnswer: number;
  moved: number;
  edited: number;
  similar: number;
  fresh: number;
}

export type TokenOrigin = keyof TokenOrigins;

/** Where a run of prompt tokens came from. Spans cover the prompt in order. */
export interface OriginSpan {
  start: number;
  end: number;
  origin: TokenOrigin;
  /** Scope of the rows that were reused; null for fresh tokens. */
  scope: ScopeKind | null;
  /** Reused tokens in it that the deep layers computed again, as ranges. */
  recomputed: [start: number, end: number][];
}

/** What checking an approximate answer against exact rows found. */
export interface Verification {
  checkedTokens: number;
  /** Null: every token was right. Else from this character on the text was replaced; `removed` is what stood there. */
  correction: { at: number; removed: string } | null;
}

/** Milliseconds until the first token, by what they were spent on. */
export interface TimeSplit {
  queueMs: number;
  encodeMs: number;
  matchMs: number;
  loadMs: number;
  prefillMs: number;
  sampleMs: number;
}

export interface TurnReport {
  policy: PolicyName;
  quality: Quality;
  model: string;
  state: 'exact' | 'approximate';
  /** An approximate turn whose rows have since been computed exactly; the next turn starts from those. */
  healed: boolean;
  /** Most bytes of keys and values that the turn held at once, beside the cache; 0 in reports of older versions. */
  kvBytes: number;
  /** Lowest precision among the rows reused. */
  kvPrecision: KvPrecision;
  promptTokens: number;
  /** Sums to promptTokens. */
  tokens: TokenOrigins;
  /** Of the reused tokens, how many the deep layers computed again. */
  recomputed: number;
  /** The prompt, span by span; empty in reports of older versions. */
  spans: OriginSpan[];
  /** Approximate rows computed again while the answer was written. */
  repairedTokens: number;
  /** Null when the answer was not verified: exact turns need not be. */
  verification: Verification | null;
  /** Tokens guessed from an earlier answer, and how many of them the model confirmed. */
  draft: { proposed: number; accepted: number };
  /** Share of promptTokens × layers that was computed, selection cost included. */
  tokenLayers: number;
  ttftMs: number;
  prefillMs: number;
  time: TimeSplit;
  decodeTokensPerSecond: number | null;
  outputTokens: number;
  /** Against this machine's measured prefill speed; null when unknown. */
  savedMs: number | null;
  /** Reused tokens by the scope of the block they came from. */
  sharedFrom: { private: number; library: number; app: number };
  /**
   * Why not more was reused; null when nothing was missed. `policy-off`, `new` (never read before), `private` (first
   * read of a private document), `edited-at-token-N`, `evicted` (dropped for room), `damaged`, `model-changed`,
   * `too-short` (reuse would cost more than it saves).
   */
  missReason: string | null;
  stopReason: 'end' | 'length' | 'stop-string' | 'stopped' | 'context';
}

/** What the plan says before anything is computed. */
export interface ReusePlanReport {
  policy: PolicyName;
  promptTokens: number;
  contextTokens: number;
  tokens: TokenOrigins;
  sharedFrom: TurnReport['sharedFrom'];
  missReason: string | null;
}

export type ChatEvent =
  | { type: 'saved'; message: Message }
  | { type: 'queued'; position: number }
  | ({ type: 'reuse' } & ReusePlanReport)
  | { type: 'progress'; doneTokens: number; totalTokens: number }
  | { type: 'text'; text: string }
  /** The answer is written; it is now checked against exact rows. */
  | { type: 'verifying' }
  /** From character `at` on the answer was wrong: what stands there is withdrawn, and `text` events go on from there. */
  | { type: 'correction'; at: number };

/** One token of a prompt as text, with where its rows came from. */
export interface PromptToken {
  text: string;
  origin: TokenOrigin;
  recomputed: boolean;
}

/** A way to answer; what is left out is what holds for the person. */
export type Way = Pick<TurnOptions, 'policy' | 'quality'>;

/** Every way there is, beside `off`. */
export const WAYS: readonly Way[] = [
  { policy: 'exact' },
  { policy: 'hearth', quality: 'exact' },
  { policy: 'hearth', quality: 'balanced' },
  { policy: 'hearth', quality: 'fast' },
  { policy: 'kvshare' },
  { policy: 'semsharekv' },
];

/** One question in several ways, one after the other and `off` first. Answers nothing and keeps nothing. */
export interface CompareWays {
  profileId: ProfileId;
  conversationId: ConversationId;
  /** What might be asked next, or the answer whose question is asked again. */
  asked: { text: string } | { answerId: MessageId };
  ways: readonly Way[];
  /** Of each answer, at most so many are written. */
  tokens: number;
}

/**
 * A way beside `off`. Each writes its own answer, always taking the likeliest token; the distributions of the next token
 * are compared along the tokens that `off` takes.
 */
export interface Comparison {
  /** The way's own answer, from rows as they are: never checked. */
  text: string;
  /** Over so many tokens the distributions were compared. */
  tokens: number;
  meanKl: number;
  maxKl: number;
  top1Agreement: number;
  /** Of its own answer. What was found on disk was read into memory before the clock started. */
  report: TurnReport;
}

/** `index` 0 is `off`, then come the ways in their order. */
export type CompareEvent =
  | { type: 'begun'; index: number }
  | { type: 'progress'; doneTokens: number; totalTokens: number }
  | { type: 'compared'; index: number; comparison: Comparison }
  /** This way could not answer, for a reason that a person is told; the next one begins. */
  | { type: 'failed'; index: number; message: string };

export interface Comparisons {
  off: Comparison;
  /** In the order of the ways; null where one failed. */
  ways: (Comparison | null)[];
}

/** How a turn ended: the saved answer, with its report. */
export interface ChatResult {
  message: Message;
}
