// Scenario `peers`: Hearth beside llama.cpp, with the same weights and the same token ids, on as many threads, in turn,
// in one run: prefill, decoding, a second person's question on a document that was read before, and the document behind
// another system text. First it makes sure that both compute the same: their greedy answers must agree.

import { join } from 'node:path';
import { seededRandom } from '../sample/random.ts';
import { modelSource, temporaryFolder } from './bench-engine.ts';
import { BenchModel } from './bench-model.ts';
import { describeMachine } from './machine.ts';
import { exportGguf } from './peers/export-gguf.ts';
import { installPeer } from './peers/install.ts';
import { LlamaCpp } from './peers/llama-cpp.ts';
import type { PeerProgram } from './peers/llama-cpp.ts';
import { isCalm } from './peers/quiet.ts';
import type { Calm } from './peers/quiet.ts';
import { checkSameAnswers } from './peers/same-answers.ts';
import type { SameAnswers } from './peers/same-answers.ts';
import { HEARTH, measure } from './peers-rounds.ts';
import type { Bench, Variant } from './peers-rounds.ts';
import type { PeerRow, Precision } from './peers-rows.ts';
import { projectFile } from './project.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { PEERS } from './scenarios.ts';

export interface PeersResult extends BenchResult<PeerRow> {
  peer: PeerProgram & { name: 'llama.cpp'; variants: typeof PEERS.variants };
  /** Greedy answers of the peer against ours, at each of its precisions. */
  checked: (SameAnswers & { precision: Precision; threads: number })[];
  /** Over all rows. */
  calm: Calm;
}

const ROOM_TOKENS = 64;

export async function runPeers(request: BenchRequest): Promise<PeersResult> {
  const program = await installPeer();
  const folder = temporaryFolder();
  const contextTokens = Math.max(...lengthsOf(request)) + PEERS.answerTokens + ROOM_TOKENS;
  const source =
    (await modelSource(folder, request, { contextTokens })) ?? projectFile('resources', 'models', 'starter');
  for (const weights of new Set(PEERS.variants.map((variant) => variant.weights))) {
    await exportGguf(source, ggufFile(folder, weights), weights);
  }
  const runs: ThreadsRun[] = [];
  for (const threads of request.quick ? PEERS.quickThreads : PEERS.threads) {
    runs.push(await runThreads(request, { program, folder, source, contextTokens, threads }));
  }
  const rows = runs.flatMap((run) => run.rows);
  const calm = worst(rows.map((row) => row.calm));
  return {
    name: peersName(request),
    machine: describeMachine(),
    model: request.shape ?? runs[0]!.model,
    peer: { name: 'llama.cpp', ...runs[0]!.program, variants: PEERS.variants },
    checked: runs.flatMap((run) => run.checked),
    calm,
    ...(isCalm(calm) ? {} : { isBusy: true }),
    rows,
  };
}

/** Of the result. */
export function peersName({ shape }: Pick<BenchRequest, 'shape'>): string {
  return shape === undefined ? 'peers' : `peers-${shape}`;
}

/** One row that was disturbed spoils the result. */
function worst(rows: readonly Calm[]): Calm {
  return {
    share: Math.min(...rows.map(({ share }) => share)),
    othersCores: Math.max(...rows.map(({ othersCores }) => othersCores)),
  };
}

function lengthsOf({ shape, quick, tokens }: BenchRequest): readonly number[] {
  if (tokens !== undefined) return [tokens];
  if (quick) return PEERS.quickPromptTokens;
  return shape === undefined ? PEERS.promptTokens : PEERS.shapePromptTokens;
}

function ggufFile(folder: string, weights: Variant['weights']): string {
  return join(folder, `${weights}.gguf`);
}

interface ThreadsRun {
  model: string;
  program: PeerProgram;
  checked: PeersResult['checked'];
  rows: PeerRow[];
}

async function runThreads(
  request: BenchRequest,
  given: { program: string; folder: string; source: string; contextTokens: number; threads: number },
): Promise<ThreadsRun> {
  const { program, folder, source, contextTokens, threads } = given;
  const model = await BenchModel.open({ ...request, shape: undefined, model: source }, { threads });
  const bench: Bench = { request, threads, model, peers: new Map(), folder, random: seededRandom(PEERS.seed) };
  try {
    for (const variant of PEERS.variants) {
      const file = ggufFile(folder, variant.weights);
      bench.peers.set(variant, await LlamaCpp.open(program, { ...variant, file, threads, contextTokens }));
    }
    const checked = await checkAll(bench);
    const rows: PeerRow[] = [];
    for (const length of lengthsOf(request)) rows.push(await measure(bench, length));
    const [peer] = bench.peers.values();
    return { model: model.loaded.summary.name, program: peer!.program, checked, rows };
  } finally {
    for (const peer of bench.peers.values()) await peer.close();
    await model.close();
  }
}

/** Only the peer that computes as Hearth does must agree with it. */
async function checkAll({ request, threads, model, peers }: Bench): Promise<PeersResult['checked']> {
  const prompts = request.shape === undefined ? PEERS.checkedPrompts : PEERS.shapeCheckedPrompts;
  const checked: PeersResult['checked'] = [];
  for (const [variant, peer] of peers) {
    const { weights, keysAndValues } = variant;
    const mustAgree = weights === HEARTH.weights && keysAndValues === HEARTH.keysAndValues;
    const same = await checkSameAnswers(model, peer, { mustAgree, prompts });
    checked.push({ precision: { weights, keysAndValues }, threads, ...same });
  }
  return checked;
}
