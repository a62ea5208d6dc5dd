// What must be computed again behind a change: the rest of its paragraph, list item, record or message. The tokens
// there have taken up the old value, and the question will look for the answer there.

import type { Prompt } from '../text/prompt.ts';
import type { TokenRange } from '../types.ts';

const LEAST_WINDOW_TOKENS = 32;
const MOST_WINDOW_TOKENS = 256;

/** The window at the beginning of a span that stands behind a change in `text`. */
export function windowIn({ breaks }: Prompt, text: TokenRange, span: TokenRange): TokenRange {
  const { start } = span;
  const blockEnd = breaks[firstAbove(breaks, start)] ?? text.end;
  const wanted = Math.min(Math.max(blockEnd, start + LEAST_WINDOW_TOKENS), start + MOST_WINDOW_TOKENS);
  return { start, end: Math.min(wanted, span.end, text.end) };
}

/** Index of the first value above `limit` in an ascending list. */
function firstAbove(values: Int32Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
