// Where in reused text the question may look: lines that share rare tokens with it. Pure, and next to free: no layer of
// the model runs for it. In the benchmarks (see bench/LOG.md) such lines lowered the divergence more than rows that a
// look of the shallow layers or the question's attention had chosen.

import type { Prompt } from '../text/prompt.ts';
import type { TokenRange } from '../types.ts';

/**
 * Paragraphs, list items and records inside `spans` that share tokens with the last message, those first that share
 * most. A token counts by how rare it is in the prompt.
 */
export function questionLines(
  { tokens, breaks, lastMessageStart }: Pick<Prompt, 'tokens' | 'breaks' | 'lastMessageStart'>,
  spans: readonly TokenRange[],
): TokenRange[] {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  const asked = new Set(tokens.subarray(Math.max(spans.at(-1)?.end ?? 0, lastMessageStart)));
  const score = ({ start, end }: TokenRange) => {
    const shared = [...new Set(tokens.subarray(start, end))].filter((token) => asked.has(token));
    return shared.reduce((sum, token) => sum + 1 / counts.get(token)!, 0);
  };
  return spans
    .flatMap((span) => linesOf(span, breaks))
    .map((line) => ({ line, score: score(line) }))
    .filter((scored) => scored.score > 0)
    .toSorted((one, other) => other.score - one.score)
    .map(({ line }) => line);
}

function linesOf({ start, end }: TokenRange, breaks: Int32Array): TokenRange[] {
  const cuts = [start, ...breaks.filter((at) => at > start && at < end), end];
  return cuts.slice(1).map((to, at) => ({ start: cuts[at]!, end: to }));
}
