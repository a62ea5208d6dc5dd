// Finds what the cache holds of a prompt. Scopes come first: only what this person may reuse is ever looked at.

import type { BlockRef, CacheSpace } from '../cache/space.ts';
import type { ProfileId } from '../contract/profiles.ts';
import { readableScopes } from '../profiles/scopes.ts';
import type { Prompt } from '../text/prompt.ts';
import type { Scope, TokenRange } from '../types.ts';

/** Cached rows for the positions start..end-1 of the prompt: the first rows of one block. */
export interface MatchedBlock extends TokenRange {
  ref: BlockRef;
  scope: Scope;
  /** Positions whose rows were made while an answer was decoded; empty where start = end. */
  decoded: TokenRange;
  /** Whether the block goes on behind `end` with other tokens. */
  partial: boolean;
}

export interface Match {
  /** Leading positions that the blocks cover. */
  tokens: number;
  blocks: MatchedBlock[];
  /** Why the match is not longer; null when it is as long as the prompt. */
  missReason: string | null;
}

/** A shared beginning shorter than this is chance, not an earlier version of the same text. */
const SAME_TEXT_TOKENS = 32;

export function matchPrompt(space: CacheSpace, prompt: Prompt, profileId: ProfileId): Match {
  const found = space.find(prompt.tokens, readableScopes(profileId));
  let start = 0;
  const blocks = found.refs.map((ref): MatchedBlock => {
    const block = {
      ref,
      start,
      end: start + ref.rows,
      scope: ref.scope,
      decoded: { start: start + ref.decodedStart, end: start + ref.decodedEnd },
      partial: ref.rows < ref.count,
    };
    start = block.end;
    return block;
  });
  return { tokens: start, blocks, missReason: missReason(prompt, start, found.miss) };
}

function missReason(prompt: Prompt, matched: number, miss: string): string | null {
  // The last token is computed in any case.
  if (matched >= prompt.tokens.length - 1) return null;
  if (miss === 'evicted') return 'evicted';
  if (miss === 'other-layout') return 'model-changed';
  if (matched >= prompt.lastMessageStart) return 'new';
  if (miss === 'diverged' && matched >= SAME_TEXT_TOKENS) return `edited-at-token-${matched + 1}`;
  const inPrivateDocument = prompt.documents.some(
    (range) => range !== null && matched < range.end && scopeAt(prompt, range.start) !== 'library',
  );
  return inPrivateDocument ? 'private' : 'new';
}

function scopeAt(prompt: Prompt, position: number): Scope {
  return prompt.scopes.find((range) => position < range.end)?.scope ?? 'app';
}
