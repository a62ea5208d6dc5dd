// What a turn's report says in people's words. Pure, so that every sentence can be tested.

import type { ReusePlanReport, TurnReport } from '../../engine/contract/chat.ts';
import { count, duration } from '../ui/format.ts';
import { ORIGINS, reusedTokens } from './origins.ts';

/** Below these, a saving is noise and not worth a sentence. */
const LEAST_SAVED_MS = 10;
const LEAST_RATIO = 1.15;

type Reported = Pick<TurnReport, 'promptTokens' | 'tokens' | 'ttftMs' | 'savedMs' | 'missReason'>;

/** How many times sooner the first word came than without reuse; null where that is unknown or not meaningful. */
export function timesSooner(report: Pick<TurnReport, 'ttftMs' | 'savedMs'>): number | null {
  const { savedMs, ttftMs } = report;
  if (savedMs === null || savedMs < LEAST_SAVED_MS || ttftMs <= 0) return null;
  const ratio = (savedMs + ttftMs) / ttftMs;
  return ratio < LEAST_RATIO ? null : ratio;
}

/** The one line above the strip: "Answered 9× sooner", or what happened instead. */
export function headline(report: Reported): string {
  const ratio = timesSooner(report);
  if (ratio !== null) return `Answered ${ratio < 3 ? ratio.toFixed(1) : count(ratio)}× sooner`;
  const reused = reusedTokens(report);
  if (reused > 0) return `${count(reused)} of ${count(report.promptTokens)} tokens from memory`;
  return whyMissed(report)?.reason ?? 'Read for the first time';
}

/** The visible words of the reuse bar, in their order; null where there is nothing to say. */
export function reuseBarWords(report: TurnReport) {
  const line = headline(report);
  const miss = whyMissed(report)?.reason ?? null;
  return {
    headline: line,
    firstWord: `first word after ${duration(report.ttftMs)}`,
    speed: report.decodeTokensPerSecond === null ? null : `${count(report.decodeTokensPerSecond)} tok/s`,
    state: report.state === 'approximate' ? report.state : null,
    miss: miss === line ? null : miss,
  };
}

/** "812 tokens: 640 exact, 96 moved, 76 new; 640 shared with everyone; saved 0.26 s". */
export function textEquivalent(report: Reported & Pick<TurnReport, 'sharedFrom'>): string {
  const parts = ORIGINS.filter((origin) => report.tokens[origin.key] > 0).map(
    (origin) => `${count(report.tokens[origin.key])} ${origin.name}`,
  );
  const from = sharedFromWords(report.sharedFrom);
  const saved =
    report.savedMs !== null && report.savedMs >= LEAST_SAVED_MS ? `saved ${duration(report.savedMs)}` : null;
  return [`${count(report.promptTokens)} tokens: ${parts.join(', ')}`, from, saved].filter(Boolean).join('; ');
}

/**
 * "640 shared with everyone, 96 from your own chats"; null where nothing was reused. Shared is more than documents:
 * chats about private ones begin with the same words as chats about shared ones.
 */
export function sharedFromWords(sharedFrom: TurnReport['sharedFrom']): string | null {
  const words = [
    sharedFrom.library > 0 ? `${count(sharedFrom.library)} shared with everyone` : null,
    sharedFrom.private > 0 ? `${count(sharedFrom.private)} from your own chats` : null,
    sharedFrom.app > 0 ? `${count(sharedFrom.app)} from Hearth’s own text` : null,
  ].filter((word) => word !== null);
  return words.length === 0 ? null : words.join(', ');
}

/** A short beginning of what was asked, in quotation marks; it ends at a word where it can. */
export function quoted(text: string): string {
  const words = text.trim().replaceAll(/\s+/gu, ' ');
  const beginning = /^.{1,60}(?= |$)|^.{60}/u.exec(words)?.[0] ?? '';
  return beginning === words ? `“${words}”` : `“${beginning} …”`;
}

export interface Miss {
  reason: string;
  /** What would help next time; null where nothing needs to be done. */
  advice: string | null;
  /** Where the button beside the advice leads. */
  action: 'settings' | 'library' | 'cache' | null;
}

/** Why more was not reused, and the one thing that would help. Null for nothing missed, or a reason unknown to this page. */
export function whyMissed(report: Pick<TurnReport, 'promptTokens' | 'tokens' | 'missReason'>): Miss | null {
  const { missReason } = report;
  if (missReason === null) return null;
  const reused = reusedTokens(report);
  // A new question behind text that was remembered is no miss.
  if (missReason === 'new' && reused * 2 >= report.promptTokens) return null;
  if (missReason === 'new' && reused > 0) return { ...FIRST, reason: 'Most of it was read for the first time' };
  const edited = /^edited-at-token-(\d+)$/u.exec(missReason)?.[1];
  if (edited !== undefined) {
    return {
      reason: `Read again from token ${count(Number(edited))} on, because the text changed there`,
      advice: 'Text that stays the same is found again when it comes first.',
      action: null,
    };
  }
  return MISSES[missReason] ?? null;
}

const FIRST: Miss = {
  reason: 'Read for the first time',
  advice: 'The next question about it starts sooner.',
  action: null,
};

const MISSES: Record<string, Miss> = {
  'policy-off': {
    reason: 'Everything was read again, because reuse is off',
    advice: 'Turn reuse on.',
    action: 'settings',
  },
  new: FIRST,
  'model-changed': { reason: 'Read again, because the model changed', advice: null, action: null },
  evicted: {
    reason: 'Read again, because it was removed to make room',
    advice: 'Give the memory more room.',
    action: 'settings',
  },
  private: {
    reason: 'Read for you alone, because the document is private',
    advice: 'In the library, it would be read once for everyone.',
    action: 'library',
  },
  damaged: {
    reason: 'Read again, because what was kept was damaged',
    advice: 'Nothing is lost. Verify finds out whether there is more.',
    action: 'cache',
  },
  'too-short': { reason: 'Too short to keep', advice: 'Memory works in pieces of 64 tokens.', action: null },
};

/** What the plan says while the prompt is being read: "640 of 812 tokens from memory". */
export function planWords(plan: ReusePlanReport): string {
  const reused = reusedTokens(plan);
  if (reused === 0) return `Reading ${count(plan.promptTokens)} tokens`;
  return `${count(reused)} of ${count(plan.promptTokens)} tokens from memory, reading ${count(plan.tokens.fresh)}`;
}

export const STOP_WORDS: Record<TurnReport['stopReason'], string> = {
  end: 'the answer was complete',
  length: 'the longest allowed answer was reached',
  'stop-string': 'a stop text came',
  stopped: 'you stopped it',
  context: 'the model’s context was full',
};
