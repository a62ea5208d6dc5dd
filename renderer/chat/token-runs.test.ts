// The tokens of a prompt as runs, in words and in chunks.

import { describe, expect, it } from 'vitest';
import type { OriginSpan, PromptToken } from '../../engine/contract/chat.ts';
import { runLabel, tokenChunks, tokenRuns } from './token-runs.ts';

const token = (origin: PromptToken['origin'], text = 'a ', recomputed = false): PromptToken => ({
  text,
  origin,
  recomputed,
});
const many = (length: number, make: (index: number) => PromptToken) =>
  Array.from({ length }, (_, index) => make(index));

const SPANS: OriginSpan[] = [
  { start: 0, end: 2, origin: 'exactPrefix', scope: 'app', recomputed: [] },
  { start: 2, end: 640, origin: 'exactPrefix', scope: 'library', recomputed: [] },
  { start: 640, end: 650, origin: 'moved', scope: 'private', recomputed: [[640, 644]] },
  { start: 650, end: 651, origin: 'fresh', scope: null, recomputed: [] },
];
const TOKENS = [
  ...many(640, () => token('exactPrefix')),
  ...many(10, (index) => token('moved', 'b ', index < 4)),
  token('fresh'),
];

describe('runs of tokens', () => {
  it('begin where origin, scope or recomputing change, and together are the prompt', () => {
    const runs = tokenRuns(TOKENS, SPANS);
    expect(runs.map(({ start, end }) => [start, end])).toEqual([
      [0, 2],
      [2, 640],
      [640, 644],
      [644, 650],
      [650, 651],
    ]);
  });

  it('say in words what they are', () => {
    expect(tokenRuns(TOKENS, SPANS).map(runLabel)).toEqual([
      'tokens 1 to 2: from Hearth’s own text, exact',
      'tokens 3 to 640: from the library, exact',
      'tokens 641 to 644: from your own chats, moved, recomputed',
      'tokens 645 to 650: from your own chats, moved',
      'token 651: new',
    ]);
  });

  it('do without a scope where the report does not tell it', () => {
    expect(tokenRuns(TOKENS, []).map(runLabel)[0]).toBe('tokens 1 to 640: exact');
  });
});

describe('chunks of tokens', () => {
  const texts = (tokens: PromptToken[]) =>
    tokenChunks(tokens, tokenRuns(tokens, [])).map((pieces) =>
      pieces.flatMap(({ start, end }) => tokens.slice(start, end).map(({ text }) => text)).join(''),
    );

  it('end at the end of a line, and give the prompt again when joined', () => {
    const tokens = many(5000, (index) =>
      token(index % 100 < 60 ? 'exactPrefix' : 'fresh', index % 7 === 0 ? '.\n' : `w${index} `),
    );
    const chunks = texts(tokens);
    expect(chunks.join('')).toBe(tokens.map(({ text }) => text).join(''));
    expect(chunks.length).toBeGreaterThan(50);
    expect(chunks.slice(0, -1).every((text) => text.endsWith('\n'))).toBe(true);
  });

  it('stay small where no line ends', () => {
    const chunks = texts(many(2000, () => token('moved', 'x ')));
    expect(Math.max(...chunks.map((text) => text.length / 2))).toBeLessThanOrEqual(320);
  });
});
