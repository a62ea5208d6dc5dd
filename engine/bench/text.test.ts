// Benchmark text is the same on every machine, and its questions share nothing that could be reused.

import { expect, test } from 'vitest';
import { documentOfWords, question } from './text.ts';

test('a document has as many words as asked for, the same ones each time, and others for another seed', () => {
  const document = documentOfWords(50, 1);
  expect(document.split(' ')).toHaveLength(50);
  expect(documentOfWords(50, 1)).toBe(document);
  expect(documentOfWords(60, 1).startsWith(document)).toBe(true);
  expect(documentOfWords(50, 2)).not.toBe(document);
});

test('a thousand questions are all different, and the next one begins with another digit', () => {
  const questions = Array.from({ length: 1000 }, (_, index) => question(index));
  expect(new Set(questions).size).toBe(1000);
  for (let index = 1; index < questions.length; index++) {
    expect(questions[index]?.[0]).not.toBe(questions[index - 1]?.[0]);
  }
});
