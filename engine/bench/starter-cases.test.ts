// The questions of benchmark `starter`: the same for the same seed, with rivals for every value, and with changes that
// change what they say.

import { expect, test } from 'vitest';
import { casesOf } from './starter-cases.ts';
import type { StarterCase, StarterGroup } from './starter-draw.ts';
import { libraryCases } from './starter-library.ts';
import { LEAST_FACTS_OF_A_KIND } from './starter-make.ts';
import { outcomeOf } from './starter-rows.ts';

const countTokens = (text: string) => Math.ceil(text.length / 3);
const source = { seed: 1, countTokens, longest: 1800 };
const GROUPS = ['length', 'moved', 'edit', 'wording', 'two-hop', 'unanswerable', 'chat'] as const;

function cases(group: Exclude<StarterGroup, 'library'>): StarterCase[] {
  return casesOf(group, 20, source);
}

function textOf({ documents }: StarterCase): string {
  return documents.join('\n\n');
}

/** Pairs of what was asked before a change and after it. */
function pairs(group: 'edit' | 'moved' | 'wording'): [before: StarterCase, after: StarterCase][] {
  const all = cases(group);
  const changed = all.filter(({ baseId }) => baseId !== null);
  return changed.map((after) => [all.find(({ id }) => id === after.baseId)!, after]);
}

function linesOf(of: StarterCase): string[] {
  return textOf(of).split(/\n|(?<=\.) /);
}

test('the same source gives the same cases; another seed gives others', () => {
  for (const group of GROUPS) {
    expect(cases(group)).toEqual(cases(group));
    expect(casesOf(group, 20, { ...source, seed: 2 })).not.toEqual(cases(group));
  }
});

test.each(GROUPS)('%s: a value stands in the text, its rivals beside it, and an answer with it is right', (group) => {
  for (const each of cases(group)) {
    for (const turn of each.turns) {
      if (turn.isUnanswerable) continue;
      expect(textOf(each).toLowerCase()).toContain(turn.right.toLowerCase());
      expect(turn.others.length + Number(turn.old !== null)).toBeGreaterThanOrEqual(LEAST_FACTS_OF_A_KIND - 1);
      expect(outcomeOf(each, turn, { answer: `It is ${turn.right}.`, promptTokens: 1 }).verdict).toBe('right');
      for (const other of turn.others) {
        expect(outcomeOf(each, turn, { answer: `It is ${other}.`, promptTokens: 1 }).verdict).toBe('other');
      }
    }
  }
});

test('pages are as long as wanted, and the longest one fits', () => {
  const lengths = Map.groupBy(cases('length'), ({ turns }) => turns[0]!.name);
  expect([...lengths.keys()]).toEqual(['128', '256', '512', '1024', 'longest (1800)']);
  for (const [name, own] of lengths) {
    const wanted = Number(/\d+/.exec(name)![0]);
    const tokens = own.map((each) => countTokens(textOf(each)));
    expect(Math.max(...tokens)).toBeLessThanOrEqual(Math.max(wanted, 220));
    expect(tokens.reduce((sum, count) => sum + count, 0) / tokens.length).toBeGreaterThan(wanted * 0.75);
  }
  expect(casesOf('length', 1, { ...source, longest: 400 }).map(({ turns }) => turns[0]!.name)).toHaveLength(3);
});

test('a moved page is the same page behind another system text or another page without an answer', () => {
  for (const [before, after] of pairs('moved')) {
    expect(after.documents.at(-1)).toBe(before.documents[0]);
    expect(after.system !== null || after.documents.length === 2).toBe(true);
    expect({ ...after.turns[0], name: '' }).toEqual({ ...before.turns[0], name: '' });
  }
});

test('an edit changes few lines; the new value is asked for and the old one is known', () => {
  for (const [before, after] of pairs('edit')) {
    const [turn] = after.turns;
    const isInsertion = turn!.name === 'insertion';
    expect(turn!.old).toBe(isInsertion ? null : before.turns[0]!.right);
    expect(turn!.question).toBe(before.turns[0]!.question);
    const known = new Set(linesOf(before));
    const added = linesOf(after).filter((line) => !known.has(line));
    expect(added.length).toBeGreaterThan(0);
    expect(added.length).toBeLessThanOrEqual(3);
  }
});

test('a question in other words asks for the same', () => {
  for (const [before, after] of pairs('wording')) {
    expect(after.turns[0]!.question).not.toBe(before.turns[0]!.question);
    expect(after.turns[0]!.right).toBe(before.turns[0]!.right);
  }
});

test('two facts are needed: the question does not name the key of the second one', () => {
  for (const { turns } of cases('two-hop')) {
    expect(turns[0]!.question).not.toContain(turns[0]!.key);
  }
});

test('what cannot be answered is not in the text', () => {
  for (const each of cases('unanswerable')) {
    const [turn] = each.turns;
    if (turn!.name === 'unknown kind') expect(turn!.others).toEqual([]);
    else expect(turn!.others.length).toBeGreaterThanOrEqual(LEAST_FACTS_OF_A_KIND - 1);
  }
});

test('a chat asks for three facts of a kind', () => {
  for (const { turns } of cases('chat')) {
    expect(turns.map(({ name }) => name)).toEqual(['turn 1', 'turn 2', 'turn 3']);
    expect(new Set(turns.map(({ key }) => key)).size).toBe(3);
  }
});

test('every suggested question of the sample documents has its answer in the document', () => {
  const all = libraryCases();
  expect(all.filter(({ turns }) => turns[0]!.name.startsWith('suggested'))).toHaveLength(9);
  for (const each of all) {
    const [turn] = each.turns;
    for (const value of [turn!.right, ...turn!.others]) {
      for (const word of value.split(' ')) expect(textOf(each)).toContain(word);
    }
  }
});
