// Where paragraphs and lines begin, for tokens of any shape.

import { expect, test } from 'vitest';
import { TokenMarks } from './text-marks.ts';

/** One token for each piece; what stands in angle brackets belongs to the template. */
function marksOf(pieces: string[], starts: number[] = []) {
  const marks = new TokenMarks({
    textOf: (id) => pieces[id] ?? '',
    isSpecial: (id) => pieces[id]?.startsWith('<') === true,
  });
  const { sections, breaks } = marks.of(Int32Array.from(pieces.keys()), starts);
  return { sections: [...sections], breaks: [...breaks] };
}

test('a text begins at the start, at each token of the template, and where it is said to', () => {
  const pieces = ['<system>', 'Be', ' kind.', '<end>', '<user>', 'Hello', '<end>'];
  expect(marksOf(pieces, [5, 2, 99])).toEqual({ sections: [0, 2, 3, 4, 5, 6], breaks: [0, 2, 3, 4, 5, 6] });
});

test('a paragraph begins after an empty line, whatever its first letter is and however tokens are cut', () => {
  expect(marksOf(['One', '.\n\n', 'two', '\n', '\n', 'three', '\n \n', ' four']).breaks).toEqual([0, 2, 5, 7]);
});

test('items, records and table rows begin after one line end; wrapped prose goes on', () => {
  expect(marksOf(['Buy', ':', '\n', '-', ' milk', '\n-', ' tea', '\n', '3', ' eggs', '\n', '|', ' x']).breaks).toEqual([
    0, 3, 5, 8, 11,
  ]);
  expect(marksOf(['The', ' long', ' line', '\n', 'goes', ' on', '\n', 'É', 'tude']).breaks).toEqual([0, 7]);
});
