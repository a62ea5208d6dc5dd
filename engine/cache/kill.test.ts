// SIGKILL at any moment of writing, evicting or deleting leaves a folder that opens clean.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  ANA,
  areRowsOf,
  blockFiles,
  folderBytes,
  openCache,
  spaceOf,
  temporaryFolder,
  tokensFrom,
} from './test-cache.ts';

const QUOTA_BYTES = 2 * 1024 * 1024;
const SCRIPT = join(import.meta.dirname, 'write-until-killed.ts');

async function writeAndKill(path: string, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [SCRIPT, path, String(QUOTA_BYTES)], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  await sleep(afterMs);
  child.kill('SIGKILL');
  await once(child, 'close');
}

test('a process killed while it writes leaves only whole blocks and no other file', async () => {
  using folder = temporaryFolder();
  for (const afterMs of [0, 130, 410, 770]) {
    await writeAndKill(folder.path, afterMs);
    const cache = openCache(folder, { quotaBytes: QUOTA_BYTES });
    expect(cache.stats().bytesOnDisk).toBe(folderBytes(folder));
    expect(folderBytes(folder)).toBeLessThanOrEqual(QUOTA_BYTES);
    // A kill between deleting files and forgetting them leaves rows without files; the start has dropped them.
    expect(cache.stats().blocks).toBe(blockFiles(folder).length);
    expect(await cache.verify()).toMatchObject({ clean: true });
    const space = spaceOf(cache);
    for (let turn = 0; turn < 300; turn++) {
      const tokens = tokensFrom(turn * 10_000, 320);
      for (const ref of space.find(tokens, ['library', ANA]).refs) {
        const rows = space.load(ref);
        expect(rows && areRowsOf(rows, ref, { tokens })).toBe(true);
      }
    }
    cache.close();
  }
  expect(blockFiles(folder).length).toBeGreaterThan(0);
});
