// Runs the `hearth` command as a real process, for tests.

import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Resolves when the process has ended; `input` is what its stdin holds. */
export function runHearth(args: string[], { input = '' }: { input?: string } = {}): Promise<Ran> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env: { ...process.env, HEARTH_DATA: '', HEARTH_DEBUG: '', HEARTH_LOG: '' },
  });
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (text: Buffer) => (ran.stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (ran.stderr += text.toString()));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ran, code }));
  });
}

/** The JSON object on the last line of stdout. */
export function lastJson(ran: Ran) {
  return JSON.parse(ran.stdout.trimEnd().split('\n').at(-1) ?? '');
}
