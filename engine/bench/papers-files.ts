// Writes plots and the page that shows them beside a result file, into a folder of its name.

import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** NAME/README.md and NAME/PLOT.svg beside NAME.json; beside NAME.local.json they lie in the folder NAME.local. */
export function writePage(
  resultFile: string,
  plots: Readonly<Record<string, string>>,
  page: (plotFiles: readonly string[]) => string,
): void {
  const name = basename(resultFile, '.json');
  const folder = join(dirname(resultFile), name);
  mkdirSync(folder, { recursive: true });
  for (const [plot, svg] of Object.entries(plots)) writeFileSync(join(folder, `${plot}.svg`), svg);
  const files = Object.keys(plots).map((plot) => `${plot}.svg`);
  writeFileSync(join(folder, 'README.md'), page(files));
}
