// Fetches the Electron runtime once, through electron's own installer in a child process, and watches that bytes come.
// Plain JavaScript, started by run.mjs. It never loads the electron package itself.

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const STALLED_AFTER_MS = 10_000;
const LOOK_EVERY_MS = 500;

/** Resolves with null when the runtime is there, else with the reason in a few words. `folder` is electron's package. */
export async function fetchElectron(node, folder) {
  const download = mkdtempSync(join(tmpdir(), 'hearth-runtime-'));
  const env = { ...process.env, TMPDIR: download, TMP: download, TEMP: download };
  const child = spawn(node, [join(folder, 'install.js')], { stdio: ['ignore', 'ignore', 'pipe'], env });
  let errors = '';
  child.stderr.on('data', (text) => (errors += text));
  let bytes = 0;
  let movedAt = Date.now();
  let stalled = false;
  const watch = setInterval(() => {
    const now = folderBytes(download) + folderBytes(join(folder, 'dist'));
    if (now > bytes) movedAt = Date.now();
    bytes = now;
    process.stderr.write(`\rFetching the desktop runtime: ${Math.round(bytes / 2 ** 20)} MiB `);
    stalled = Date.now() - movedAt > STALLED_AFTER_MS;
    if (stalled) child.kill('SIGKILL');
  }, LOOK_EVERY_MS);
  const code = await new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (exit) => resolve(exit));
  });
  clearInterval(watch);
  process.stderr.write('\n');
  rmSync(download, { recursive: true, force: true });
  if (code === 0) return null;
  if (stalled) return 'the desktop runtime could not be fetched: nothing came for 10 seconds';
  const reason = errors.split('\n').find((line) => line.trim() !== '') ?? 'the installer failed';
  return `the desktop runtime could not be fetched (${reason
    .trim()
    .replace(/^\w*Error: /, '')
    .slice(0, 120)})`;
}

function folderBytes(folder) {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return entries.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  } catch {
    // The folder, or a file in it, is not there at this moment.
    return 0;
  }
}
