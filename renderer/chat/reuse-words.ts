// What a turn's report says in people's words. Pure, so that every sentence can be tested.

import type { ReusePlanReport, TurnReport } from '../../engine/contract/chat.ts';
import { count, duration } from '../ui/format.ts';
import { whyMissed } from './miss-words.ts';
import { STATE_WORDS, stateOf, verdictOf } from './answer-state.ts';
import { ORIGINS, RECOMPUTED, reusedTokens } from './origins.ts';

/** Below these, a saving is noise and not worth a sentence. */
const LEAST_SAVED_MS = 10;
const LEAST_RATIO = 1.15;

type Reported = Pick<
  TurnReport,
  'promptTokens' | 'tokens' | 'ttftMs' | 'savedMs' | 'missReason' | 'policy' | 'quality'
>;

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
    state: STATE_WORDS[stateOf(report)],
    verdict: verdictOf(report),
    miss: miss === line ? null : miss,
  };
}

/** "812 tokens: 640 exact, 96 moved, 76 new; 24 of them recomputed; 640 shared with everyone; saved 0.26 s". */
export function textEquivalent(report: Reported & Pick<TurnReport, 'sharedFrom' | 'recomputed'>): string {
  const parts = ORIGINS.filter((origin) => report.tokens[origin.key] > 0).map(
    (origin) => `${count(report.tokens[origin.key])} ${origin.name}`,
  );
  const again = report.recomputed > 0 ? `${count(report.recomputed)} of them ${RECOMPUTED.name}` : null;
  const from = sharedFromWords(report.sharedFrom);
  const saved =
    report.savedMs !== null && report.savedMs >= LEAST_SAVED_MS ? `saved ${duration(report.savedMs)}` : null;
  return [`${count(report.promptTokens)} tokens: ${parts.join(', ')}`, again, from, saved].filter(Boolean).join('; ');
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
