// The rounds of scenario `peers`: one document, and every engine in turn asked about it. What is run at which length and
// on how many threads, and what the times amount to, is decided elsewhere.

import { join } from 'node:path';
import type { Prompt } from '../text/prompt.ts';
import type { BenchModel } from './bench-model.ts';
import { answer, secondPrompt } from './peers/hearth.ts';
import type { Asking, HearthAnswer, PromptText } from './peers/hearth.ts';
import type { LlamaCpp, PeerAnswer } from './peers/llama-cpp.ts';
import { Quiet } from './peers/quiet.ts';
import { peerRow } from './peers-rows.ts';
import type { MovedTokens, PeerRound, PeerRow, Precision } from './peers-rows.ts';
import type { BenchRequest } from './request.ts';
import { PEERS } from './scenarios.ts';
import { lockerList, lockerQuestion, longSystemText } from './speed-text.ts';

export type Variant = (typeof PEERS.variants)[number];

export interface Bench {
  request: BenchRequest;
  threads: number;
  model: BenchModel;
  peers: Map<Variant, LlamaCpp>;
  folder: string;
  random: () => number;
}

export const HEARTH: Precision = { weights: 'F32', keysAndValues: 'F32' };
const [FIRST, SECOND] = [0, 1] as const;

interface Document {
  system: string;
  document: string;
  /** Of the prompt up to the question, the same for every question. */
  tokens: number;
}

interface Rounds {
  hearth: PeerRound[];
  peers: Map<Variant, PeerRound[]>;
  movedTokens: PeerRow['hearth']['movedTokens'];
  promptTokens: number;
}

/** All rounds at one length. */
export async function measure(bench: Bench, promptTokens: number): Promise<PeerRow> {
  const { threads, request } = bench;
  const document = documentOf(bench, promptTokens);
  const { warmUps, counted } = roundsOf(request);
  await readFirst(bench, document);
  let rounds = emptyRounds();
  let quiet = newQuiet(bench);
  for (let round = 0; round < warmUps + counted; round++) {
    if (round === warmUps) [rounds, quiet] = [emptyRounds(), newQuiet(bench)];
    process.stderr.write(
      `peers: ${threads} threads, ${promptTokens} prompt tokens, round ${round + 1} of ${warmUps + counted}\n`,
    );
    await takeTurns(bench, document, { rounds, quiet, isReversed: round % 2 === 1 });
  }
  const { movedTokens, promptTokens: longest } = rounds;
  const lengths = { threads, promptTokens: longest, documentTokens: document.tokens };
  return peerRow(
    { ...lengths, calm: quiet.calm, movedTokens },
    { engine: 'Hearth', precision: HEARTH, rounds: rounds.hearth },
    [...rounds.peers].map(([{ weights, keysAndValues }, each]) => ({
      engine: 'llama.cpp',
      precision: { weights, keysAndValues },
      rounds: each,
    })),
  );
}

function roundsOf({ shape, quick }: BenchRequest): { warmUps: number; counted: number } {
  const isShape = shape !== undefined;
  return {
    warmUps: isShape ? PEERS.shapeWarmUps : PEERS.warmUps,
    counted: quick ? PEERS.quickRounds : isShape ? PEERS.shapeRounds : PEERS.rounds,
  };
}

function emptyRounds(): Rounds {
  const none: MovedTokens = { reused: 0, recomputed: 0 };
  const peers = new Map(PEERS.variants.map((variant) => [variant, [] as PeerRound[]]));
  return { hearth: [], peers, movedTokens: { moved: none, movedFast: none }, promptTokens: 0 };
}

function newQuiet({ threads, request }: Bench): Quiet {
  return new Quiet({ threads, patienceMs: request.quick ? PEERS.quickPatienceMs : PEERS.patienceMs });
}

/** One round. Whoever comes first finds another machine than whoever comes last. */
async function takeTurns(
  bench: Bench,
  document: Document,
  { rounds, quiet, isReversed }: { rounds: Rounds; quiet: Quiet; isReversed: boolean },
): Promise<void> {
  const ask = (system = document.system) => {
    const prompt = secondPrompt(bench.model, { ...asked(bench, document), system });
    rounds.promptTokens = Math.max(rounds.promptTokens, prompt.tokens.length);
    return prompt;
  };
  const turns = [
    async () => {
      const { round, movedTokens } = await hearthRound(bench, ask, quiet);
      rounds.hearth.push(round);
      rounds.movedTokens = movedTokens;
    },
    ...[...bench.peers.keys()].map((variant) => async () => {
      rounds.peers.get(variant)!.push(await peerRound(bench, variant, { quiet, ask: () => ask().tokens }));
    }),
  ];
  for (const turn of isReversed ? turns.toReversed() : turns) await turn();
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
  const computed = await bench.model.keep(prompt, prompt.tokens.length, 'lossless');
  computed.release();
  bench.model.cache.flush();
  for (const [variant, peer] of bench.peers) {
    await peer.answer({ tokens: prompt.tokens, count: 1, sequence: FIRST, fresh: true });
    await peer.save(FIRST, stateFile(bench, variant));
  }
}

function stateFile({ folder, threads }: Bench, { weights, keysAndValues }: Variant): string {
  return join(folder, `${weights}-${keysAndValues}-${threads}.state`);
}

async function hearthRound(
  { model, random }: Bench,
  ask: (system?: string) => Prompt,
  quiet: Quiet,
): Promise<{ round: PeerRound; movedTokens: Rounds['movedTokens'] }> {
  const turn = (prompt: Prompt, asking: Asking) => quiet.turn<HearthAnswer>(() => answer(model, prompt, asking));
  const cold = await turn(ask(), { policy: 'off', count: PEERS.answerTokens });
  const memory = await turn(ask(), { policy: 'exact', count: 1 });
  const moved = await turn(ask(longSystemText(random)), { policy: 'hearth', count: 1 });
  const movedFast = await turn(ask(longSystemText(random)), { policy: 'hearth', quality: 'fast', count: 1 });
  model.dropMemory();
  const disk = await turn(ask(), { policy: 'exact', count: 1 });
  const tokensOf = ({ movedTokens, recomputedTokens }: HearthAnswer): MovedTokens => ({
    reused: movedTokens,
    recomputed: recomputedTokens,
  });
  const ttftMs = {
    cold: cold.ttftMs,
    memory: memory.ttftMs,
    disk: disk.ttftMs,
    moved: moved.ttftMs,
    movedFast: movedFast.ttftMs,
  };
  return {
    round: { ttftMs, decodeMs: msPerToken(cold) },
    movedTokens: { moved: tokensOf(moved), movedFast: tokensOf(movedFast) },
  };
}

async function peerRound(
  bench: Bench,
  variant: Variant,
  { quiet, ask }: { quiet: Quiet; ask: () => Int32Array },
): Promise<PeerRound> {
  const peer = bench.peers.get(variant)!;
  const turn = (more: Omit<Parameters<LlamaCpp['answer']>[0], 'tokens'>) =>
    quiet.turn(() => peer.answer({ tokens: ask(), ...more }));
  // The first person's sequence holds the document meanwhile.
  const cold = await turn({ count: PEERS.answerTokens, sequence: SECOND, fresh: true });
  const shared = await turn({ count: 1, sequence: FIRST });
  const restored = await turn({ count: 1, sequence: SECOND, fresh: true, stateFile: stateFile(bench, variant) });
  const ttftMs = { cold: cold.ttftMs, shared: shared.ttftMs, restored: restored.ttftMs };
  return { ttftMs, decodeMs: msPerToken(cold) };
}

function msPerToken({ decodeMs, output }: PeerAnswer): number {
  return decodeMs / (output.length - 1);
}
