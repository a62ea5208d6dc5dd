// Scenario `storage`: what kept rows cost on disk in each precision, how fast they are coded, and what a turn behind a
// prefix in that precision loses against a full computation, over many prompts. Every row is read from the disk.

import { KV_PRECISIONS } from '../contract/settings.ts';
import type { KvPrecision } from '../contract/settings.ts';
import { decodeRows, encodeRows, rawBytes } from '../cache/codec.ts';
import { klDivergence, likeliest } from '../metrics/divergence.ts';
import type { KvBuffer } from '../model/kv-buffer.ts';
import { prefixSources } from '../row-sources.ts';
import type { PrefixSource } from '../schedule/exact-rows.ts';
import { readableScopes } from '../profiles/scopes.ts';
import { BLOCK_TOKENS } from '../cache/block.ts';
import type { Prompt } from '../text/prompt.ts';
import type { KvRows } from '../types.ts';
import { BenchModel } from './bench-model.ts';
import { describeMachine } from './machine.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { STORAGE } from './scenarios.ts';
import { median } from './statistics.ts';
import { storageRows } from './storage-rows.ts';
import type { CodingSpeed, ComparedTurn, StorageRow } from './storage-rows.ts';
import { makePages } from './trace-make.ts';
import { WORLDS } from './trace-world.ts';

interface Asked {
  document: string;
  questions: string[];
}

interface Kept {
  precision: KvPrecision;
  bench: BenchModel;
  isBitEqual: boolean;
  turns: ComparedTurn[];
}

const SYSTEM = 'Answer from the document.';

export async function runStorage(request: BenchRequest): Promise<BenchResult<StorageRow>> {
  const bench = await BenchModel.open(request);
  const asked = documents(request).filter((each) => fits(bench, each));
  const kept: Kept[] = KV_PRECISIONS.map((precision) => {
    const beside = bench.beside(precision, { memoryBudgetBytes: 0 });
    return { precision, bench: beside, isBitEqual: true, turns: [] };
  });
  const blocks: KvRows[] = [];
  for (const [index, { document, questions }] of asked.entries()) {
    process.stderr.write(`storage: document ${index + 1} of ${asked.length}\n`);
    await keepDocument(kept, document, blocks);
    for (const question of questions) await compareTurn(bench, kept, { system: SYSTEM, document, question });
  }
  const { model, summary } = bench.loaded;
  const { layers, kvHeads, headSize } = model.shape;
  const shape = { layers, kvHeads, headSize };
  const measured = kept.map((each) => {
    each.bench.cache.compact(Infinity);
    return {
      precision: each.precision,
      stats: each.bench.cache.stats(),
      rawBytesPerToken: rawBytes(shape, 1),
      isBitEqual: each.isBitEqual,
      speed: codingSpeed(each, blocks.slice(0, STORAGE.timedBlocks)),
      turns: each.turns,
    };
  });
  const rows = storageRows(measured);
  for (const each of kept) each.bench.cache.close();
  await bench.close();
  return { name: 'storage', machine: describeMachine(), model: summary.name, rows };
}

/** Pages of our own, one by one and in pairs, so that some are long. */
function documents({ quick }: BenchRequest): Asked[] {
  const count = quick ? STORAGE.quickDocuments : STORAGE.documents;
  const questionsEach = quick ? STORAGE.quickQuestionsEach : STORAGE.questionsEach;
  const asked: Asked[] = [];
  for (let seed = STORAGE.seed; asked.length < count; seed++) {
    for (const world of WORLDS) {
      const pages = makePages(world, seed);
      for (let at = 0; at < pages.length; at++) {
        const parts = pages.slice(at, at + 1 + (at % 2));
        const questions = parts.flatMap((part) => part.questions.slice(0, questionsEach));
        asked.push({
          document: parts.map((part) => part.text).join('\n\n'),
          questions: questions.slice(0, questionsEach),
        });
      }
    }
  }
  return asked.slice(0, count);
}

/** Leaves out what a model with a short context cannot read. */
function fits(bench: BenchModel, { document, questions }: Asked): boolean {
  const room = bench.loaded.model.shape.context - STORAGE.comparedTokens;
  return questions.every((question) => bench.prompt({ system: SYSTEM, document, question }).tokens.length <= room);
}

/** Computed once; kept in every precision, and written. */
async function keepDocument(kept: Kept[], document: string, blocks: KvRows[]): Promise<void> {
  for (const { bench, precision } of kept) {
    const prompt = bench.prompt({ system: SYSTEM, document, question: 'x' });
    const { kv } = await bench.keep(prompt, documentEnd(prompt), precision);
    bench.cache.flush();
    if (precision === 'lossless') blocks.push(...wholeBlocks(kv));
  }
}

function documentEnd(prompt: Prompt): number {
  return prompt.documents[0]?.end ?? 0;
}

function wholeBlocks(kv: KvBuffer): KvRows[] {
  const count = Math.floor(kv.rows / BLOCK_TOKENS);
  return Array.from({ length: count }, (_, at) => kv.exportRows(at * BLOCK_TOKENS, (at + 1) * BLOCK_TOKENS));
}

async function compareTurn(
  off: BenchModel,
  kept: Kept[],
  text: { system: string; document: string; question: string },
): Promise<void> {
  const prompt = off.prompt(text);
  const expected = await led(off, prompt, { reuse: [], along: null });
  for (const each of kept) {
    const { space } = each.bench.loaded;
    const found = space.find(prompt.tokens, readableScopes(off.profileId), KV_PRECISIONS);
    const actual = await led(each.bench, prompt, {
      reuse: prefixSources(found.refs, each.bench.loaded),
      along: expected.chosen,
    });
    if (each.precision === 'lossless') each.isBitEqual &&= areEqual(expected.kv, actual.kv, documentEnd(prompt));
    each.turns.push({
      reusedTokens: found.tokens,
      kl: actual.logits.map((logits, at) => klDivergence(expected.logits[at]!, logits)),
      agreements: actual.logits.filter((logits, at) => likeliest(logits) === expected.chosen[at]).length,
    });
  }
}

interface Led {
  kv: KvBuffer;
  /** Before each choice, [vocabulary]. */
  logits: Float32Array[];
  chosen: number[];
}

/** Takes the tokens of `along`, or its own likeliest ones up to the end of the answer. */
async function led(
  bench: BenchModel,
  prompt: Prompt,
  { reuse, along }: { reuse: PrefixSource[]; along: readonly number[] | null },
): Promise<Led> {
  const logits: Float32Array[] = [];
  const chosen: number[] = [];
  const { context } = bench.loaded.model.shape;
  const { kv } = await bench.run({
    tokens: prompt.tokens,
    reuse,
    maxTokens: Math.min(STORAGE.comparedTokens, context - prompt.tokens.length),
    sampler: () => (row) => {
      const id = along?.[chosen.length] ?? likeliest(row);
      logits.push(row.slice());
      chosen.push(id);
      return id;
    },
  });
  return { kv, logits, chosen };
}

function areEqual(left: KvBuffer, right: KvBuffer, rows: number): boolean {
  const [one, other] = [left.exportRows(0, rows), right.exportRows(0, rows)];
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);
  return bytes(one.k).equals(bytes(other.k)) && bytes(one.v).equals(bytes(other.v));
}

/** On blocks in the middle of a text, in bytes of fp32 per second: medians over the repeats. */
function codingSpeed({ bench, precision: coding }: Kept, blocks: readonly KvRows[]): CodingSpeed {
  const { layers, kvHeads, headSize } = bench.loaded.model.shape;
  const shape = { layers, kvHeads, headSize };
  const bytes = blocks.reduce((sum, { k, v }) => sum + k.byteLength + v.byteLength, 0);
  const encode: number[] = [];
  const decode: number[] = [];
  for (let repeat = 0; repeat < STORAGE.timedRepeats; repeat++) {
    const startedAt = performance.now();
    const encoded = blocks.map((rows) => encodeRows(rows, { shape, coding, isRoot: false }));
    const encodedAt = performance.now();
    const files = encoded.map(({ codec, parts }) => ({ codec, payload: new Uint8Array(Buffer.concat(parts)) }));
    const joinedAt = performance.now();
    for (const { codec, payload } of files) decodeRows(codec, payload, { shape, count: BLOCK_TOKENS });
    encode.push(bytes / (encodedAt - startedAt));
    decode.push(bytes / (performance.now() - joinedAt));
  }
  const mbPerSecond = (values: number[]) => (median(values) ?? 0) / 1000;
  return { encodeMBPerSecond: mbPerSecond(encode), decodeMBPerSecond: mbPerSecond(decode) };
}
