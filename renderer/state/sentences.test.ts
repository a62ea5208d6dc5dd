// What the screen reader hears of an answer.

import { describe, expect, it } from 'vitest';
import { SentenceCutter } from './sentences.ts';

function cut(text: string, pieceLength: number): string[] {
  const cutter = new SentenceCutter();
  const said: string[] = [];
  for (let at = 0; at < text.length; at += pieceLength) said.push(...cutter.push(text.slice(at, at + pieceLength)));
  return [...said, ...cutter.end()];
}

describe('sentences for the screen reader', () => {
  it('come out whole, however the text is cut into pieces', () => {
    const text = 'The bin goes out on Monday. It costs 3.50 euros! Is that all? Yes';
    const whole = ['The bin goes out on Monday.', 'It costs 3.50 euros!', 'Is that all?', 'Yes'];
    for (const pieceLength of [1, 2, 3, 7, 100]) expect(cut(text, pieceLength)).toEqual(whole);
  });

  it('wait until they are finished', () => {
    const cutter = new SentenceCutter();
    expect(cutter.push('The bin goes')).toEqual([]);
    expect(cutter.push(' out. ')).toEqual([]);
    expect(cutter.push('Then')).toEqual(['The bin goes out.']);
    expect(cutter.end()).toEqual(['Then']);
  });

  it('carry no marks of Markdown, and keep the numbers of a list', () => {
    const text = '## Days\n\n1. **Paper** on `Monday`.\n2. See [the page](https://example.org).\n- [ ] glass\n';
    expect(cut(text, 4)).toEqual(['Days', '1. Paper on Monday.', '2. See the page.', '[ ] glass']);
  });

  it('name code and do not read it out', () => {
    expect(cut('Run this:\n```js\nlet a = 1; // one. two.\n```\nDone.', 5)).toEqual(['Run this:', 'Code.', 'Done.']);
  });

  it('read a table row by row, without its rule', () => {
    expect(cut('| a | b |\n|---|:-:|\n| 1 | 2 |\n', 3)).toEqual(['a b', '1 2']);
  });
});
