// Runs the `hearth` command as a real process, for tests.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  process: ChildProcess;
  /** Resolves when the process has ended and its output is read. */
  ended: Promise<Ran>;
}

/** Starts the command; its stdin stays open. */
export function startHearth(args: string[]): Running {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env: { ...process.env, HEARTH_DATA: '', HEARTH_DEBUG: '', HEARTH_LOG: '' },
  });
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (text: Buffer) => (ran.stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (ran.stderr += text.toString()));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ran, code }));
  });
  return { process: child, ended };
}

/** Runs the command to its end; `input` is what its stdin holds. */
export function runHearth(args: string[], { input = '' }: { input?: string } = {}): Promise<Ran> {
  const { process: child, ended } = startHearth(args);
  child.stdin?.end(input);
  return ended;
}

/** The JSON object on the last line of stdout. */
export function lastJson(ran: Ran) {
  return JSON.parse(ran.stdout.trimEnd().split('\n').at(-1) ?? '');
}
