// Our own traces are what their script draws, and natural in what decides about reuse: people come back, pages change,
// and private texts stay with one person.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTrace } from './trace-file.ts';
import { makePages, makeTrace, traceFiles } from './trace-make.ts';
import { WORLDS } from './trace-world.ts';

const prefixOf = (name: string) => join(import.meta.dirname, 'traces', name);

describe.each(WORLDS)('$name', (world) => {
  const { documents, turns } = makeTrace(world);

  test('the files that ship are what the script writes', () => {
    for (const [kind, text] of Object.entries(traceFiles(makeTrace(world)))) {
      expect(readFileSync(`${prefixOf(world.name)}.${kind}.jsonl`, 'utf8')).toBe(text);
    }
    expect(readTrace(prefixOf(world.name)).turns).toHaveLength(turns.length);
  });

  test('turns come in the order of time, some of them within seconds', () => {
    const gaps = turns.map((turn, index) => turn.atSeconds - (turns[index - 1]?.atSeconds ?? 0));
    expect(gaps.every((gap) => gap > 0)).toBe(true);
    expect(gaps.filter((gap) => gap < 10).length).toBeGreaterThan(2);
    expect(turns.at(-1)?.atSeconds).toBeGreaterThan(world.days * 20_000);
  });

  test('a private document is attached by one person only, and shared pages have versions', () => {
    const readers = new Map<string, Set<string>>();
    for (const turn of turns) {
      for (const id of turn.documents) readers.set(id, (readers.get(id) ?? new Set()).add(turn.profile));
    }
    for (const { id, scope } of documents) if (scope === 'private') expect(readers.get(id)?.size).toBe(1);
    const edited = documents.find((document) => document.replaces !== undefined);
    const before = documents.find((document) => document.id === edited?.replaces);
    expect(edited?.text).not.toBe(before?.text);
  });
});

test('another seed gives pages of the same form with other values', () => {
  const [one, other] = [makePages(WORLDS[0]!, 1), makePages(WORLDS[0]!, 2)];
  expect(one.map((page) => page.questions.length)).toEqual(other.map((page) => page.questions.length));
  expect(one[0]?.text).not.toBe(other[0]?.text);
  expect(makePages(WORLDS[0]!, 1)).toEqual(one);
});
