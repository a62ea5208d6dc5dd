// Policy `off`: everything is computed from the text. The oracle that every other policy is tested against.

import type { Policy } from './policy.ts';

export const off: Policy = {
  name: 'off',
  usesCache: false,
  wants: () => ({ spans: false, similar: false }),
  plan: (prompt, _match, { quality }) => ({
    policy: 'off',
    quality,
    promptTokens: prompt.tokens.length,
    reuse: [],
    reusedTokens: 0,
    missReason: 'policy-off',
    approximate: null,
  }),
};
