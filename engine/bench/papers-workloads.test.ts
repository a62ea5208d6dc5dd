// Documents that resemble the earlier one less and less: by as much as is said, and never in what is asked for.

import { expect, test } from 'vitest';
import { CHANGES, LEVELS, similarityCase } from './papers-workloads.ts';
import type { Change } from './papers-workloads.ts';
import { verdictOn } from './task-score.ts';

function lines(text: string): string[] {
  return text.split(/\n|(?<=\.) /).filter((line) => line !== '' && !line.startsWith('#'));
}

function texts(change: Change, level: number, index: number): { before: string; now: string } {
  const { of } = similarityCase({ change, level }, index, 1);
  return { before: of.donors[0]!.documents[0]!, now: of.probe.documents[0]! };
}

test('the same seed draws the same case; at level 0 the document is the same', () => {
  for (const change of CHANGES) {
    const at = { change, level: 0.3 };
    expect(similarityCase(at, 2, 1)).toEqual(similarityCase(at, 2, 1));
    expect(similarityCase(at, 2, 1).of.probe).not.toEqual(similarityCase(at, 3, 1).of.probe);
    const { before, now } = texts(change, 0, 1);
    expect(now).toBe(before);
  }
});

test('what is asked for stands in both documents at every level, and the right answer is taken for right', () => {
  for (const change of CHANGES) {
    for (const level of LEVELS) {
      for (let index = 0; index < 10; index++) {
        const { of } = similarityCase({ change, level }, index, 1);
        const { before, now } = texts(change, level, index);
        for (const text of [before, now]) expect(text).toContain(of.right);
        expect(of.others).not.toContain(of.right);
        expect(verdictOn(`It is ${of.right}.`, of)).toBe('right');
      }
    }
  }
});

test('of deleted sentences as many are gone as the level says, and a higher level deletes more of the same', () => {
  const of = LEVELS.map((level) => lines(texts('deleted', level, 4).now));
  const all = of[0]!.length;
  for (const [at, kept] of of.entries()) {
    expect(Math.abs(kept.length - (1 - LEVELS[at]!) * all)).toBeLessThanOrEqual(all * 0.06);
    for (const line of kept) expect(of[Math.max(0, at - 1)]).toContain(line);
  }
});

test('replaced sentences leave the document as long as it was', () => {
  const { before, now } = texts('replaced', 0.5, 4);
  const kept = lines(now).filter((line) => lines(before).includes(line)).length;
  expect(kept / lines(before).length).toBeGreaterThan(0.35);
  expect(kept / lines(before).length).toBeLessThan(0.65);
  expect(lines(now).length).toBe(lines(before).length);
});
