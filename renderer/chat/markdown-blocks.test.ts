// Markdown in pieces that settle while the rest still arrives.

import { describe, expect, it } from 'vitest';
import { markdownBlocks } from './markdown-blocks.ts';

const ANSWER = `First words.

## A heading

1. one

2. two

   still two

\`\`\`python
a = 1

b = 2
\`\`\`

| a | b |
|---|---|
| 1 | 2 |

The end.`;

describe('pieces of Markdown', () => {
  it('give the text again when joined', () => {
    expect(markdownBlocks(ANSWER).join('')).toBe(ANSWER);
  });

  it('keep a list with blank lines, a fence with blank lines and a table whole', () => {
    const blocks = markdownBlocks(ANSWER).map((block) => block.trim());
    expect(blocks).toHaveLength(6);
    expect(blocks[2]).toBe('1. one\n\n2. two\n\n   still two');
    expect(blocks[3]).toContain('a = 1\n\nb = 2');
  });

  it('do not change any more once another piece has begun, however the text arrives', () => {
    let before: string[] = [];
    for (let end = 1; end <= ANSWER.length; end++) {
      const blocks = markdownBlocks(ANSWER.slice(0, end));
      const settled = before.slice(0, -1);
      expect(blocks.slice(0, settled.length)).toEqual(settled);
      before = blocks;
    }
  });

  it('a longer fence is not closed by a shorter one inside it', () => {
    const text = '````\n```\n\ninside\n```\n````\n\nafter';
    expect(markdownBlocks(text)).toHaveLength(2);
  });
});
