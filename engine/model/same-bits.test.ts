// Rows that others may go on from are the same, bit by bit, however a prompt was cut into runs.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../sample/random.ts';
import { makeTinyModel } from '../testing/tiny-model.ts';
import { Model } from './forward.ts';
import { importModel } from './import/import-model.ts';
import type { KvRows } from '../types.ts';

const ROWS = 300;
const ids = Int32Array.from({ length: ROWS }, (_, index) => 20 + ((index * 37) % 400));
const folder = mkdtempSync(join(tmpdir(), 'hearth-bits-'));
let model: Model;

beforeAll(async () => {
  await makeTinyModel(join(folder, 'source'), { seed: 1 });
  await importModel({ source: join(folder, 'source'), target: join(folder, 'model') });
  model = await Model.open(join(folder, 'model'), { threads: 2 });
});
afterAll(async () => {
  await model.close();
  rmSync(folder, { recursive: true });
});

/** Rows and last logits of a prompt that is computed in runs of these lengths, over and over. */
async function computed(lengths: readonly number[], sameBits: boolean): Promise<KvRows & { logits: Float32Array }> {
  const kv = model.newKvBuffer();
  let logits: Float32Array = new Float32Array();
  for (let start = 0, run = 0; start < ROWS; run++) {
    const end = Math.min(ROWS, start + lengths[run % lengths.length]!);
    logits = (await model.forward(kv, ids.subarray(start, end), { logits: 'last', sameBits })).logits!;
    start = end;
  }
  return { ...kv.exportRows(0, ROWS), logits };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

test('one run and many runs give the same bits', async () => {
  const whole = await computed([ROWS], true);
  const random = seededRandom(3);
  // A single row is another matter: the runtime multiplies it by another routine.
  const cuts = [[32], [7, 64], [150], Array.from({ length: 20 }, () => 2 + Math.floor(random() * 90))];
  for (const lengths of cuts) {
    const cut = await computed(lengths, true);
    for (const plane of ['k', 'v', 'logits'] as const) {
      expect(Buffer.compare(bytesOf(cut[plane]), bytesOf(whole[plane]))).toBe(0);
    }
  }
});

test('without that wish they agree up to rounding', async () => {
  const whole = await computed([ROWS], true);
  const other = await computed([1], false);
  const greatest = Math.max(...whole.logits.map((value, index) => Math.abs(value - other.logits[index]!)));
  expect(greatest).toBeLessThan(1e-4);
});
