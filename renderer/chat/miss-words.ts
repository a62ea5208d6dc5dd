// Why more was not reused, in people's words, each with the one thing that would help. Pure.

import type { TurnReport } from '../../engine/contract/chat.ts';
import { count } from '../ui/format.ts';
import { reusedTokens } from './origins.ts';

export interface Miss {
  reason: string;
  /** What would help next time, or why nothing needs to be done. */
  advice: string;
  /** Where the button beside the advice leads. */
  action: 'settings' | 'library' | 'cache' | null;
}

type Reported = Pick<TurnReport, 'promptTokens' | 'tokens' | 'missReason' | 'policy' | 'quality'>;

/** Null for nothing missed, or a reason unknown to this page. */
export function whyMissed(report: Reported): Miss | null {
  const { missReason } = report;
  if (missReason === null) return null;
  const reused = reusedTokens(report);
  // A new question behind text that was remembered is no miss.
  if (missReason === 'new' && reused * 2 >= report.promptTokens) return null;
  if (missReason === 'new' && reused > 0) return { ...FIRST, reason: 'Most of it was read for the first time' };
  const edited = /^edited-at-token-(\d+)$/u.exec(missReason)?.[1];
  if (edited !== undefined) return editedAt(Number(edited), report);
  return MISSES[missReason] ?? null;
}

function editedAt(token: number, { policy, quality }: Reported): Miss {
  const reason = `Read again from token ${count(token)} on, because the text changed there`;
  if (policy === 'hearth' && quality !== 'exact') {
    return { reason, advice: 'Text that stays the same is found again when it comes first.', action: null };
  }
  return {
    reason,
    advice: 'With the policy Hearth, what comes after a change is reused as well.',
    action: 'settings',
  };
}

const FIRST: Miss = {
  reason: 'Read for the first time',
  advice: 'Nothing to do: the next question about it starts sooner.',
  action: null,
};

const MISSES: Record<string, Miss> = {
  'policy-off': {
    reason: 'Everything was read again, because reuse is off',
    advice: 'Turn reuse on.',
    action: 'settings',
  },
  new: FIRST,
  'model-changed': {
    reason: 'Read again, because the model changed',
    advice: 'Nothing to do: each model remembers for itself, and this one has read it now.',
    action: null,
  },
  evicted: {
    reason: 'Read again, because it was removed to make room',
    advice: 'Give the memory more room, or pin what should stay.',
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
  'too-short': {
    reason: 'Read again, because that was quicker than fetching so little from memory',
    advice: 'Nothing to do: longer texts are fetched.',
    action: null,
  },
};
