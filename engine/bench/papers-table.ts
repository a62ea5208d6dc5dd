// Markdown tables and sections of figures. Pure.

export type Column<Row> = [head: string, value: (row: Row) => string];

export function section(title: string, lines: readonly string[]): string[] {
  return [`## ${title}`, '', ...lines, ''];
}

/** The first column stands left, all others right. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = [columns.map(([head]) => head), ...rows.map((row) => columns.map(([, value]) => value(row)))];
  const widths = columns.map((_, at) => Math.max(3, ...cells.map((line) => line[at]!.length)));
  const pad = (line: readonly string[]) =>
    `| ${line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const [head, ...body] = cells.map(pad);
  return [head!, rule, ...body];
}

export function named(method: string, ratio: number | null): string {
  return ratio === null ? method : `${method} ${percent(ratio, 0)}`;
}

export function percent(value: number | null, digits = 1): string {
  return value === null ? '-' : `${(100 * value).toFixed(digits)} %`;
}

export function times(value: number | null): string {
  return value === null ? '-' : `${value.toFixed(2)}x`;
}
