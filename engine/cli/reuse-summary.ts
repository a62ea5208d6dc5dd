// What a turn reused, how sure its answer is and how fast it went, in one line for a person.

import type { TurnReport } from '../contract/chat.ts';

export function reuseSummary(report: TurnReport | null): string {
  if (report === null) return 'The answer has no report.';
  const reused = report.promptTokens - report.tokens.fresh;
  const parts = [
    `Reused ${reused} of ${report.promptTokens} tokens${sharedFrom(report)}`,
    ...approximation(report),
    ...(report.missReason === null ? [] : [missText(report.missReason)]),
    `first token after ${Math.round(report.ttftMs)} ms`,
  ];
  if (report.savedMs !== null && reused > 0) parts.push(`about ${Math.round(report.savedMs)} ms saved`);
  if (report.decodeTokensPerSecond !== null) parts.push(`${report.decodeTokensPerSecond.toFixed(1)} tokens/s`);
  if (report.stopReason === 'stopped') parts.push('stopped');
  return `${parts.join('; ')}.`;
}

function sharedFrom({ sharedFrom }: TurnReport): string {
  const scopes = (['private', 'library', 'app'] as const).filter((scope) => sharedFrom[scope] > 0);
  return scopes.length === 0 ? '' : ` (${scopes.map((scope) => `${sharedFrom[scope]} ${scope}`).join(', ')})`;
}

/** What of the reuse was not exactly this prompt's, and what was done about it. */
function approximation(report: TurnReport): string[] {
  const origins = (['moved', 'edited', 'similar'] as const).filter((origin) => report.tokens[origin] > 0);
  const parts = [
    origins.map((origin) => `${report.tokens[origin]} ${origin}`).join(', '),
    report.recomputed > 0 ? `${report.recomputed} of them recomputed` : '',
    report.repairedTokens > 0 ? `${report.repairedTokens} more while answering` : '',
    report.kvPrecision === 'lossless' ? '' : `kept as ${report.kvPrecision}`,
    certainty(report),
  ];
  return parts.filter((part) => part !== '');
}

/** Nothing where the answer is exact: that is what people take for granted. */
function certainty({ state, healed, verification }: TurnReport): string {
  if (verification !== null) return verification.correction === null ? 'verified' : 'verified and corrected';
  if (state === 'exact') return '';
  return healed ? 'approximate, healed to exact since' : 'approximate';
}

const MISSES: Record<string, string> = {
  new: 'the rest is new',
  private: 'the rest is private',
  evicted: 'the rest was dropped to make room',
  damaged: 'the rest was damaged and is computed again',
  'model-changed': 'another model read it before',
  'policy-off': 'reuse is off',
  'too-short': 'the rest is too short to be worth reusing',
};

/** The reason of a miss in words; `edited-at-token-641` and reasons not known here read well enough with spaces. */
function missText(reason: string): string {
  return MISSES[reason] ?? reason.replaceAll('-', ' ');
}
