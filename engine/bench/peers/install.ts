// Installs the peer's packages the first time it is asked for, in a folder that this checkout does not track: nobody
// who does not run this benchmark downloads them, and neither the app nor its tests know of them.

import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile } from '../project.ts';
import { BenchFailure } from '../request.ts';

const PACKAGE_FILES = ['package.json', 'package-lock.json'];
const PROGRAM = 'peer.mjs';
const STAMP = '.installed';

const sourceFile = (name: string) => projectFile('engine', 'bench', 'peers', 'llama-cpp', name);
const installFolder = () => projectFile('.cache', 'peers', 'llama-cpp');

/** The peer's program, if its packages are there in exactly the locked versions; else null. Downloads nothing. */
export function installedPeer(): string | null {
  const folder = installFolder();
  const [lock, stamp] = [sourceFile('package-lock.json'), join(folder, STAMP)];
  if (![lock, stamp].every((file) => existsSync(file))) return null;
  if (readFileSync(stamp, 'utf8') !== readFileSync(lock, 'utf8')) return null;
  copyFileSync(sourceFile(PROGRAM), join(folder, PROGRAM));
  return join(folder, PROGRAM);
}

/** Path of the peer's program, beside its packages. Install scripts are not run: the packages bring what they need. */
export async function installPeer(): Promise<string> {
  const present = installedPeer();
  if (present !== null) return present;
  if (!existsSync(sourceFile(PROGRAM))) {
    throw new BenchFailure('Other engines can be compared from a checkout only, not from the installed app.', {
      usage: false,
    });
  }
  process.stderr.write('peers: installing llama.cpp; this happens once and takes a minute\n');
  const folder = installFolder();
  mkdirSync(folder, { recursive: true });
  for (const name of PACKAGE_FILES) copyFileSync(sourceFile(name), join(folder, name));
  const flags = ['--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'];
  if ((await run('npm', ['ci', ...flags], folder)) !== 0) {
    throw new BenchFailure('llama.cpp could not be installed (see above). Check the network and try again.', {
      usage: false,
    });
  }
  copyFileSync(join(folder, 'package-lock.json'), join(folder, STAMP));
  return installedPeer()!;
}

function run(command: string, args: string[], cwd: string): Promise<number | null> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', resolve);
  });
}
