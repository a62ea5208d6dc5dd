// Differential editing: the operations turn the one text into the other, and copy all that the two have in order.

import { expect, test } from 'vitest';
import { seededRandom } from '../sample/random.ts';
import { editsBetween } from './kvshare-edits.ts';

test('equal tokens are copied, replaced and inserted ones leave places, others are deleted', () => {
  const edits = editsBetween([1, 2, 3, 4, 5, 6, 7], [1, 2, 9, 4, 5, 8, 6]);
  expect(edits).toEqual([
    { kind: 'copy', start: 0, donorStart: 0, count: 2 },
    { kind: 'delete', donorStart: 2, count: 1 },
    { kind: 'placeholder', start: 2, count: 1 },
    { kind: 'copy', start: 3, donorStart: 3, count: 2 },
    { kind: 'placeholder', start: 5, count: 1 },
    { kind: 'copy', start: 6, donorStart: 5, count: 1 },
    { kind: 'delete', donorStart: 6, count: 1 },
  ]);
});

test('any edits can be carried out: every position is copied from its own token or left to be computed', () => {
  const random = seededRandom(5);
  const below = (limit: number) => Math.floor(random() * limit);
  for (let round = 0; round < 100; round++) {
    const donor = Array.from({ length: 1 + below(200) }, () => below(30));
    const prompt = donor.flatMap((id) => (random() < 0.1 ? [] : random() < 0.1 ? [below(30), id] : [id]));
    const made: (number | null)[] = [];
    let used = 0;
    for (const edit of editsBetween(donor, prompt)!) {
      if (edit.kind !== 'placeholder') expect(edit.donorStart).toBe(used);
      if (edit.kind !== 'placeholder') used += edit.count;
      if (edit.kind === 'delete') continue;
      expect(edit.start).toBe(made.length);
      for (let at = 0; at < edit.count; at++) made.push(edit.kind === 'copy' ? donor[edit.donorStart + at]! : null);
    }
    expect(used).toBe(donor.length);
    expect(made).toHaveLength(prompt.length);
    expect(made.every((id, at) => id === null || id === prompt[at])).toBe(true);
    expect(made.filter((id) => id === null).length).toBeLessThan(0.4 * prompt.length + 5);
  }
});

test('texts with little in common are not compared to the end', () => {
  const text = (from: number) => Array.from({ length: 1000 }, (_, at) => from + at);
  expect(editsBetween(text(0), text(5000))).toBeNull();
});
