// Scenario `peers`: Hearth beside llama.cpp, with the same weights and the same token ids, on as many threads, in turn,
// in one run: prefill, decoding, and a second person's question on a document that was read before. First it makes sure
// that both compute the same: their greedy answers must agree.

import { join } from 'node:path';
import { seededRandom } from '../sample/random.ts';
import { modelSource, temporaryFolder } from './bench-engine.ts';
import { BenchModel } from './bench-model.ts';
import { describeMachine } from './machine.ts';
import { exportGguf } from './peers/export-gguf.ts';
import type { GgufType } from './peers/gguf-file.ts';
import { answerCold, answerWarm, secondPrompt } from './peers/hearth.ts';
import type { PromptText } from './peers/hearth.ts';
import { installPeer } from './peers/install.ts';
import { LlamaCpp } from './peers/llama-cpp.ts';
import type { FlashAttention, PeerAnswer } from './peers/llama-cpp.ts';
import { Quiet } from './peers/quiet.ts';
import { checkSameAnswers } from './peers/same-answers.ts';
import type { SameAnswers } from './peers/same-answers.ts';
import { peerRow } from './peers-rows.ts';
import type { PeerRound, PeerRow } from './peers-rows.ts';
import { projectFile } from './project.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { PEERS } from './scenarios.ts';
import { rounded } from './statistics.ts';
import { lockerList, lockerQuestion, longSystemText } from './speed-text.ts';

export interface PeersResult extends BenchResult<PeerRow> {
  threads: number;
  peer: { name: string; release: string; flashAttention: Record<GgufType, FlashAttention> };
  /** Greedy answers of the peer against ours, at each of its precisions. */
  checked: Record<string, SameAnswers>;
  /** Share of the turns before which enough cores were idle. Below 1 the figures are rough, and not fair to the peer. */
  calmShare: number;
}

interface Bench {
  model: BenchModel;
  /** By the precision of weights, keys and values; F32 is also Hearth's. */
  peers: Map<GgufType, LlamaCpp>;
  folder: string;
  random: () => number;
  quiet: Quiet;
}

const PRECISIONS: readonly GgufType[] = ['F32', 'F16'];
const [FIRST, SECOND] = [0, 1] as const;
const ROOM_TOKENS = 64;

export async function runPeers(request: BenchRequest): Promise<PeersResult> {
  const program = await installPeer();
  const folder = temporaryFolder();
  const lengths = lengthsOf(request);
  const contextTokens = Math.max(...lengths) + PEERS.answerTokens + ROOM_TOKENS;
  const source =
    (await modelSource(folder, request, { contextTokens })) ?? projectFile('resources', 'models', 'starter');
  const model = await BenchModel.open({ ...request, shape: undefined, model: source }, { threads: PEERS.threads });
  const quiet = new Quiet({ threads: PEERS.threads, patienceMs: PEERS.patienceMs });
  const bench: Bench = { model, peers: new Map(), folder, random: seededRandom(PEERS.seed), quiet };
  try {
    for (const precision of PRECISIONS) await openPeer(bench, { program, source, precision, contextTokens });
    const checked: PeersResult['checked'] = {};
    for (const [precision, peer] of bench.peers) {
      checked[precision] = await checkSameAnswers(model, peer, { mustAgree: precision === 'F32' });
    }
    const rows: PeerRow[] = [];
    for (const length of lengths) rows.push(await measure(bench, length, roundsOf(request)));
    return {
      name: request.shape === undefined ? 'peers' : `peers-${request.shape}`,
      machine: describeMachine(),
      model: request.shape ?? model.loaded.summary.name,
      threads: PEERS.threads,
      peer: {
        name: 'llama.cpp',
        release: bench.peers.get('F32')!.version,
        flashAttention: PEERS.flashAttention,
      },
      checked,
      calmShare: rounded(quiet.calmShare),
      rows,
    };
  } finally {
    for (const peer of bench.peers.values()) await peer.close();
    await model.close();
  }
}

function lengthsOf({ shape, quick, tokens }: BenchRequest): readonly number[] {
  if (tokens !== undefined) return [tokens];
  if (shape === undefined) return quick ? PEERS.quickPromptTokens : PEERS.promptTokens;
  return quick ? PEERS.quickShapePromptTokens : PEERS.shapePromptTokens;
}

function roundsOf({ shape, quick }: BenchRequest): number {
  return quick ? PEERS.quickRounds : shape === undefined ? PEERS.rounds : PEERS.shapeRounds;
}

async function openPeer(
  { peers, folder }: Bench,
  given: { program: string; source: string; precision: GgufType; contextTokens: number },
): Promise<void> {
  const { program, source, precision, contextTokens } = given;
  const file = join(folder, `${precision}.gguf`);
  await exportGguf(source, file, precision);
  const model = {
    file,
    threads: PEERS.threads,
    contextTokens,
    precision,
    flashAttention: PEERS.flashAttention[precision],
  };
  peers.set(precision, await LlamaCpp.open(program, model));
}

interface Document {
  system: string;
  document: string;
  /** Of the prompt up to the question, the same for every question. */
  tokens: number;
}

async function measure(bench: Bench, promptTokens: number, counted: number): Promise<PeerRow> {
  const document = documentOf(bench, promptTokens);
  await readFirst(bench, document);
  const rounds = { hearth: [] as PeerRound[], peers: new Map(PRECISIONS.map((each) => [each, [] as PeerRound[]])) };
  let longest = 0;
  for (let round = 0; round < PEERS.warmUps + counted; round++) {
    process.stderr.write(`peers: ${promptTokens} prompt tokens, round ${round + 1} of ${PEERS.warmUps + counted}\n`);
    const ask = () => secondPrompt(bench.model, asked(bench, document));
    const turns: (() => Promise<void>)[] = [
      async () => {
        const measured = await hearthRound(bench, ask);
        if (round >= PEERS.warmUps) rounds.hearth.push(measured);
      },
      ...PRECISIONS.map((precision) => async () => {
        const measured = await peerRound(bench, precision, () => ask().tokens);
        if (round >= PEERS.warmUps) rounds.peers.get(precision)!.push(measured);
      }),
    ];
    // Whoever comes first finds another machine than whoever comes last.
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
    longest = ask().tokens.length;
  }
  return peerRow(
    { promptTokens: longest, documentTokens: document.tokens },
    { engine: 'Hearth', precision: 'F32', rounds: rounds.hearth },
    PRECISIONS.map((precision) => ({ engine: 'llama.cpp', precision, rounds: rounds.peers.get(precision)! })),
  );
}

/** As long as fits. */
function documentOf({ model, random }: Bench, promptTokens: number): Document {
  const system = longSystemText(random);
  const question = lockerQuestion(random);
  const lengthOf = (lines: number) =>
    secondPrompt(model, { system, document: lockerList(lines, random), question }).tokens.length;
  const lines = Math.max(1, Math.floor(1 + ((promptTokens - lengthOf(1)) * 16) / (lengthOf(17) - lengthOf(1))));
  const document = lockerList(lines, random);
  const [one, other] = [question, lockerQuestion(random)].map(
    (text) => secondPrompt(model, { system, document, question: text }).tokens,
  );
  return { system, document, tokens: one!.findIndex((token, at) => token !== other![at]) };
}

function asked({ random }: Bench, { system, document }: Document): PromptText {
  return { system, document, question: lockerQuestion(random) };
}

/** Somebody else asks about the document, with every engine. */
async function readFirst(bench: Bench, document: Document): Promise<void> {
  const prompt = bench.model.prompt(asked(bench, document));
  await bench.model.keep(prompt, prompt.tokens.length, 'lossless');
  bench.model.cache.flush();
  for (const [precision, peer] of bench.peers) {
    await peer.answer({ tokens: prompt.tokens, count: 1, sequence: FIRST, fresh: true });
    await peer.save(FIRST, stateFile(bench, precision));
  }
}

function stateFile({ folder }: Bench, precision: GgufType): string {
  return join(folder, `${precision}.state`);
}

async function hearthRound({ model, quiet }: Bench, ask: () => ReturnType<typeof secondPrompt>): Promise<PeerRound> {
  const turn = async (run: () => Promise<PeerAnswer>) => (await quiet.wait(), run());
  const cold = await turn(() => answerCold(model, ask().tokens, PEERS.answerTokens));
  const memory = await turn(() => answerWarm(model, ask(), 1));
  model.dropMemory();
  const disk = await turn(() => answerWarm(model, ask(), 1));
  return { ...computed(cold), warm: { memory: memory.ttftMs, disk: disk.ttftMs } };
}

async function peerRound(bench: Bench, precision: GgufType, ask: () => Int32Array): Promise<PeerRound> {
  const peer = bench.peers.get(precision)!;
  const answer = async (more: Omit<Parameters<LlamaCpp['answer']>[0], 'tokens'>) => {
    await bench.quiet.wait();
    return peer.answer({ tokens: ask(), ...more });
  };
  // The first person's sequence holds the document meanwhile.
  const own = await answer({ count: PEERS.answerTokens, sequence: SECOND, fresh: true });
  const shared = await answer({ count: 1, sequence: FIRST });
  const restored = await answer({ count: 1, sequence: SECOND, fresh: true, stateFile: stateFile(bench, precision) });
  return { ...computed(own), warm: { own: own.ttftMs, shared: shared.ttftMs, restored: restored.ttftMs } };
}

function computed({ ttftMs, decodeMs, output }: PeerAnswer): Omit<PeerRound, 'warm'> {
  return { coldMs: ttftMs, decodeMs: decodeMs / (output.length - 1) };
}
