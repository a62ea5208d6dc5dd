// A prompt's tokens as runs of one origin, cut into pieces that the browser can lay out apart. Pure.

import type { OriginSpan, PromptToken, TokenOrigin } from '../../engine/contract/chat.ts';
import type { ScopeKind } from '../../engine/contract/cache.ts';
import { count } from '../ui/format.ts';
import { ORIGINS, RECOMPUTED } from './origins.ts';

/** Tokens start..end-1 of the prompt, all from the same place. */
export interface TokenRun {
  start: number;
  end: number;
  origin: TokenOrigin;
  recomputed: boolean;
  /** Whose rows were reused; null for new tokens, and where the report does not say. */
  scope: ScopeKind | null;
}

/** Part of a run that lies in one chunk. */
export interface RunPiece {
  run: TokenRun;
  start: number;
  end: number;
}

const CHUNK_TOKENS = { enough: 48, most: 320 };

export function tokenRuns(tokens: readonly PromptToken[], spans: readonly OriginSpan[]): TokenRun[] {
  const runs: TokenRun[] = [];
  let at = 0;
  for (const [index, { origin, recomputed }] of tokens.entries()) {
    while ((spans[at]?.end ?? Infinity) <= index) at += 1;
    const span = spans[at];
    const scope = span !== undefined && span.start <= index ? span.scope : null;
    const last = runs.at(-1);
    if (last?.origin === origin && last.recomputed === recomputed && last.scope === scope) last.end = index + 1;
    else runs.push({ start: index, end: index + 1, origin, recomputed, scope });
  }
  return runs;
}

/** Chunks end where a line ends, so that cutting there moves no word; a line without an end is cut after all. */
export function tokenChunks(tokens: readonly PromptToken[], runs: readonly TokenRun[]): RunPiece[][] {
  const chunks: RunPiece[][] = [];
  let chunk: RunPiece[] = [];
  let begun = 0;
  for (const run of runs) {
    let start = run.start;
    for (let index = run.start; index < run.end; index++) {
      const length = index + 1 - begun;
      const lineEnds = tokens[index]?.text.endsWith('\n') === true;
      if (!(lineEnds && length >= CHUNK_TOKENS.enough) && length < CHUNK_TOKENS.most) continue;
      chunks.push([...chunk, { run, start, end: index + 1 }]);
      chunk = [];
      begun = start = index + 1;
    }
    if (start < run.end) chunk.push({ run, start, end: run.end });
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

const FROM: Record<ScopeKind, string> = {
  library: 'from the library',
  private: 'from your own chats',
  app: 'from Hearth’s own text',
};
const NAMES = Object.fromEntries(ORIGINS.map(({ key, name }) => [key, name])) as Record<TokenOrigin, string>;

/** "tokens 1 to 640: from the library, exact"; "token 641: new". */
export function runLabel(run: TokenRun): string {
  const one = run.end - run.start === 1;
  const which = one ? `token ${count(run.end)}` : `tokens ${count(run.start + 1)} to ${count(run.end)}`;
  return `${which}: ${runWords(run)}`;
}

/** "from the library, moved, recomputed". */
export function runWords({ origin, recomputed, scope }: Pick<TokenRun, 'origin' | 'recomputed' | 'scope'>): string {
  const from = scope === null || origin === 'fresh' ? null : FROM[scope];
  return [from, NAMES[origin], recomputed ? RECOMPUTED.name : null].filter((word) => word !== null).join(', ');
}
