// What other programs do counts; what is measured does not, whichever process it runs in.

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { isCalm, Quiet } from './quiet.ts';

const WALL_MS = 200;

/** Keeps this process busy. */
async function busy(): Promise<void> {
  const end = performance.now() + WALL_MS;
  while (performance.now() < end);
}

test('work that a run owns to is not that of others', async () => {
  const quiet = new Quiet({ threads: 1, patienceMs: 0 });
  const ran = await quiet.turn(async () => {
    await busy();
    // More than any machine has: nothing is left for others.
    return { childMs: 1e9, output: 7 };
  });
  expect(ran.output).toBe(7);
  expect(quiet.calm.othersCores).toBe(0);
});

test('work of a process that nobody owns to is that of others', async () => {
  const quiet = new Quiet({ threads: 1, patienceMs: 0 });
  const spin = `const end = Date.now() + ${WALL_MS}; while (Date.now() < end);`;
  await quiet.turn(async () => {
    execFileSync(process.execPath, ['-e', spin]);
    return { childMs: 0 };
  });
  expect(quiet.calm.othersCores).toBeGreaterThan(0);
});

test('on a machine that never has so many idle cores no turn is calm, and none waits for ever', async () => {
  const quiet = new Quiet({ threads: 10_000, patienceMs: 0 });
  await quiet.turn(async () => ({ childMs: 0 }));
  expect(quiet.calm.share).toBe(0);
  expect(isCalm(quiet.calm)).toBe(false);
});

test('figures stand when most turns began on a calm machine and others hardly used it meanwhile', () => {
  expect(isCalm({ share: 0.9, othersCores: 0.1 })).toBe(true);
  expect(isCalm({ share: 0.7, othersCores: 0.1 })).toBe(false);
  expect(isCalm({ share: 1, othersCores: 1.2 })).toBe(false);
});
