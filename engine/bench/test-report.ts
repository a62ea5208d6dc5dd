// The report of a turn as tests of figures need it: nothing reused, unless said otherwise.

import type { TurnReport } from '../contract/chat.ts';

export function turnReport(own: Partial<TurnReport> & { ttftMs: number; promptTokens: number }): TurnReport {
  const { ttftMs, promptTokens } = own;
  return {
    policy: 'off',
    quality: 'exact',
    model: 'tiny',
    state: 'exact',
    healed: false,
    kvPrecision: 'lossless',
    tokens: { exactPrefix: 0, ownAnswer: 0, moved: 0, edited: 0, similar: 0, fresh: promptTokens },
    recomputed: 0,
    spans: [],
    repairedTokens: 0,
    kvBytes: 0,
    verification: null,
    draft: { proposed: 0, accepted: 0 },
    tokenLayers: 1,
    prefillMs: ttftMs,
    time: { queueMs: 0, encodeMs: 0, matchMs: 0, loadMs: 0, prefillMs: ttftMs, sampleMs: 0 },
    decodeTokensPerSecond: null,
    outputTokens: 1,
    savedMs: null,
    sharedFrom: { private: 0, library: 0, app: 0 },
    missReason: null,
    stopReason: 'length',
    ...own,
  };
}
