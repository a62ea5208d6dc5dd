// The origins of a prompt's tokens: their one order, name and mark everywhere. Colours and patterns are in the styles.

import type { TokenOrigins, TurnReport } from '../../engine/contract/chat.ts';

export interface Origin {
  key: keyof TokenOrigins;
  name: string;
  /** What it means, for the legend. */
  meaning: string;
}

export const ORIGINS: readonly Origin[] = [
  { key: 'exactPrefix', name: 'exact', meaning: 'the same text at the same place, already read' },
  { key: 'ownAnswer', name: 'own answer', meaning: 'written by the model itself in this chat' },
  { key: 'moved', name: 'moved', meaning: 'the same text at another place' },
  { key: 'edited', name: 'edited', meaning: 'text around a small change' },
  { key: 'similar', name: 'similar', meaning: 'close to something already read' },
  { key: 'fresh', name: 'new', meaning: 'read now' },
];

export const RECOMPUTED = { name: 'recomputed', meaning: 'found in memory, then partly worked out again' };

export interface OriginShare extends Origin {
  tokens: number;
  /** Share of the prompt, 0 to 1, and where it starts. */
  start: number;
  share: number;
}

/** The origins that occur, as shares of the prompt that sum to 1. Empty for a prompt of no tokens. */
export function originShares(tokens: TokenOrigins): OriginShare[] {
  const total = ORIGINS.reduce((sum, origin) => sum + tokens[origin.key], 0);
  if (total === 0) return [];
  let start = 0;
  const shares: OriginShare[] = [];
  for (const origin of ORIGINS) {
    const share = tokens[origin.key] / total;
    if (share > 0) shares.push({ ...origin, tokens: tokens[origin.key], start, share });
    start += share;
  }
  return shares;
}

export function reusedTokens(report: Pick<TurnReport, 'promptTokens' | 'tokens'>): number {
  return report.promptTokens - report.tokens.fresh;
}
