// The one line on a turn: what was reused, how sure the answer is, how fast it went.

import { expect, test } from 'vitest';
import type { TurnReport } from '../contract/chat.ts';
import { reuseSummary } from './reuse-summary.ts';

const report: TurnReport = {
  policy: 'hearth',
  quality: 'balanced',
  model: 'starter',
  state: 'exact',
  healed: false,
  kvPrecision: 'lossless',
  promptTokens: 812,
  tokens: { exactPrefix: 640, ownAnswer: 96, moved: 0, edited: 0, similar: 0, fresh: 76 },
  recomputed: 0,
  spans: [],
  repairedTokens: 0,
  kvBytes: 0,
  verification: null,
  draft: { proposed: 0, accepted: 0 },
  tokenLayers: 0.14,
  ttftMs: 41.2,
  prefillMs: 38,
  time: { queueMs: 0, encodeMs: 1, matchMs: 1, loadMs: 1, prefillMs: 38, sampleMs: 0 },
  decodeTokensPerSecond: 88.13,
  outputTokens: 19,
  savedMs: 260.4,
  sharedFrom: { private: 96, library: 640, app: 0 },
  missReason: null,
  stopReason: 'end',
};
const approximate: TurnReport = {
  ...report,
  state: 'approximate',
  tokens: { exactPrefix: 500, ownAnswer: 0, moved: 120, edited: 80, similar: 36, fresh: 76 },
  recomputed: 40,
};
const said = (changes: Partial<TurnReport>) => reuseSummary({ ...approximate, ...changes });

test('an exact turn says what was reused and how fast it went', () => {
  expect(reuseSummary(report)).toBe(
    'Reused 736 of 812 tokens (96 private, 640 library); first token after 41 ms; about 260 ms saved; 88.1 tokens/s.',
  );
});

test('a turn that reused nothing says why', () => {
  const tokens = { exactPrefix: 0, ownAnswer: 0, moved: 0, edited: 0, similar: 0, fresh: 812 };
  const nothing = { ...report, tokens, sharedFrom: { private: 0, library: 0, app: 0 } };
  expect(reuseSummary({ ...nothing, missReason: 'too-short' })).toMatch(
    /^Reused 0 of 812 tokens; the rest is too short to be worth reusing; first token after 41 ms; 88/,
  );
  expect(reuseSummary({ ...nothing, missReason: 'edited-at-token-641' })).toContain('; edited at token 641; ');
  expect(reuseSummary(null)).toBe('The answer has no report.');
});

test('an approximate turn names what was not exactly its own, and what was computed again', () => {
  expect(said({})).toMatch(/\); 120 moved, 80 edited, 36 similar; 40 of them recomputed; approximate; first token/);
  const moved = { ...approximate.tokens, edited: 0, similar: 0 };
  expect(said({ tokens: moved, recomputed: 0, repairedTokens: 14, kvPrecision: 'int8' })).toMatch(
    /\); 120 moved; 14 more while answering; kept as int8; approximate; first token/,
  );
});

test('what a check found is said, and that rows were healed since', () => {
  expect(said({ healed: true })).toContain('; approximate, healed to exact since; ');
  expect(said({ verification: { checkedTokens: 19, correction: null } })).toContain('; verified; ');
  const correction = { at: 5, removed: '50 mg.' };
  expect(said({ healed: true, verification: { checkedTokens: 19, correction } })).toContain(
    '; verified and corrected; ',
  );
});
