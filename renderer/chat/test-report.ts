// A believable report for tests of what the page says about reuse.

import type { TurnReport } from '../../engine/contract/chat.ts';

/** 812 tokens of which 640 were remembered, unless told otherwise. */
export function testReport(change: Partial<TurnReport> = {}): TurnReport {
  return {
    policy: 'exact',
    quality: 'exact',
    model: 'starter',
    state: 'exact',
    healed: false,
    kvPrecision: 'lossless',
    promptTokens: 812,
    tokens: { exactPrefix: 640, ownAnswer: 0, moved: 0, edited: 0, similar: 0, fresh: 172 },
    recomputed: 0,
    spans: [
      { start: 0, end: 64, origin: 'exactPrefix', scope: 'app', recomputed: [] },
      { start: 64, end: 640, origin: 'exactPrefix', scope: 'library', recomputed: [] },
      { start: 640, end: 812, origin: 'fresh', scope: null, recomputed: [] },
    ],
    repairedTokens: 0,
    kvBytes: 0,
    verification: null,
    draft: { proposed: 0, accepted: 0 },
    tokenLayers: 0.21,
    ttftMs: 40,
    prefillMs: 30,
    time: { queueMs: 0, encodeMs: 2, matchMs: 1, loadMs: 6, prefillMs: 30, sampleMs: 1 },
    decodeTokensPerSecond: 88,
    outputTokens: 19,
    savedMs: 320,
    sharedFrom: { private: 0, library: 576, app: 64 },
    missReason: null,
    stopReason: 'end',
    ...change,
  };
}

export const ALL_NEW: Partial<TurnReport> = {
  tokens: { exactPrefix: 0, ownAnswer: 0, moved: 0, edited: 0, similar: 0, fresh: 812 },
  spans: [{ start: 0, end: 812, origin: 'fresh', scope: null, recomputed: [] }],
  sharedFrom: { private: 0, library: 0, app: 0 },
  savedMs: 0,
  missReason: 'new',
};
