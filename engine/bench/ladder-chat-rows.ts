// Adds up verified answers in chats: how many were those of `off`, and what checking them had to correct. Pure.

import type { TurnReport } from '../contract/chat.ts';
import type { WorkloadName } from './workloads.ts';

export interface ChatOutcome {
  caseId: string;
  workload: WorkloadName;
  /** The saved answers of `off` and of the verified turn. */
  expected: string;
  actual: string;
  /** Of the verified turn; null: the chat was too long for the model. */
  report: TurnReport | null;
}

export interface ChatRow {
  workload: WorkloadName;
  prompts: number;
  identical: number;
  /** Answered from approximate rows at first, and corrected afterwards. */
  approximate: number;
  corrected: number;
  differences: Pick<ChatOutcome, 'caseId' | 'expected' | 'actual'>[];
}

export function chatRows(outcomes: readonly ChatOutcome[]): ChatRow[] {
  const answered = outcomes.filter(({ report }) => report !== null);
  return [...Map.groupBy(answered, ({ workload }) => workload)].map(([workload, own]) => {
    const differences = own.filter(({ expected, actual }) => expected !== actual);
    const verified = own.flatMap(({ report }) => report?.verification ?? []);
    return {
      workload,
      prompts: own.length,
      identical: own.length - differences.length,
      approximate: verified.length,
      corrected: verified.filter(({ correction }) => correction !== null).length,
      differences: differences.map(({ caseId, expected, actual }) => ({ caseId, expected, actual })),
    };
  });
}

/** One line per workload, one for all, and one per difference. */
export function describeChats(rows: readonly ChatRow[]): string[] {
  const sum = (of: (row: ChatRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const all = {
    workload: 'all',
    prompts: sum((row) => row.prompts),
    identical: sum((row) => row.identical),
    approximate: sum((row) => row.approximate),
    corrected: sum((row) => row.corrected),
  };
  const lines = [...rows, all].map(
    ({ workload, prompts, identical, approximate, corrected }) =>
      `${workload}: ${identical} of ${prompts} as off, ${approximate} from approximate rows, ${corrected} corrected`,
  );
  const differences = rows.flatMap((row) => row.differences);
  return [...lines, ...differences.map(({ caseId, expected, actual }) => `${caseId}: "${expected}" / "${actual}"`)];
}
