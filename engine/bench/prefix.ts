// Scenario `prefix`: time to the first token of a second person's question on a document that a first person has
// asked about: computed anew (off), in the rows of a sequence that is over (rested), from blocks in memory, and from
// disk, all in turn, in one run of a warm engine; then as the first turn of all after a restart.

import type { TurnReport } from '../contract/chat.ts';
import type { DocumentId } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { PolicyName } from '../contract/settings.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { BenchEngine } from './bench-engine.ts';
import { describeMachine } from './machine.ts';
import { rowOf } from './prefix-rows.ts';
import type { Length, PrefixRow, WarmRuns } from './prefix-rows.ts';
import { BenchFailure } from './request.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { PREFIX } from './scenarios.ts';
import { documentOfWords, question } from './text.ts';

interface Bench {
  engine: BenchEngine;
  ana: ProfileId;
  ben: ProfileId;
  /** Tokens of a prompt beside its document. */
  overheadTokens: number;
  /** Questions asked so far; each asks another one. */
  asked: number;
  warm: boolean;
}

interface Document {
  id: DocumentId;
  tokens: number;
}

/** Lets the engine write what the last turn left, so that no turn pays for the one before. */
const SETTLE_MS = 400;

export async function runPrefix(request: BenchRequest): Promise<BenchResult<PrefixRow>> {
  const engine = await BenchEngine.open(request);
  try {
    const model = await engine.model();
    const bench = await prepare(engine);
    const measured: (Omit<Length, 'restart'> & { document: Document })[] = [];
    for (const length of PREFIX.promptTokens) {
      const promptTokens = length === 'longest' ? model.contextTokens - PREFIX.answerTokens : length;
      if (promptTokens + PREFIX.answerTokens > model.contextTokens) continue;
      process.stderr.write(`prefix: ${promptTokens} prompt tokens\n`);
      const document = await documentOfTokens(bench, promptTokens - bench.overheadTokens);
      const runs = await measureWarm(bench, document, request);
      measured.push({ length, document, documentTokens: document.tokens, ...runs });
    }
    const rows: PrefixRow[] = [];
    for (const each of measured) {
      process.stderr.write(`prefix: ${each.documentTokens} document tokens, after restarts\n`);
      rows.push(rowOf({ ...each, restart: await measureRestarts(bench, each.document, request) }));
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
  const bench: Bench = { engine, ana, ben, overheadTokens: 0, asked: 0, warm: false };
  const probe = await addDocument(bench, 8);
  const report = await ask(bench, ben, { document: probe, policy: 'off' });
  bench.overheadTokens = report.promptTokens - probe.tokens;
  return bench;
}

/** All kinds in turn. Only the first length warms up the program, later ones only what depends on length. */
async function measureWarm(bench: Bench, document: Document, { quick }: BenchRequest): Promise<WarmRuns> {
  await ask(bench, bench.ana, { document, policy: 'exact' });
  await written(bench);
  const runs: WarmRuns = { off: [], rested: [], memory: [], disk: [] };
  const warmUps = bench.warm ? 1 : PREFIX.warmUps;
  const repeats = quick ? PREFIX.quickRepeats : PREFIX.repeats;
  for (let round = 0; round < warmUps + repeats; round++) {
    const off = await ask(bench, bench.ben, { document, policy: 'off' });
    const rested = await ask(bench, bench.ben, { document, policy: 'exact' });
    await dropRested(bench);
    const memory = await ask(bench, bench.ben, { document, policy: 'exact' });
    await dropMemory(bench);
    const disk = await ask(bench, bench.ben, { document, policy: 'exact' });
    if (round < warmUps) continue;
    runs.off.push(off);
    runs.rested.push(rested);
    runs.memory.push(memory);
    runs.disk.push(disk);
  }
  bench.warm = true;
  return runs;
}

async function measureRestarts(bench: Bench, document: Document, { quick }: BenchRequest): Promise<TurnReport[]> {
  const reports: TurnReport[] = [];
  for (let restart = 0; restart < (quick ? PREFIX.quickRestarts : PREFIX.restarts); restart++) {
    await bench.engine.restart();
    reports.push(await ask(bench, bench.ben, { document, policy: 'exact' }));
  }
  return reports;
}

/** Waits until the engine has written what it computed. */
async function written({ engine: { client } }: Bench): Promise<void> {
  let before = -1;
  for (;;) {
    const { bytesWritten } = await client.call('cache.stats', {});
    if (bytesWritten === before) return;
    before = bytesWritten;
    await pause(SETTLE_MS);
  }
}

/** Empties the memory tier: the next turn reads its blocks from disk. */
async function dropMemory(bench: Bench): Promise<void> {
  await written(bench);
  await limitMemory(bench, 0);
}

/** Leaves room for the blocks that are in memory, and none for the rows of sequences that are over. */
async function dropRested(bench: Bench): Promise<void> {
  const { bytesInMemory } = await bench.engine.client.call('cache.stats', {});
  await limitMemory(bench, bytesInMemory);
}

/** For a moment. */
async function limitMemory({ engine: { client } }: Bench, bytes: number): Promise<void> {
  const { memoryBudgetBytes } = await client.call('settings.get', {});
  await client.call('settings.set', { memoryBudgetBytes: bytes });
  await client.call('settings.set', { memoryBudgetBytes });
}

/** A new question on the document, in a new conversation. */
async function ask(
  bench: Bench,
  profileId: ProfileId,
  { document, policy }: { document: Document; policy: PolicyName },
): Promise<TurnReport> {
  await pause(SETTLE_MS);
  const { id: conversationId } = await bench.engine.client.call('conversations.create', {
    profileId,
    documents: [document.id],
  });
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
