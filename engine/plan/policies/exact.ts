// Policy `exact`: the longest prefix whose keys and values are exactly those of this prompt; the rest is computed.

import type { BlockRef } from '../../cache/block.ts';
import type { Policy } from './policy.ts';

/** Fewer reused tokens are not worth a look into memory or onto the disk. */
const LEAST_REUSED_TOKENS = 4;

export const exact: Policy = {
  name: 'exact',
  usesCache: true,
  plan: (prompt, match) => {
    const promptTokens = prompt.tokens.length;
    // The last token is always computed: its logits begin the answer.
    const usable = Math.min(match?.tokens ?? 0, promptTokens - 1);
    const reusedTokens = usable < LEAST_REUSED_TOKENS ? 0 : usable;
    return {
      policy: 'exact',
      promptTokens,
      reuse: cut(match?.blocks ?? [], reusedTokens),
      reusedTokens,
      missReason: match?.missReason ?? null,
    };
  },
};

function cut(blocks: readonly BlockRef[], end: number): BlockRef[] {
  return blocks
    .filter((block) => block.start < end)
    .map((block) => ({ ...block, count: Math.min(block.count, end - block.start) }));
}
