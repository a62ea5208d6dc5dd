// The figures of scenario `storage`: bytes a token by all files and by block files alone, losses over all tokens.

import { expect, test } from 'vitest';
import { describeStorage, storageRows } from './storage-rows.ts';
import type { StorageMeasured } from './storage-rows.ts';

const totals = (blocks: number, tokens: number, bytes: number) => ({ blocks, tokens, bytes });

const measured: StorageMeasured = {
  precision: 'int8',
  stats: {
    bytesOnDisk: 30_000,
    byScope: { private: totals(0, 0, 0), library: totals(1, 64, 16_000), app: totals(1, 36, 9_000) },
  },
  rawBytesPerToken: 1000,
  isBitEqual: false,
  speed: { encodeMBPerSecond: 123.4, decodeMBPerSecond: 567.8 },
  turns: [
    { reusedTokens: 80, kl: [0, 0.01, 0.05], agreements: 3 },
    { reusedTokens: 90, kl: [0.02], agreements: 0 },
  ],
};
const half: StorageMeasured = { ...measured, precision: 'fp16', stats: { ...measured.stats, bytesOnDisk: 60_000 } };
const [row] = storageRows([measured, half]) as [ReturnType<typeof storageRows>[number]];

test('bytes are those of a token, beside fp32 and fp16', () => {
  expect(row).toMatchObject({ keptTokens: 100, folderBytesPerToken: 300, payloadBytesPerToken: 250 });
  expect(row).toMatchObject({ folderShareOfFp32: 0.3, payloadShareOfFp32: 0.25, folderShareOfFp16: 0.5 });
});

test('losses are over all tokens, answers count as a whole', () => {
  expect(row).toMatchObject({ prompts: 2, reusedTokens: 170, comparedTokens: 4, meanKl: 0.02, maxKl: 0.05 });
  expect(row).toMatchObject({ top1Agreement: 0.75, sameAnswers: 0.5 });
});

test('only lossless rows are asked to be bit-equal', () => {
  expect(row.isBitEqual).toBeNull();
  expect(describeStorage([row])[0]).toContain(
    'int8: 300 bytes a token on disk (0.3 of fp32, 0.5 of fp16, files alone 0.25 of fp32), coded at 123',
  );
});
