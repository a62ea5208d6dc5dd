// What the reuse bar says, sentence by sentence.

import { describe, expect, it } from 'vitest';
import { headline, quoted, reuseBarWords, textEquivalent, timesSooner, whyMissed } from './reuse-words.ts';
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

  it('leaves out what there is nothing to say about', () => {
    expect(textEquivalent(testReport(ALL_NEW))).toBe('812 tokens: 812 new');
  });
});

describe('why more was not reused', () => {
  it('says nothing where only a new question stood behind remembered text', () => {
    expect(whyMissed(testReport({ missReason: 'new' }))).toBeNull();
    expect(whyMissed(testReport())).toBeNull();
  });

  it('names the token at which a text was edited', () => {
    expect(whyMissed(testReport({ missReason: 'edited-at-token-1641' }))?.reason).toContain('from token 1,641 on');
  });

  it('leads to the one place that would help', () => {
    expect(whyMissed(testReport({ missReason: 'evicted' }))?.action).toBe('settings');
    expect(whyMissed(testReport({ missReason: 'private' }))?.action).toBe('library');
    expect(whyMissed(testReport({ missReason: 'damaged' }))?.action).toBe('cache');
  });

  it('says nothing about a reason this page does not know', () => {
    expect(whyMissed(testReport({ missReason: 'moon-phase' }))).toBeNull();
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
