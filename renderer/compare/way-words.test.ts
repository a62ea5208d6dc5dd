// The words and figures of a comparison.

import { describe, expect, it } from 'vitest';
import { WAYS } from '../../engine/contract/chat.ts';
import type { Comparison } from '../../engine/contract/chat.ts';
import { testReport } from '../chat/test-report.ts';
import type { WayRow } from '../state/comparison.ts';
import {
  differenceWords,
  memoryWords,
  nothingRemembered,
  sameAnswers,
  sameWords,
  statusWords,
  wayName,
} from './way-words.ts';

const NOTHING = { exactPrefix: 0, ownAnswer: 0, moved: 0, edited: 0, similar: 0, fresh: 0 };

function rowsOf(states: WayRow['state'][]): WayRow[] {
  return states.map((state, index) => ({
    way: index === 0 ? { policy: 'off' } : WAYS[index - 1]!,
    state,
    comparison: state === 'done' ? ({ report: testReport() } as Comparison) : null,
    message: null,
  }));
}

it('every way has a name of its own', () => {
  const names = WAYS.map(wayName);
  expect(names).toEqual(['Exact', 'Hearth, exact', 'Hearth, balanced', 'Hearth, fast', 'KVShare', 'SemShareKV']);
  expect(wayName({ policy: 'off' })).toBe('Off');
});

it('what was remembered is told by where it stood', () => {
  expect(memoryWords({ tokens: { ...NOTHING, exactPrefix: 1640, moved: 96, fresh: 20 } })).toBe(
    '1,640 exact, 96 moved',
  );
  expect(memoryWords({ tokens: { ...NOTHING, fresh: 20 } })).toBeNull();
});

it('a difference is told as far as it can be trusted', () => {
  expect([0, 1e-12, 0.00001, 0.0241, 1.26].map(differenceWords)).toEqual(['0', '0', '<0.001', '0.024', '1.3']);
});

it('equal choices are counted, so that one wrong token of many is seen', () => {
  expect(sameWords({ tokens: 96, top1Agreement: 95 / 96 })).toBe('95 of 96');
});

describe('the status', () => {
  it('says how many are done and which comes now', () => {
    const rows = rowsOf(['done', 'failed', 'running', 'waiting', 'waiting', 'waiting', 'waiting']);
    expect(statusWords({ rows, running: true })).toBe('2 of 7 done. Now Hearth, exact');
  });

  it('says how it ended', () => {
    expect(statusWords({ rows: rowsOf(['done', 'failed']), running: false })).toBe('All 2 ways compared');
    expect(statusWords({ rows: rowsOf(['done', 'left-out']), running: false })).toBe('Stopped after 1 of 2');
  });
});

it('ways that say the same stand together, those with the words of off first', () => {
  const rows = rowsOf(['done', 'done', 'done', 'done', 'waiting']);
  rows.forEach((row, index) => Object.assign(row.comparison ?? {}, { text: index === 2 ? 'At ten.' : 'At nine.' }));
  expect(sameAnswers(rows)).toEqual([
    { text: 'At nine.', names: ['Off', 'Exact', 'Hearth, balanced'] },
    { text: 'At ten.', names: ['Hearth, exact'] },
  ]);
});

it('nothing was remembered only where that holds for every way', () => {
  const rows = rowsOf(['done', 'done', 'done']);
  expect(nothingRemembered(rows)).toBe(false);
  for (const { comparison } of rows) {
    const { report } = comparison!;
    comparison!.report = { ...report, tokens: { ...NOTHING, fresh: report.promptTokens } };
  }
  expect(nothingRemembered(rows)).toBe(true);
  expect(nothingRemembered([...rows, ...rowsOf(['waiting'])])).toBe(false);
});
