// The starter benchmark's world against the lists that the model is trained on: words, names and wordings are others.
// The numbers are of the recipe beside the model; a recipe that grows into this world makes the benchmark too easy.

import { expect, test } from 'vitest';
import { normalised, readTrainingLists } from './starter-training-lists.ts';
import { STARTER_FILLERS, STARTER_KINDS, STARTER_SYSTEM_TEXTS, STARTER_TITLES, THROUGH } from './starter-world.ts';
import { FACT_KINDS } from './workloads-world.ts';
import type { FactKind } from './workloads-world.ts';

const lists = readTrainingLists();
/** Of about 130 wordings and 160 names. */
const FEW = 4;

function coinciding(wordings: readonly string[], known = lists.wordings): string[] {
  return wordings.filter((wording) => known.has(normalised(wording)));
}

function wordingsOf(kinds: readonly FactKind[]): string[] {
  return kinds.flatMap(({ says, asks, short, denied }) => [...says, ...asks, short, denied]);
}

/** Names, things and places: whatever is not a number, a date, a time or a day of the week. */
function namesOf(kinds: readonly FactKind[]): string[] {
  const all = kinds.flatMap(({ keys, values }) => [...keys, ...values]);
  return [...new Set(all)].filter((name) => !/#|\d|day$/.test(name));
}

function isKnown(name: string): boolean {
  const bare = name
    .toLowerCase()
    .replace(/^(?:(?:in|on|under|behind|beside|above|inside|next to) the|dr\.|nurse|mrs?\.) /, '');
  return bare.split(/[^\p{L}]+/u).every((word) => lists.words.has(word));
}

test('the lists are read: the world of the ladder, which has them in mind, coincides in most of its wordings', () => {
  expect(lists.wordings.size).toBeGreaterThan(1000);
  const wordings = wordingsOf(FACT_KINDS);
  expect(coinciding(wordings).length).toBeGreaterThan(wordings.length / 2);
  expect(namesOf(FACT_KINDS).filter(isKnown).length).toBeGreaterThan(20);
});

test('of the wordings of facts and questions few are those of training, and few those it holds out', () => {
  const wordings = [...wordingsOf(STARTER_KINDS), ...Object.values(THROUGH).flat()];
  expect(wordings.length).toBeGreaterThan(120);
  expect(coinciding(wordings).length, coinciding(wordings).join(' | ')).toBeLessThanOrEqual(FEW);
  expect(coinciding(wordings, lists.heldOut).length).toBeLessThanOrEqual(FEW);
});

test('of the names, things, places and foods few are made of words that training has', () => {
  const names = namesOf(STARTER_KINDS);
  expect(names.length).toBeGreaterThan(150);
  expect(names.filter(isKnown).length, names.filter(isKnown).join(' | ')).toBeLessThanOrEqual(FEW);
});

test('titles, headings and sentences between the facts are other ones as well', () => {
  const headings = STARTER_KINDS.flatMap(({ heading, columns }) => [heading, columns.join(' ')]);
  const texts = [...headings, ...STARTER_TITLES, ...STARTER_FILLERS, ...STARTER_SYSTEM_TEXTS];
  expect(coinciding(texts)).toEqual([]);
});

test('a wording is compared without case, signs, articles and the name of its value', () => {
  expect(normalised('The code of the {k} is {v}.')).toBe(normalised('the code of {k} is {code}'));
  expect(normalised('Ask {v} about the {k}')).not.toBe(normalised('Ask {v} for the {k}'));
});
