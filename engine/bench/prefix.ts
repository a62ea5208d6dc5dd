// Scenario `prefix`: time to the first token of a second person's question on a document that a first person has
// asked about, computed anew (off), from memory, and from disk after a restart; all three in turn, in one run.

import type { TimeSplit, TurnReport } from '../contract/chat.ts';
import type { DocumentId } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { PolicyName } from '../contract/settings.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { BenchEngine } from './bench-engine.ts';
import { describeMachine } from './machine.ts';
import { BenchFailure } from './request.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { PREFIX } from './scenarios.ts';
import { median, rounded } from './statistics.ts';
import { documentOfWords, question } from './text.ts';

/** Medians over the repeats. */
export interface Measured {
  ttftMs: number;
  time: TimeSplit;
  reusedTokens: number;
  decodeTokensPerSecond: number | null;
}

export interface PrefixRow {
  length: number | 'longest';
  promptTokens: number;
  documentTokens: number;
  repeats: number;
  off: Measured;
  memory: Measured & { ratio: number };
  disk: Measured & { ratio: number };
}

interface Bench {
  engine: BenchEngine;
  ana: ProfileId;
  ben: ProfileId;
  /** Tokens of a prompt beside its document. */
  overheadTokens: number;
  /** Questions asked so far; each asks another one. */
  asked: number;
}

interface Document {
  id: DocumentId;
  tokens: number;
}

/** Lets the engine write what the last turn left, so that no turn pays for the one before. */
const SETTLE_MS = 100;

export async function runPrefix(request: BenchRequest): Promise<BenchResult<PrefixRow>> {
  const engine = await BenchEngine.open(request);
  try {
    const model = await engine.model();
    const bench = await prepare(engine);
    const repeats = request.quick ? PREFIX.quickRepeats : PREFIX.repeats;
    const rows: PrefixRow[] = [];
    for (const length of PREFIX.promptTokens) {
      const promptTokens = length === 'longest' ? model.contextTokens - PREFIX.answerTokens : length;
      if (promptTokens + PREFIX.answerTokens > model.contextTokens) continue;
      process.stderr.write(`prefix: ${promptTokens} prompt tokens, ${repeats} repeats\n`);
      rows.push(await measureLength(bench, { length, promptTokens, repeats }));
    }
    const name = request.shape === undefined ? 'prefix' : `prefix-${request.shape}`;
    return { name, machine: describeMachine(), model: model.name, rows };
  } finally {
    await engine.close();
  }
}

async function prepare(engine: BenchEngine): Promise<Bench> {
  const ana = (await engine.client.call('profiles.create', { name: 'ana' })).id;
  const ben = (await engine.client.call('profiles.create', { name: 'ben' })).id;
  const bench: Bench = { engine, ana, ben, overheadTokens: 0, asked: 0 };
  const probe = await addDocument(bench, 8);
  const report = await ask(bench, ben, { document: probe, policy: 'off' });
  bench.overheadTokens = report.promptTokens - probe.tokens;
  return bench;
}

async function measureLength(
  bench: Bench,
  { length, promptTokens, repeats }: { length: PrefixRow['length']; promptTokens: number; repeats: number },
): Promise<PrefixRow> {
  const document = await documentOfTokens(bench, promptTokens - bench.overheadTokens);
  await ask(bench, bench.ana, { document, policy: 'exact' });
  const runs: Record<'off' | 'memory' | 'disk', TurnReport[]> = { off: [], memory: [], disk: [] };
  for (let repeat = 0; repeat < repeats; repeat++) {
    await ask(bench, bench.ben, { document: null, policy: 'off' });
    runs.off.push(await ask(bench, bench.ben, { document, policy: 'off' }));
    runs.memory.push(await ask(bench, bench.ben, { document, policy: 'exact' }));
    await bench.engine.restart();
    await ask(bench, bench.ben, { document: null, policy: 'off' });
    runs.disk.push(await ask(bench, bench.ben, { document, policy: 'exact' }));
  }
  const off = summarise(runs.off);
  const [memory, disk] = [summarise(runs.memory), summarise(runs.disk)];
  return {
    length,
    promptTokens: runs.off[0]?.promptTokens ?? 0,
    documentTokens: document.tokens,
    repeats,
    off,
    memory: { ...memory, ratio: rounded(off.ttftMs / memory.ttftMs) },
    disk: { ...disk, ratio: rounded(off.ttftMs / disk.ttftMs) },
  };
}

/** A new question in a new conversation; without a document it only warms the engine. */
async function ask(
  bench: Bench,
  profileId: ProfileId,
  { document, policy }: { document: Document | null; policy: PolicyName },
): Promise<TurnReport> {
  await pause(SETTLE_MS);
  const documents = document === null ? [] : [document.id];
  const { id: conversationId } = await bench.engine.client.call('conversations.create', { profileId, documents });
  const text = question(bench.asked++);
  const sampling = { temperature: 0, maxTokens: PREFIX.answerTokens };
  return bench.engine.turn({ profileId, conversationId, text, policy, sampling });
}

/** The longest document of at most `tokens` tokens, in the library. */
async function documentOfTokens(bench: Bench, tokens: number): Promise<Document> {
  let [least, most] = [1, Math.max(2, 2 * tokens)];
  while (most - least > 1) {
    const words = Math.floor((least + most) / 2);
    const trial = await addDocument(bench, words);
    await bench.engine.client.call('library.remove', { profileId: bench.ana, documentId: trial.id });
    if (trial.tokens <= tokens) least = words;
    else most = words;
  }
  return addDocument(bench, least);
}

async function addDocument(bench: Bench, words: number): Promise<Document> {
  const document = await bench.engine.client.call('library.add', {
    profileId: bench.ana,
    scope: 'library',
    title: `Opening hours in ${words} words`,
    text: documentOfWords(words, PREFIX.seed + words),
  });
  if (document.tokens === null)
    throw new BenchFailure('The engine did not count the tokens of a document.', { usage: false });
  return { id: document.id, tokens: document.tokens };
}

function summarise(reports: TurnReport[]): Measured {
  const middle = (of: (report: TurnReport) => number) => rounded(median(reports.map(of)) ?? Number.NaN);
  const speeds = reports.flatMap((report) => report.decodeTokensPerSecond ?? []);
  const speed = median(speeds);
  return {
    ttftMs: middle((report) => report.ttftMs),
    time: {
      queueMs: middle((report) => report.time.queueMs),
      encodeMs: middle((report) => report.time.encodeMs),
      matchMs: middle((report) => report.time.matchMs),
      loadMs: middle((report) => report.time.loadMs),
      prefillMs: middle((report) => report.time.prefillMs),
      sampleMs: middle((report) => report.time.sampleMs),
    },
    reusedTokens: middle((report) => report.promptTokens - report.tokens.fresh),
    decodeTokensPerSecond: speed === null ? null : rounded(speed, 1),
  };
}

/** One line per length, for a person. */
export function describePrefix(rows: PrefixRow[]): string[] {
  return rows.map((row) => {
    const speed = row.off.decodeTokensPerSecond;
    return (
      `${row.promptTokens} prompt tokens: off ${row.off.ttftMs} ms, ` +
      `memory ${row.memory.ttftMs} ms (${row.memory.ratio}x), disk ${row.disk.ttftMs} ms (${row.disk.ratio}x), ` +
      `${row.memory.reusedTokens} reused, ${speed === null ? 'no decoding' : `${speed} tokens/s`}`
    );
  });
}
