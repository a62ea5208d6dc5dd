// Result files: NAME.json for a full run, NAME.local.json (which this checkout does not track) for any other.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile } from './project.ts';
import type { BenchRequest, BenchResult } from './request.ts';

/** Writes the result file and returns its path; null in an installed app, which has no place for one. */
export function writeResult(result: BenchResult, request: BenchRequest): string | null {
  const isCheckout = existsSync(projectFile('engine', 'bench'));
  if (request.out === undefined && !isCheckout) return null;
  const folder = request.out ?? projectFile('engine', 'bench', 'results');
  const { quick, limit, maxTokens, tokens, model } = request;
  const full = !quick && [limit, maxTokens, tokens, model].every((option) => option === undefined);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${result.name}${full ? '' : '.local'}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}
