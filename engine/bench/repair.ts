// Scenario `repair`: how fast an answer is written behind approximate rows, with and without computing some of them
// again along the way, and with three of them in every step, in turn, at the same prompts. No early end, no guesses.

import type { RepairSchedule, ReusePlan } from '../plan/reuse-plan.ts';
import { matchPrompt } from '../match/matcher.ts';
import { hearth } from '../plan/policies/hearth.ts';
import { prefixSources, spanSources } from '../row-sources.ts';
import { seededRandom } from '../sample/random.ts';
import type { Sequence } from '../schedule/sequence.ts';
import type { Prompt } from '../text/prompt.ts';
import { BenchModel } from './bench-model.ts';
import { describeMachine } from './machine.ts';
import { repairRows } from './repair-rows.ts';
import type { RepairName, RepairRow, RepairRun } from './repair-rows.ts';
import { BenchFailure } from './request.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { REPAIR } from './scenarios.ts';
import { lockerList, lockerQuestion, longSystemText, shortSystemText } from './speed-text.ts';

/** As KVShare does it, in its published form: with each step the three rows that the step before it puts first. */
const EVERY_STEP: RepairSchedule = { rows: 3, everySteps: 1, newest: true };

export async function runRepair(request: BenchRequest): Promise<BenchResult<RepairRow>> {
  const bench = await BenchModel.open(request);
  try {
    const random = seededRandom(REPAIR.seed);
    const runs: RepairRun[] = [];
    const prompts = request.quick ? REPAIR.quickPrompts : REPAIR.prompts;
    for (let index = 0; index < prompts; index++) {
      process.stderr.write(`repair: prompt ${index + 1} of ${prompts}\n`);
      const prompt = await movedPrompt(bench, promptTokens(bench, request), random);
      const rounds = request.quick ? REPAIR.quickRounds : REPAIR.rounds;
      // The first round warms up.
      for (let round = index === 0 ? -1 : 0; round < rounds; round++) {
        const ran = await runRound(bench, prompt, index);
        if (round >= 0) runs.push(...ran);
      }
    }
    const name = request.shape === undefined ? 'repair' : `repair-${request.shape}`;
    return { name, machine: describeMachine(), model: bench.loaded.summary.name, rows: repairRows(runs) };
  } finally {
    await bench.close();
  }
}

function promptTokens({ loaded }: BenchModel, { tokens }: BenchRequest): number {
  const room = loaded.model.shape.context - REPAIR.answerTokens;
  return Math.min(tokens ?? REPAIR.mostPromptTokens, Math.floor(room * REPAIR.contextShare));
}

/** A prompt whose document was read behind another system text, so that its rows are there but approximate. */
async function movedPrompt(bench: BenchModel, tokens: number, random: () => number): Promise<Prompt> {
  let lines = 1;
  const length = (count: number) =>
    bench.prompt({ system: longSystemText(random), document: lockerList(count, random), question: 'x' }).tokens.length;
  const perLine = (length(17) - length(1)) / 16;
  lines = Math.max(8, Math.floor((tokens - length(1)) / perLine));
  const document = lockerList(lines, random);
  const donor = bench.prompt({ system: shortSystemText(random), document, question: lockerQuestion(random) });
  await bench.keep(donor, donor.tokens.length, 'lossless');
  return bench.prompt({ system: longSystemText(random), document, question: lockerQuestion(random) });
}

/** All schedules at one prompt, in turn. */
async function runRound(bench: BenchModel, prompt: Prompt, index: number): Promise<RepairRun[]> {
  const plan = await planOf(bench, prompt);
  const { repair } = plan.approximate!;
  const schedules: [RepairName, RepairSchedule | null][] = [
    ['none', null],
    ['bursts', repair],
    ['every-step', EVERY_STEP],
  ];
  const runs: RepairRun[] = [];
  for (const [name, schedule] of schedules) {
    const sequence = await decode(bench, prompt, withRepair(plan, schedule));
    runs.push({
      name,
      schedule,
      prompt: index,
      promptTokens: prompt.tokens.length,
      approximateTokens: approximateTokens(sequence),
      repairedTokens: sequence.repairedTokens,
      decodedTokens: sequence.output.length - 1,
      decodeMs: sequence.decodeMs,
    });
  }
  return runs;
}

async function planOf({ loaded, profileId }: BenchModel, prompt: Prompt): Promise<ReusePlan> {
  // Whether reuse pays here is another question.
  const costs = { ...loaded.costs, prefillMs: () => null, loadMs: () => null };
  const wish = { quality: 'balanced', verify: false, costs } as const;
  const precisions = ['lossless'] as const;
  const match = await matchPrompt(loaded, { prompt, profileId }, { spans: true, similar: false, precisions });
  const plan = hearth.plan(prompt, match, wish);
  if (plan.approximate === null) {
    throw new BenchFailure('Nothing was reused approximately, so there is nothing to repair.', { usage: false });
  }
  return plan;
}

function withRepair(plan: ReusePlan, repair: RepairSchedule | null): ReusePlan {
  return plan.approximate === null ? plan : { ...plan, approximate: { ...plan.approximate, repair } };
}

function decode(bench: BenchModel, prompt: Prompt, plan: ReusePlan): Promise<Sequence> {
  const { loaded } = bench;
  const approximate = plan.approximate!;
  return bench.run({
    tokens: prompt.tokens,
    reuse: prefixSources(plan.reuse, loaded),
    approximate: { plan: approximate, sources: approximate.spans.flatMap((span) => spanSources(span.rows, loaded)) },
    maxTokens: REPAIR.answerTokens,
    // Every answer has the same length.
    eosTokenIds: [],
  });
}

function approximateTokens({ placed, recomputed }: Sequence): number {
  return placed.reduce((sum, { start, end }) => sum + end - start, 0) - recomputed.length;
}
