// What the reuse bar says, sentence by sentence.

import { describe, expect, it } from 'vitest';
import { headline, quoted, reuseBarWords, textEquivalent, timesSooner } from './reuse-words.ts';
import { ALL_NEW, testReport } from './test-report.ts';

describe('the headline of the reuse bar', () => {
  it('says first how many times sooner the answer came', () => {
    expect(headline(testReport())).toBe('Answered 9× sooner');
  });

  it('keeps one decimal where the saving is small', () => {
    expect(headline(testReport({ savedMs: 30, ttftMs: 40 }))).toBe('Answered 1.8× sooner');
  });

  it('counts tokens where the saving was not measured or is only noise', () => {
    expect(headline(testReport({ savedMs: null }))).toBe('640 of 812 tokens from memory');
    expect(headline(testReport({ savedMs: 3, ttftMs: 2 }))).toBe('640 of 812 tokens from memory');
    expect(timesSooner({ savedMs: 25, ttftMs: 4000 })).toBeNull();
  });

  it('says why where nothing was reused', () => {
    expect(headline(testReport(ALL_NEW))).toBe('Read for the first time');
    expect(headline(testReport({ ...ALL_NEW, missReason: 'policy-off' }))).toContain('reuse is off');
  });
});

describe('the text equivalent of the strip', () => {
  it('names every origin that occurs, where it came from and what it saved', () => {
    const tokens = { exactPrefix: 640, ownAnswer: 0, moved: 96, edited: 0, similar: 0, fresh: 76 };
    expect(
      textEquivalent(testReport({ tokens, savedMs: 260, sharedFrom: { private: 96, library: 640, app: 0 } })),
    ).toBe('812 tokens: 640 exact, 96 moved, 76 new; 640 shared with everyone, 96 from your own chats; saved 0.26 s');
  });

  it('tells what was computed again', () => {
    const tokens = { exactPrefix: 640, ownAnswer: 0, moved: 96, edited: 0, similar: 0, fresh: 76 };
    expect(textEquivalent(testReport({ tokens, recomputed: 24 }))).toContain('76 new; 24 of them recomputed;');
  });

  it('leaves out what there is nothing to say about', () => {
    expect(textEquivalent(testReport(ALL_NEW))).toBe('812 tokens: 812 new');
  });
});

it('quotes a question whole where it is short, and ends a long one at a word', () => {
  expect(quoted('When does the\n  paper bin go out?')).toBe('“When does the paper bin go out?”');
  expect(quoted(`Where is ${'the ladder '.repeat(20)}`)).toMatch(/^“Where is (the ladder ){4}the …”$/u);
  expect(quoted('🔥'.repeat(80))).toBe(`“${'🔥'.repeat(60)} …”`);
});

it('does not say the same thing twice in one bar', () => {
  expect(reuseBarWords(testReport(ALL_NEW)).miss).toBeNull();
  expect(reuseBarWords(testReport({ missReason: 'evicted' })).miss).toContain('make room');
});

it('says in which state the answer is, and whether it was checked', () => {
  expect(reuseBarWords(testReport())).toMatchObject({ state: 'exact', verdict: null });
  const healed = testReport({
    state: 'approximate',
    healed: true,
    verification: { checkedTokens: 9, correction: null },
  });
  expect(reuseBarWords(healed)).toMatchObject({ state: 'healed to exact', verdict: 'checked' });
});
