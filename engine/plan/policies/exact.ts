// Policy `exact`: the longest prefix whose keys and values are exactly those of this prompt; the rest is computed.

import { clipRefs } from '../ranges.ts';
import type { Policy } from './policy.ts';

/** Fewer reused tokens are not worth a load, and a prefill that begins behind them takes longer than they save. */
const LEAST_REUSED_TOKENS = 16;

export const exact: Policy = {
  name: 'exact',
  usesCache: true,
  wants: () => ({ spans: false, similar: false }),
  plan: (prompt, match, { quality }) => {
    const promptTokens = prompt.tokens.length;
    // The last token is always computed: its logits begin the answer.
    const usable = Math.min(match?.tokens ?? 0, promptTokens - 1);
    const reusedTokens = usable < LEAST_REUSED_TOKENS ? 0 : usable;
    return {
      policy: 'exact',
      quality,
      promptTokens,
      reuse: clipRefs(match?.blocks ?? [], { start: 0, end: reusedTokens }),
      reusedTokens,
      missReason: match?.missReason ?? null,
      approximate: null,
    };
  },
};
