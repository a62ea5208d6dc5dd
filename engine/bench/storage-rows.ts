// The rows of scenario `storage`, one per precision: size, speed, and what turns behind such rows lose. Pure.

import type { CacheStats } from '../contract/cache.ts';
import type { KvPrecision } from '../contract/settings.ts';
import { rounded } from './statistics.ts';

/** Bytes of fp32 rows per second. */
export interface CodingSpeed {
  encodeMBPerSecond: number;
  decodeMBPerSecond: number;
}

/** A turn behind a kept prefix, led along the tokens that a full computation takes. */
export interface ComparedTurn {
  reusedTokens: number;
  /** Divergence at each token. */
  kl: number[];
  /** Tokens at which the likeliest one is the same. */
  agreements: number;
}

export interface StorageMeasured {
  precision: KvPrecision;
  stats: Pick<CacheStats, 'bytesOnDisk' | 'byScope'>;
  rawBytesPerToken: number;
  isBitEqual: boolean;
  speed: CodingSpeed;
  turns: ComparedTurn[];
}

export interface StorageRow extends CodingSpeed {
  precision: KvPrecision;
  keptTokens: number;
  /** All files of the cache folder, index included; and the block files alone. */
  folderBytesPerToken: number;
  payloadBytesPerToken: number;
  fp32BytesPerToken: number;
  folderShareOfFp32: number;
  payloadShareOfFp32: number;
  /** Against the folder with the same texts in fp16; null where that was not measured. */
  folderShareOfFp16: number | null;
  /** Whether rows read back are those computed, bit by bit; only lossless ones can be. */
  isBitEqual: boolean | null;
  prompts: number;
  reusedTokens: number;
  comparedTokens: number;
  meanKl: number;
  maxKl: number;
  top1Agreement: number;
  /** Share of the prompts at which every token is the one that a full computation takes. */
  sameAnswers: number;
}

/** In the order given. */
export function storageRows(measured: readonly StorageMeasured[]): StorageRow[] {
  const rows = measured.map(storageRow);
  const half = rows.find(({ precision }) => precision === 'fp16');
  if (half === undefined) return rows;
  return rows.map((row) => ({
    ...row,
    folderShareOfFp16: rounded(row.folderBytesPerToken / half.folderBytesPerToken, 4),
  }));
}

function storageRow({ precision, stats, rawBytesPerToken, isBitEqual, speed, turns }: StorageMeasured): StorageRow {
  const scopes = Object.values(stats.byScope);
  const keptTokens = sum(scopes.map((scope) => scope.tokens));
  const payloadBytes = sum(scopes.map((scope) => scope.bytes));
  const share = (bytes: number) => rounded(bytes / keptTokens / rawBytesPerToken, 4);
  const kl = turns.flatMap((turn) => turn.kl);
  const agreements = sum(turns.map((turn) => turn.agreements));
  return {
    precision,
    keptTokens,
    folderBytesPerToken: rounded(stats.bytesOnDisk / keptTokens, 1),
    payloadBytesPerToken: rounded(payloadBytes / keptTokens, 1),
    fp32BytesPerToken: rawBytesPerToken,
    folderShareOfFp32: share(stats.bytesOnDisk),
    payloadShareOfFp32: share(payloadBytes),
    folderShareOfFp16: null,
    isBitEqual: precision === 'lossless' ? isBitEqual : null,
    encodeMBPerSecond: rounded(speed.encodeMBPerSecond, 0),
    decodeMBPerSecond: rounded(speed.decodeMBPerSecond, 0),
    prompts: turns.length,
    reusedTokens: sum(turns.map((turn) => turn.reusedTokens)),
    comparedTokens: kl.length,
    meanKl: rounded(sum(kl) / Math.max(1, kl.length), 7),
    maxKl: rounded(
      kl.reduce((most, value) => Math.max(most, value), 0),
      6,
    ),
    top1Agreement: rounded(agreements / Math.max(1, kl.length), 5),
    sameAnswers: rounded(
      turns.filter((turn) => turn.agreements === turn.kl.length).length / Math.max(1, turns.length),
      4,
    ),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** One line per precision, for a person. */
export function describeStorage(rows: readonly StorageRow[]): string[] {
  return rows.map((row) => {
    const bitEqual = row.isBitEqual === null ? '' : row.isBitEqual ? ', bit-equal' : ', NOT bit-equal';
    return (
      `${row.precision}: ${row.folderBytesPerToken} bytes a token on disk (${row.folderShareOfFp32} of fp32, ` +
      `${row.folderShareOfFp16 ?? '-'} of fp16, files alone ${row.payloadShareOfFp32} of fp32)${bitEqual}, coded at ${row.encodeMBPerSecond} and decoded at ` +
      `${row.decodeMBPerSecond} MB/s; ${row.prompts} prompts: KL mean ${row.meanKl}, most ${row.maxKl}, ` +
      `top-1 ${row.top1Agreement}, same answers ${row.sameAnswers}`
    );
  });
}
