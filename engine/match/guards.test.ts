// Twins: pairs of texts that differ in one place. What may stand for what is told by the words alone.

import { expect, test } from 'vitest';
import { guardText, mayStandFor, partOf } from './guards.ts';
import { TestWords } from './test-words.ts';

const words = new TestWords();

/** Words of the prompt that may not take their twin's rows, of two texts of equal length. */
function refused(promptText: string, donorText: string): string[] {
  const [tokens, others] = [words.encode(promptText), words.encode(donorText)];
  expect(tokens.length).toBe(others.length);
  const prompt = guardText(tokens, words.textOf, true);
  const donor = guardText(others, words.textOf, true);
  return Array.from(tokens).flatMap((id, at) =>
    mayStandFor(prompt, at, { text: donor, at }) ? [] : [words.textOf(id).trim()],
  );
}

test.each([
  ['digits', 'Take 5 tablets now.', 'Take 50 tablets now.', ['5', 'tablets', 'now', '.']],
  ['number words', 'He owns two cars.', 'He owns nine cars.', ['two', 'cars', '.']],
  ['units', 'Give her 5 mg slowly.', 'Give her 5 ml slowly.', ['mg', 'slowly', '.']],
  ['names', 'Then Anna left.', 'Then Clara left.', ['Anna', 'left', '.']],
  ['names at the beginning', 'Anna left early.', 'Clara left early.', ['Anna', 'left', 'early', '.']],
  ['negations', 'She does not smoke.', 'She does really smoke.', ['not', 'smoke', '.']],
  ['opposites', 'Turn it left there.', 'Turn it right there.', ['left', 'there', '.']],
  ['half of a character', 'See \uFFFD here.', 'See that here.', ['\uFFFD', 'here', '.']],
  ['signs', 'Is it so?', 'Is it so.', ['?']],
])('%s must be equal, and what follows in the sentence was computed with them in mind', (_, text, twin, expected) => {
  expect(refused(text, twin)).toEqual(expected);
  expect(refused(twin, text)).toHaveLength(expected.length);
});

test('the next sentence is free again, after a mark or a line end', () => {
  expect(refused('Take 5 now. Then rest.', 'Take 9 now. Then rest.')).toEqual(['5', 'now', '.']);
  expect(refused('Dose 5\nThen rest', 'Dose 9\nThen rest')).toEqual(['5', '']);
});

test('common words may stand for one another', () => {
  expect(refused('The house looks nice.', 'The home looks pretty.')).toEqual([]);
  expect(refused('This works well.', 'That works well.')).toEqual([]);
});

test('a word does not stand for its opposite', () => {
  expect(refused('The kind gardener sang.', 'The unkind gardener sang.')).toEqual(['kind']);
  expect(refused('The careful gardener sang.', 'The careless gardener sang.')).toEqual(['careful']);
  expect(refused('The endless garden sang.', 'The end garden sang.')).toContain('endless');
});

test('a word that stands in one text only changes all that follows it in the sentence', () => {
  const prompt = guardText(words.encode('She does smoke.'), words.textOf, true);
  const donor = guardText(words.encode('She does not smoke.'), words.textOf, true);
  expect(mayStandFor(prompt, 1, { text: donor, at: 1 })).toBe(true);
  expect(mayStandFor(prompt, 2, { text: donor, at: 3 })).toBe(false);
});

test('names that change places are seen', () => {
  const text = 'Trains from Oslo to Rome run.';
  expect(refused(text, 'Trains from Rome to Oslo run.')).toEqual(['Oslo', 'to', 'Rome', 'run', '.']);
});

test('a word of several tokens is rare: all of it must be equal', () => {
  const pieces = ['hyper', 'tension', 'hypo', ' is', ' bad'];
  const textOf = (id: number): string => pieces[id - 300] ?? '';
  const [prompt, donor] = [
    [300, 301, 303, 304],
    [302, 301, 303, 304],
  ].map((ids) => guardText(Int32Array.from(ids), textOf, true));
  const may = [0, 1, 2].map((at) => mayStandFor(prompt!, at, { text: donor!, at }));
  expect(may).toEqual([false, false, false]);
  expect(prompt!.guards).toEqual(['rare', 'rare', 'contrast', null]);
});

test('tokens of high ids are rare words', () => {
  const textOf = (id: number): string => (id === 9000 ? ' ablation' : id === 9001 ? ' resection' : ' the');
  const texts = [9000, 9001].map((id) => guardText(Int32Array.from([300, id]), textOf, true));
  expect(mayStandFor(texts[0]!, 1, { text: texts[1]!, at: 1 })).toBe(false);
});

test('signs that belong to a number are part of it', () => {
  expect(refused('It was -5 there.', 'It was +5 there.')).toEqual(['-', '5', 'there', '.']);
  expect(refused('About 7% of all.', 'About 7$ of all.')).toContain('of');
});

test('where a text begins inside of a sentence nothing may be used up to the next one', () => {
  const tokens = words.encode('not smoke. He drinks.');
  const donor = guardText(tokens, words.textOf, false);
  const prompt = guardText(tokens, words.textOf, true);
  const may = Array.from(tokens, (_, at) => mayStandFor(prompt, at, { text: donor, at }));
  expect(may).toEqual([false, false, false, true, true, true]);
});

test('a part of a text keeps what is known from all of it', () => {
  const whole = guardText(words.encode('Not this one. All is well.'), words.textOf, true);
  const part = partOf(whole, { start: 2, end: 6 });
  expect(words.decode(part.tokens)).toBe(' one. All is');
  expect([...part.states]).toEqual([...whole.states].slice(2, 6));
});
