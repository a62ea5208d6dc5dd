// The arithmetic of benchmark `starter` on made-up answers: what counts as right, as whole, as stale and as a refusal.

import { expect, test } from 'vitest';
import type { StarterCase, StarterTurn } from './starter-draw.ts';
import { logProbability } from './starter-perplexity.ts';
import { describeStarter, outcomeOf, perplexityRow, starterRows } from './starter-rows.ts';
import type { StarterOutcome } from './starter-rows.ts';

const turn: StarterTurn = {
  name: '256',
  kind: 'code',
  question: 'What is the entry code of the annex?',
  key: 'annex',
  right: '4812',
  old: '9071',
  others: ['3355'],
  pattern: /\d{3,6}/g,
  isUnanswerable: false,
};
const of: StarterCase = { id: 'length-0', group: 'length', system: null, documents: [], turns: [turn], baseId: null };

function judged(answer: string, own: Partial<StarterTurn> = {}, from: Partial<StarterCase> = {}): StarterOutcome {
  return outcomeOf({ ...of, ...from }, { ...turn, ...own }, { answer, promptTokens: 300 });
}

test('the value decides; an answer is whole where it names the key as well', () => {
  expect(judged('The code of the annex is 4812.')).toMatchObject({ verdict: 'right', isWhole: true });
  expect(judged('The code of the anex is 4812.')).toMatchObject({ verdict: 'right', isWhole: false });
  expect(judged('The code of the annex is 3355.')).toMatchObject({ verdict: 'other', isWhole: false });
  expect(judged('The code of the annex is 9071.')).toMatchObject({ verdict: 'old' });
});

test('several values are no answer', () => {
  expect(judged('It is 4812 or 3355.').verdict).toBe('other');
  expect(judged('It was 9071 and is 4812.').verdict).toBe('other');
});

test('a refusal is right where there is nothing to find, and a wrong refusal elsewhere', () => {
  const refusal = 'The document does not say.';
  expect(judged(refusal)).toMatchObject({ verdict: 'none', isRefusal: true });
  const nothing = { right: '', old: null, key: null, isUnanswerable: true };
  expect(judged(refusal, nothing)).toMatchObject({ verdict: 'right', isRefusal: true });
  expect(judged('The code of the annex is 3355.', nothing).verdict).toBe('other');
  expect(judged('The code of the annex is 777.', nothing).verdict).toBe('invented');
  expect(judged('It does not say. It is 3355.', nothing).verdict).toBe('other');
  expect(judged('Hello.', nothing)).toMatchObject({ verdict: 'none', isRefusal: false });
});

test('rows are shares of all answers; after a change also of those that were right before it', () => {
  const edit = { group: 'edit' } as const;
  const outcomes = [
    judged('4812', { name: 'number: before', right: '4812', old: null }, { ...edit, id: 'a-0' }),
    judged('5000', { name: 'number', right: '5000', old: '4812' }, { ...edit, id: 'a-1', baseId: 'a-0' }),
    judged('4812', { name: 'number: before', right: '4812', old: null }, { ...edit, id: 'b-0' }),
    judged('4812', { name: 'number', right: '5000', old: '4812' }, { ...edit, id: 'b-1', baseId: 'b-0' }),
    judged('3355', { name: 'number: before', right: '4812', old: null }, { ...edit, id: 'c-0' }),
    judged('5000', { name: 'number', right: '5000', old: '4812' }, { ...edit, id: 'c-1', baseId: 'c-0' }),
    judged('The document does not say.', { name: 'number: before' }, { ...edit, id: 'd-0' }),
    judged('The document does not say.', { name: 'number' }, { ...edit, id: 'd-1', baseId: 'd-0' }),
  ];
  const [before, after] = starterRows(outcomes);
  expect(before).toMatchObject({ name: 'number: before', n: 4, right: 0.5, wrongFact: 0.25, refused: 0.25 });
  expect(before).toMatchObject({ ofRight: null, stale: 0 });
  expect(after).toMatchObject({ name: 'number', n: 4, right: 0.5, wrongFact: 0.25, stale: 0.25, refused: 0.25 });
  expect(after?.ofRight).toEqual({ n: 2, right: 0.5, stale: 0.5 });
});

test('kinds are added up over all lengths but the longest', () => {
  const rows = starterRows([
    judged('4812'),
    judged('3355', { name: '512' }),
    judged('3355', { name: 'longest (1888)' }),
    judged('4812', { kind: 'dose' }),
    judged('3355', { name: 'x' }, { group: 'chat' }),
  ]);
  expect(rows.filter(({ group }) => group === 'kind')).toMatchObject([
    { name: 'code', n: 2, right: 0.5 },
    { name: 'dose', n: 1, right: 1 },
  ]);
});

test('perplexity is of one token, bits are of one byte', () => {
  const row = perplexityRow('chats', [
    { logs: [Math.log(0.5), Math.log(0.25)], text: 'six b.' },
    { logs: [Math.log(0.125)], text: 'ü' },
  ]);
  expect(row).toEqual({ name: 'chats', replies: 2, tokens: 3, perplexity: 4, bitsPerByte: 0.75 });
  expect(logProbability(Float32Array.of(0, Math.log(3), -Infinity), 1)).toBeCloseTo(Math.log(0.75));
  expect(logProbability(Float32Array.of(1000, 1000), 0)).toBeCloseTo(Math.log(0.5));
});

test('a person reads a table, the suggested questions and the perplexity', () => {
  const lines = describeStarter({
    rows: starterRows([judged('4812')]),
    library: [{ question: 'Who?', answer: 'Anna.', right: false }],
    perplexity: [{ name: 'chats', replies: 2, tokens: 3, perplexity: 4, bitsPerByte: 0.75 }],
  });
  expect(lines[1]).toMatch(/^length: 256 +1 +300 +100\.0 +0\.0 +0\.0 +0\.0 +0\.0 +-$/);
  expect(lines).toContain('WRONG  Who?  Anna.');
  expect(lines.at(-1)).toBe('perplexity chats: 4 a token, 0.75 bits a byte (2 replies, 3 tokens)');
});
