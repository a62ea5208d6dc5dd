// What a command prints: lines for a person, or one JSON object on the last line of stdout.

import { AnswerView } from './answer-view.ts';
import type { CommonOptions } from './with-engine.ts';

/** Prints the result on stdout: the object with --json, the lines otherwise. */
export function printResult(options: CommonOptions, result: object, lines: string[]): void {
  const text = options.json === true ? JSON.stringify(result) : lines.join('\n');
  if (text.length > 0) process.stdout.write(`${text}\n`);
}

/** Shows an answer on stdout. A terminal gets no control characters: it would obey them. */
export function answerOnStdout(): AnswerView {
  const terminal = process.stdout.isTTY;
  const write = (text: string) => {
    process.stdout.write(terminal ? text.replaceAll(/[^\P{Cc}\n\t]/gu, '') : text);
  };
  return new AnswerView(write, { terminal });
}

/** Columns padded to their widest cell; no line ends in spaces. */
export function table(rows: string[][]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Decimal units, three digits: 131072 is "131 kB". */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${units[unit]}`;
}

export function formatTime(msSinceEpoch: number): string {
  return new Date(msSinceEpoch).toISOString().slice(0, 16).replace('T', ' ');
}
