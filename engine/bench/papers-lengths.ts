// Scenario `papers-ttft`: time to the first token and memory of each method by the length of the prompt, where a
// document is read again behind another system text. All methods in turn at the same prompt, in another order each time.

import { seededRandom } from '../sample/random.ts';
import type { BenchModel } from './bench-model.ts';
import { describeMachine } from './machine.ts';
import { PaperBench } from './papers-bench.ts';
import { lengthRows } from './papers-lengths-rows.ts';
import type { LengthRow, LengthRun } from './papers-lengths-rows.ts';
import { FULL, PUBLISHED } from './papers-methods.ts';
import type { PaperMethod } from './papers-methods.ts';
import { leadBy, planOf, refsOf } from './papers-run.ts';
import { promptOf } from './quality-donors.ts';
import { chosenOf } from './quality-jobs.ts';
import { askCase, lead } from './quality-led.ts';
import type { AskedCase } from './quality-led.ts';
import { BenchFailure } from './request.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { PAPERS, QUALITY } from './scenarios.ts';
import { lockerList, lockerQuestion, longSystemText, shortSystemText } from './speed-text.ts';
import type { QualityCase } from './workloads.ts';

/** Beyond prompt and answer. */
const ROOM_TOKENS = 64;
const LEAST_LINES = 4;

export async function runLengths(request: BenchRequest): Promise<BenchResult<LengthRow>> {
  const lengths = lengthsOf(request);
  const methods = chosenOf(PUBLISHED, request.methods, 'method').filter(({ verify }) => !verify);
  const contextTokens = Math.max(...lengths) + QUALITY.answerTokens + ROOM_TOKENS;
  const bench = await PaperBench.open(request, methods, { contextTokens });
  const { loaded } = bench.main;
  const signal = request.endEarly?.() ?? new AbortController().signal;
  const runs: LengthRun[] = [];
  const rounds = roundsOf(request);
  try {
    // Written and opened when it is first wanted, which is no method's time.
    await loaded.model.segmented();
    const longest = loaded.model.shape.context - QUALITY.answerTokens - 1;
    const random = seededRandom(PAPERS.seed);
    for (const wanted of new Set(lengths.map((length) => Math.min(length, longest)))) {
      // The first round warms up.
      for (let round = request.shape === undefined ? -1 : 0; round < rounds && !signal.aborted; round++) {
        process.stderr.write(`${request.name}: ${wanted} tokens, round ${Math.max(1, round + 1)} of ${rounds}\n`);
        const ran = await runRound(bench, { wanted, methods, round, random, signal });
        if (round >= 0) runs.push(...ran);
      }
    }
    const name = request.shape === undefined ? request.name : `${request.name}-${request.shape}`;
    const result = { name, machine: describeMachine(), model: loaded.summary.name, rows: lengthRows(runs) };
    return signal.aborted ? { ...result, isCut: true } : result;
  } finally {
    await bench.close();
  }
}

function lengthsOf({ tokens, quick, shape }: BenchRequest): readonly number[] {
  if (tokens !== undefined) return [tokens];
  if (quick) return PAPERS.quickLengths;
  return shape === undefined ? PAPERS.lengths : PAPERS.shapeLengths;
}

function roundsOf({ quick, shape }: BenchRequest): number {
  if (quick) return PAPERS.quickRounds;
  return shape === undefined ? PAPERS.rounds : PAPERS.shapeRounds;
}

interface Round {
  wanted: number;
  methods: readonly PaperMethod[];
  round: number;
  random: () => number;
  signal: AbortSignal;
}

/** A document that nothing knows yet; a round that is cut counts for nothing. */
async function runRound(bench: PaperBench, { wanted, methods, round, random, signal }: Round): Promise<LengthRun[]> {
  const { main } = bench;
  main.cache.remove({});
  const asked = await askCase(main, lockerCase(main, wanted, random));
  if (asked === null) throw new BenchFailure(`${wanted} tokens are too many for this model.`, { usage: true });
  const { layers, kvHeads, headSize } = main.loaded.model.shape;
  const promptTokens = asked.prompt.tokens.length;
  const plainBytes = 2 * layers * kvHeads * headSize * promptTokens * Float32Array.BYTES_PER_ELEMENT;
  const all = [null, ...methods];
  const turn = Math.max(0, round) % all.length;
  const runs: LengthRun[] = [];
  for (const method of [...all.slice(turn), ...all.slice(0, turn)]) {
    if (signal.aborted) return [];
    runs.push({ wanted, round, promptTokens, plainBytes, ...(await runOnce(bench, asked, method)) });
  }
  return runs;
}

/** Null: a full prefill. */
async function runOnce(
  bench: PaperBench,
  asked: AskedCase,
  method: PaperMethod | null,
): Promise<Pick<LengthRun, 'method' | 'ttftMs' | 'kvBytes' | 'prefillLayers'>> {
  const once = { along: null, answerTokens: 1 };
  if (method === null) {
    const { ttftMs, kvBytes, prefillLayers } = await lead(bench.main, asked.prompt, { plan: null, ...once });
    return { method: FULL, ttftMs, kvBytes, prefillLayers };
  }
  const by = bench.of(method);
  const { plan, findMs } = await planOf(by, asked, { method });
  using _pins = by.loaded.space.pin(refsOf(plan));
  const { ttftMs, kvBytes, prefillLayers } = await leadBy(by, asked.prompt, { method, plan, ...once });
  return { method: method.name, ttftMs: findMs + ttftMs, kvBytes, prefillLayers };
}

function lockerCase(bench: BenchModel, wanted: number, random: () => number): QualityCase {
  const system = longSystemText(random);
  const question = lockerQuestion(random);
  const ask = (document: string) => ({ system, documents: [document], questions: [question] });
  const length = (lines: number) => promptOf(bench, { ...ask(lockerList(lines, random)), answers: [] }).tokens.length;
  // All lines have one length.
  const perLine = (length(17) - length(1)) / 16;
  const lines = Math.floor((wanted - length(1)) / perLine) + 1;
  if (lines < LEAST_LINES) throw new BenchFailure(`${wanted} tokens leave no room for a document.`, { usage: true });
  const document = lockerList(lines, random);
  const donor = { system: shortSystemText(random), documents: [document], questions: [lockerQuestion(random)] };
  const fact = { right: '', old: null, others: [], pattern: null };
  return { ...fact, id: 'lockers', workload: 'moved', donors: [donor], compiled: [], probe: ask(document) };
}
