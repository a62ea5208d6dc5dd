// Which words of a corrected answer are marked, and what is told to have stood there.

import { describe, expect, it } from 'vitest';
import { changedWords } from './changed-words.ts';

/** The answer with its changes in brackets: [now|before]. */
function shown(before: string, now: string): string {
  let at = 0;
  while (at < before.length && before[at] === now[at]) at += 1;
  let [text, done] = ['', 0];
  for (const { start, end, removed } of changedWords(now, { at, removed: before.slice(at) })) {
    text += `${now.slice(done, start)}[${now.slice(start, end)}|${removed}]`;
    done = end;
  }
  return text + now.slice(done);
}

describe('the changed words of an answer', () => {
  it('are only those that differ, whole where the first wrong letter was inside one', () => {
    expect(shown('Take 5 mg a day.', 'Take 50 mg a day.')).toBe('Take [50|5] mg a day.');
    expect(shown('It opens on Monday at 9.', 'It opens on Tuesday at 8.')).toBe(
      'It opens on [Tuesday|Monday] at [8|9].',
    );
  });

  it('stand together where they changed together', () => {
    expect(shown('Ask the old nurse now.', 'Ask a young doctor now.')).toBe('Ask [a young doctor|the old nurse] now.');
  });

  it('include a neighbour where words were only taken away', () => {
    expect(shown('Take no more than two.', 'Take more than two.')).toBe('Take [more|no more] than two.');
    expect(shown('Take two. Or three.', 'Take two.')).toBe('Take [two.|two. Or three.]');
  });

  it('have nothing before them where words were only added', () => {
    expect(changedWords('Yes, always.', { at: 3, removed: '.' })).toEqual([{ start: 3, end: 11, removed: '' }]);
  });

  it('never overlap, and lie in the answer', () => {
    const now = 'a b c d e f g h'.repeat(20);
    const before = 'a c d x e g y h'.repeat(18);
    let end = 0;
    for (const change of changedWords(now, { at: 0, removed: before })) {
      expect(change.start).toBeGreaterThanOrEqual(end);
      expect(change.end).toBeGreaterThan(change.start);
      ({ end } = change);
    }
    expect(end).toBeLessThanOrEqual(now.length);
  });
});
