// Which lines of reused text the question points at, and in which order.

import { expect, test } from 'vitest';
import { questionLines } from './question-lines.ts';
import { promptOf } from './test-finds.ts';

/** Lines of ten tokens at 0, 10, .. 90; no token stands twice. The question is 100..115. */
function prompt(changes: Record<number, number> = {}) {
  const { tokens } = promptOf(116);
  for (const [at, token] of Object.entries(changes)) tokens[Number(at)] = token;
  return promptOf(116, { tokens, breaks: Int32Array.from({ length: 11 }, (_, line) => line * 10) });
}

const ALL = [{ start: 0, end: 100 }];
const starts = (lines: readonly { start: number }[]) => lines.map(({ start }) => start);

test('lines with a token of the question, and no others', () => {
  expect(questionLines(prompt({ 45: 105, 79: 110 }), ALL)).toEqual([
    { start: 40, end: 50 },
    { start: 70, end: 80 },
  ]);
});

test('nothing shared, nothing reused: no lines', () => {
  expect(questionLines(prompt(), ALL)).toEqual([]);
  expect(questionLines(prompt({ 45: 105 }), [])).toEqual([]);
});

test('the line that shares most comes first', () => {
  expect(starts(questionLines(prompt({ 15: 103, 55: 105, 56: 106, 85: 110, 86: 111, 87: 112 }), ALL))).toEqual([
    80, 50, 10,
  ]);
});

test('a rare token counts more than several common ones', () => {
  const common = { 1: 101, 11: 101, 21: 101, 31: 101, 2: 102, 12: 102, 22: 102, 32: 102 };
  expect(starts(questionLines(prompt({ ...common, 75: 110 }), ALL))).toEqual([70, 0, 10, 20, 30]);
});

test('a token that a line repeats counts once', () => {
  expect(starts(questionLines(prompt({ 11: 101, 12: 101, 13: 101, 45: 105 }), ALL))).toEqual([40, 10]);
});

test('lines are cut at the ends of spans, and what lies between spans is none', () => {
  const shared = prompt({ 22: 101, 26: 102, 35: 103, 36: 104, 48: 105 });
  const spans = [
    { start: 5, end: 25 },
    { start: 45, end: 60 },
  ];
  expect(questionLines(shared, spans)).toEqual([
    { start: 20, end: 25 },
    { start: 45, end: 50 },
  ]);
});

test('a line without a break in it is the whole span', () => {
  expect(questionLines({ ...prompt({ 45: 105 }), breaks: Int32Array.of(0) }, [{ start: 40, end: 90 }])).toEqual([
    { start: 40, end: 90 },
  ]);
});

test('reused text inside the last message is no question', () => {
  const pasted = { ...prompt({ 15: 40, 25: 105 }), lastMessageStart: 30 };
  expect(starts(questionLines(pasted, ALL))).toEqual([20]);
});

test('what stands before the last message is no question, though nothing of it is reused', () => {
  expect(starts(questionLines(prompt({ 15: 85, 25: 105 }), [{ start: 0, end: 60 }]))).toEqual([20]);
});
