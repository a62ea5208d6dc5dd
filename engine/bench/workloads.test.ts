// The quality workloads are the same for the same seed, their right answers stand in the text that is asked about, and
// what is said to have changed has changed and nothing else.

import { expect, test } from 'vitest';
import { verdictOn } from './task-score.ts';
import { qualityCase, WORKLOADS } from './workloads.ts';
import type { QualityCase, WorkloadName } from './workloads.ts';

function cases(workload: WorkloadName): QualityCase[] {
  return Array.from({ length: 20 }, (_, index) => qualityCase(workload, index, 1));
}

function lines(documents: readonly string[]): string[] {
  return documents.join('\n\n').split('\n');
}

/** Lines of `now` that are not in `before`. */
function newLines({ donors, probe }: QualityCase): string[] {
  const before = lines(donors[0]!.documents);
  return lines(probe.documents).filter((line) => !before.includes(line));
}

test('the same seed draws the same cases; another number or another seed draws others', () => {
  for (const workload of WORKLOADS) {
    expect(qualityCase(workload, 3, 1)).toEqual(qualityCase(workload, 3, 1));
    expect(qualityCase(workload, 3, 1)).not.toEqual(qualityCase(workload, 4, 1));
    expect(qualityCase(workload, 3, 1).probe).not.toEqual(qualityCase(workload, 3, 2).probe);
  }
});

test.each(WORKLOADS)('%s: the right answer stands in the text, and no wrong one is taken for it', (workload) => {
  for (const each of cases(workload)) {
    const { right, old, others, probe } = each;
    expect(probe.documents.join('\n')).toContain(right);
    expect(others).not.toContain(right);
    expect(old).not.toBe(right);
    expect(verdictOn(`It is ${right}.`, each)).toBe('right');
    if (old !== null) expect(verdictOn(`It is ${old}.`, each)).toBe('old');
    for (const other of others) expect(verdictOn(`It is ${other}.`, each)).toBe('other');
  }
});

test('every fact that is asked for has rivals of its kind', () => {
  for (const workload of WORKLOADS) {
    for (const { others, old } of cases(workload)) expect(others.length + Number(old !== null)).toBeGreaterThan(0);
  }
});

test('moved text is the same text behind another system text; swapped documents are the same in another order', () => {
  for (const { donors, probe } of cases('moved')) {
    expect(probe.documents).toEqual(donors[0]!.documents);
    expect(probe.system).not.toBe(donors[0]!.system);
  }
  for (const { donors, compiled, probe } of cases('moved-compiled')) {
    expect(donors).toEqual([]);
    expect(compiled).toEqual(probe.documents);
  }
  for (const { donors, probe } of cases('swapped')) {
    expect(probe.documents).toEqual(donors[0]!.documents.toReversed());
    expect(probe.system).toBe(donors[0]!.system);
  }
});

test('an edit touches one line, or the two lines that exchange their names', () => {
  const edits = { inserted: [1], 'number-changed': [1], negated: [1], 'name-changed': [1, 2] } as const;
  for (const [workload, counts] of Object.entries(edits)) {
    for (const each of cases(workload as WorkloadName)) {
      expect(counts).toContain(newLines(each).length);
      expect(each.probe.system).toBe(each.donors[0]!.system);
    }
  }
});

test('the old value of an edited text stands in what the donor read', () => {
  for (const workload of ['number-changed', 'name-changed', 'negated'] as const) {
    for (const { old, donors } of cases(workload)) expect(donors[0]!.documents[0]).toContain(old);
  }
});

test('a follow-up goes on in the chat of the donor; a paraphrase asks for the same in other words', () => {
  for (const { donors, probe } of cases('follow-up')) {
    expect(probe).toMatchObject({ system: donors[0]!.system, documents: donors[0]!.documents });
    expect(probe.questions.slice(0, -1)).toEqual(donors[0]!.questions);
  }
  for (const { donors, probe } of cases('paraphrased')) expect(probe.questions).not.toEqual(donors[0]!.questions);
});

test('a similar document says the same in other words; a trap says other things', () => {
  for (const each of cases('similar-same')) {
    expect(each.old).toBeNull();
    expect(newLines(each).length).toBeGreaterThan(3);
  }
  expect(cases('similar-other').filter(({ old }) => old !== null).length).toBeGreaterThan(8);
});
