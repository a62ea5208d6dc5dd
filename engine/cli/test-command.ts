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

/** The JSON of a command that must succeed. */
export async function done(running: Promise<Ran>) {
  const ran = await running;
  if (ran.code !== 0) throw new Error(`it ended with ${ran.code}: ${ran.stderr}`);
  return lastJson(ran);
}

/** What a command said that must fail: one line, and exit code 1. */
export async function failure(running: Promise<Ran>): Promise<string> {
  const { code, stderr } = await running;
  const lines = stderr.trimEnd().split('\n');
  if (code !== 1 || lines.length !== 1) throw new Error(`it ended with ${code} and ${lines.length} lines: ${stderr}`);
  return lines[0] ?? '';
}

/** The JSON object on the last line of stdout. */
export function lastJson(ran: Ran) {
  return JSON.parse(ran.stdout.trimEnd().split('\n').at(-1) ?? '');
}
