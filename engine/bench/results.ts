// Result files: engine/bench/results/NAME.json for a full run, NAME.local.json (not committed) for a short one.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile } from './project.ts';
import type { BenchResult } from './request.ts';

/** Writes the result where this checkout keeps them; null where there is no checkout (an installed app). */
export function writeResult(result: BenchResult, { full }: { full: boolean }): string | null {
  const folder = projectFile('engine', 'bench', 'results');
  if (!existsSync(folder)) return null;
  const file = join(folder, `${result.name}${full ? '' : '.local'}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}
