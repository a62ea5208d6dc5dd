// Result files: NAME.json for a full run, NAME.local.json (which this checkout does not track) for any other, and
// NAME.busy.local.json for one on a busy machine: it takes the place of no other result.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile } from './project.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import type { Stamp } from './stamp.ts';

export type StampedResult = BenchResult & Stamp;

/** NAME.json in the folder of results; null in an installed app, which has no place for one. */
export function resultFile({ out }: BenchRequest, name: string): string | null {
  if (out === undefined && !existsSync(projectFile('engine', 'bench'))) return null;
  return join(out ?? projectFile('engine', 'bench', 'results'), `${name}.json`);
}

/** Writes the result file and returns its path; null where there is no place for one. */
export function writeResult(result: StampedResult, request: BenchRequest): string | null {
  const { quick, limit, maxTokens, tokens, model, workloads, methods } = request;
  const isWhole = [limit, maxTokens, tokens, model, workloads, methods, result.isCut].every(
    (each) => each === undefined,
  );
  const suffix = result.isBusy === true ? '.busy.local' : isWhole && !quick ? '' : '.local';
  const file = resultFile(request, `${result.name}${suffix}`);
  if (file === null) return null;
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}

export interface KeptResult {
  file: string;
  result: StampedResult;
}

/** A result of these very weights that lies there from another run: the full one, or else another; null: none does. */
export function readResult(request: BenchRequest, name: string, weights: Stamp['weights']): KeptResult | null {
  for (const each of [name, `${name}.local`]) {
    const file = resultFile(request, each);
    if (file === null || !existsSync(file)) continue;
    const result = JSON.parse(readFileSync(file, 'utf8')) as StampedResult;
    if (result.weights === weights) return { file, result };
  }
  return null;
}
