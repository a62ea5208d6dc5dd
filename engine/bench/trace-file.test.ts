// A trace is read whole and checked, so that a replay cannot break in the middle for a reason that was there before.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { readTrace } from './trace-file.ts';

const DOCUMENT = { id: 'leaflet', title: 'Leaflet', scope: 'library', text: 'Take it with water.' };
const TURN = {
  turn: 0,
  atSeconds: 3,
  profile: 'nurse',
  chat: 'nurse-0',
  scope: 'library',
  system: 'Be brief.',
  documents: ['leaflet'],
  message: 'How is it taken?',
  kind: 'library-question',
};
const folder = temporaryFolder();

function lines(rows: (object | string)[]): string[] {
  return rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row)));
}

function written(name: string, documents: object[], turns: (object | string)[]): string {
  const prefix = join(folder, name);
  writeFileSync(`${prefix}.documents.jsonl`, `${lines(documents).join('\n')}\n`);
  writeFileSync(`${prefix}.turns.jsonl`, `${lines(turns).join('\n')}\n`);
  return prefix;
}

test('documents are found by their id and turns stay in their order', () => {
  const trace = readTrace(written('good', [DOCUMENT], [TURN, { ...TURN, turn: 1, documents: [] }]));
  expect(trace.documents.get('leaflet')?.text).toBe('Take it with water.');
  expect(trace.turns.map((turn) => turn.turn)).toEqual([0, 1]);
  expect(trace.turns[0]?.atSeconds).toBe(3);
});

test('a malformed line is named with its number', () => {
  expect(() => readTrace(written('broken', [DOCUMENT], [TURN, '{"turn": 1']))).toThrow(
    /Line 2 of .*broken\.turns\.jsonl/,
  );
});

test('a turn that names an unknown document is refused', () => {
  expect(() => readTrace(written('unknown', [], [TURN]))).toThrow(/names a document leaflet that is not defined/);
});
