// Finds what the cache holds of a prompt. Scopes come first: only what this person may reuse is ever looked at.

import type { BlockRef } from '../cache/block.ts';
import { lowestPrecision } from '../cache/precision.ts';
import type { Space } from '../cache/space.ts';
import type { Miss } from '../cache/prefix-walk.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { KvPrecision } from '../contract/settings.ts';
import { readableScopes } from '../profiles/scopes.ts';
import type { FoundSpan } from './found-span.ts';
import type { TextOf } from './guards.ts';
import type { PastPrompts } from './semsharekv-past.ts';
import { findSimilar } from './similar.ts';
import type { Embed } from './similar-embedding.ts';
import { vectorsOf } from './similar-windows.ts';
import { spansOf } from './spans.ts';
import type { Prompt } from '../text/prompt.ts';
import type { Scope, TokenRange } from '../types.ts';

export interface Match {
  /** Leading positions that the blocks cover. */
  tokens: number;
  blocks: BlockRef[];
  /** Why not more was found; null when nothing but the last position is missing. */
  missReason: string | null;
  /** Rows for positions behind the prefix, ascending and disjoint; what they are worth is the policy's decision. */
  spans: FoundSpan[];
}

/** Where is looked, and what rung 4 needs of a model. */
export interface MatchSources {
  space: Space;
  model: { embed: Embed };
  text: { tokenText: TextOf };
  /** Earlier prompts, for policies that look for one that is similar as a whole; each prompt is added once it was looked for. */
  past?: PastPrompts | undefined;
}

/** What to look for beside the exact prefix. */
export interface MatchWish {
  /** Text that stood elsewhere, or that was edited. */
  spans: boolean;
  /** Text of like meaning. */
  similar: boolean;
  /** Precisions of rows that may be used. */
  precisions: readonly KvPrecision[];
  /** A policy's own way to find rows behind the exact prefix, in place of the ladder's. */
  finder?: SpanFinder | undefined;
}

/** Finds spans behind the exact prefix, ascending, disjoint, never with the prompt's last position. */
export type SpanFinder = (sources: MatchSources, query: FinderQuery) => Promise<FoundSpan[]>;

export interface FinderQuery {
  prompt: Prompt;
  /** Length of the exact prefix. */
  matched: number;
  /** Only text of these is looked at. */
  scopes: readonly Scope[];
  wish: MatchWish;
  /** Rows that the policy keeps for itself, if it does. */
  own: Space | null;
}

interface Asked {
  prompt: Prompt;
  profileId: ProfileId;
  own?: Space | null | undefined;
}

/** A shared beginning shorter than this is chance, not an earlier version of the same text. */
const SAME_TEXT_TOKENS = 32;

/** The exact prefix, then, as far as they are wished for, the further rungs of the ladder. */
export async function matchPrompt(sources: MatchSources, asked: Asked, wish: MatchWish): Promise<Match> {
  const { space } = sources;
  const { prompt } = asked;
  const scopes = readableScopes(asked.profileId);
  const { tokens: matched, refs: blocks, miss } = space.find(prompt.tokens, scopes, wish.precisions);
  space.count(matched, prompt.tokens.length);
  const query = { prompt, matched, scopes, wish, own: asked.own ?? null };
  const spans = await (wish.finder ?? ladder)(sources, query);
  sources.past?.note(prompt);
  return { tokens: matched, blocks, missReason: missReason(prompt, { matched, spans, miss }), spans };
}

async function ladder(sources: MatchSources, query: FinderQuery): Promise<FoundSpan[]> {
  const { prompt, matched, scopes, wish } = query;
  const found = wish.spans ? spansOf(sources.space, prompt, { matched, scopes, accept: wish.precisions }) : [];
  const similar = wish.similar ? await similarTo(sources, query, found) : [];
  return [...found, ...similar].sort((left, right) => left.start - right.start);
}

/** Rung 4, for positions that nothing else covers. */
function similarTo(
  { space, model, text }: MatchSources,
  { prompt: { tokens, neutral }, matched, scopes, wish }: FinderQuery,
  found: FoundSpan[],
): Promise<FoundSpan[]> {
  return findSimilar({
    vectors: vectorsOf(space),
    tokens,
    ranges: uncovered({ tokens: matched, spans: found }, tokens.length - 1),
    scopes,
    lowest: lowestPrecision(wish.precisions),
    neutral,
    embed: (ids) => model.embed(ids),
    textOf: (id) => text.tokenText(id),
  });
}

/** Positions before `end` that neither the prefix nor a span covers. */
function uncovered({ tokens, spans }: Pick<Match, 'tokens' | 'spans'>, end: number): TokenRange[] {
  const starts = [tokens, ...spans.map((span) => span.end)];
  const ends = [...spans.map((span) => span.start), end];
  return starts.map((start, at) => ({ start, end: ends[at] ?? end })).filter((range) => range.end > range.start);
}

interface Missed {
  matched: number;
  spans: FoundSpan[];
  miss: Miss;
}

function missReason(prompt: Prompt, { matched, spans, miss }: Missed): string | null {
  // The last token is computed in any case.
  const [first] = uncovered({ tokens: matched, spans }, prompt.tokens.length - 1);
  if (first === undefined) return null;
  if (miss === 'evicted') return 'evicted';
  if (miss === 'other-layout') return 'model-changed';
  if (first.start >= prompt.lastMessageStart) return 'new';
  if (miss === 'diverged' && first.start === matched && matched >= SAME_TEXT_TOKENS) {
    return `edited-at-token-${matched + 1}`;
  }
  const inPrivateDocument = prompt.documents.some(
    (range) => range !== null && first.start < range.end && scopeAt(prompt, range.start) !== 'library',
  );
  return inPrivateDocument ? 'private' : 'new';
}

function scopeAt(prompt: Prompt, position: number): Scope {
  return prompt.scopes.find((range) => position < range.end)?.scope ?? 'app';
}
