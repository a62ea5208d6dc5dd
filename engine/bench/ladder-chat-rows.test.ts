// Verified answers in chats are counted by workload, and every difference is named.

import { expect, test } from 'vitest';
import { chatRows, describeChats } from './ladder-chat-rows.ts';
import type { ChatOutcome } from './ladder-chat-rows.ts';
import { turnReport } from './test-report.ts';

const report = turnReport({ ttftMs: 10, promptTokens: 100 });
const right = { checkedTokens: 5, correction: null };
const outcome: ChatOutcome = { caseId: 'moved-0', workload: 'moved', expected: 'a', actual: 'a', report };

test('what was answered from exact rows, from approximate ones, corrected, and differently', () => {
  const rows = chatRows([
    outcome,
    { ...outcome, report: { ...report, verification: right } },
    { ...outcome, report: { ...report, verification: { ...right, correction: { at: 3, removed: 'x' } } } },
    { ...outcome, caseId: 'moved-3', actual: 'b', report: { ...report, verification: right } },
    { ...outcome, workload: 'swapped', report: null },
  ]);
  const differences = [{ caseId: 'moved-3', expected: 'a', actual: 'b' }];
  expect(rows).toEqual([{ workload: 'moved', prompts: 4, identical: 3, approximate: 3, corrected: 1, differences }]);
  expect(describeChats(rows)).toEqual([
    'moved: 3 of 4 as off, 3 from approximate rows, 1 corrected',
    'all: 3 of 4 as off, 3 from approximate rows, 1 corrected',
    'moved-3: "a" / "b"',
  ]);
});
