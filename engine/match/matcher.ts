// Finds what the cache holds of a prompt. Scopes come first: only what this person may reuse is ever looked at.

import type { BlockRef } from '../cache/block.ts';
import type { Space } from '../cache/space.ts';
import type { Miss } from '../cache/prefix-walk.ts';
import type { ProfileId } from '../contract/profiles.ts';
import { readableScopes } from '../profiles/scopes.ts';
import type { Prompt } from '../text/prompt.ts';
import type { Scope } from '../types.ts';

export interface Match {
  /** Leading positions that the blocks cover. */
  tokens: number;
  blocks: BlockRef[];
  /** Why the match is not longer; null when it is as long as the prompt. */
  missReason: string | null;
}

/** A shared beginning shorter than this is chance, not an earlier version of the same text. */
const SAME_TEXT_TOKENS = 32;

export function matchPrompt(space: Space, prompt: Prompt, profileId: ProfileId): Match {
  const found = space.find(prompt.tokens, readableScopes(profileId));
  space.count(found.tokens, prompt.tokens.length);
  return { tokens: found.tokens, blocks: found.refs, missReason: missReason(prompt, found.tokens, found.miss) };
}

function missReason(prompt: Prompt, matched: number, miss: Miss): string | null {
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
