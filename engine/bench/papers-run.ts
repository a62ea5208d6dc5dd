// Answers one prompt by every method in one run, each beside a full prefill, which is led first. Plans are made by
// token-layers instead of milliseconds, so that what is reused does not depend on how busy the machine is.
//
// Every method finds the same exact rows of earlier prompts: what a method would keep of its own blends is not kept.

import { matchPrompt } from '../match/matcher.ts';
import { klDivergence, likeliest } from '../metrics/divergence.ts';
import type { Costs } from '../plan/policies/policy.ts';
import type { ReusePlan } from '../plan/reuse-plan.ts';
import { approximateWork, prefixSources } from '../row-sources.ts';
import { Sequence } from '../schedule/sequence.ts';
import type { Prompt } from '../text/prompt.ts';
import type { BenchModel } from './bench-model.ts';
import { deviationAlone } from './papers-baselines.ts';
import { FULL } from './papers-methods.ts';
import type { PaperMethod } from './papers-methods.ts';
import type { PaperOutcome } from './papers-rows.ts';
import type { PaperCase } from './papers-workloads.ts';
import { keepDonors, promptOf, textOf } from './quality-donors.ts';
import { QUALITY } from './scenarios.ts';
import { verdictOn } from './task-score.ts';

/** All outcomes of a case, that of a full prefill first. Null: it does not fit into the model's context. */
export async function runPaperCase(
  bench: BenchModel,
  { group, of }: PaperCase,
  methods: readonly PaperMethod[],
): Promise<PaperOutcome[] | null> {
  const { context } = bench.loaded.model.shape;
  const earlier = of.donors.map((donor) => promptOf(bench, { ...donor, answers: [] }));
  const first = promptOf(bench, { ...of.probe, answers: [] });
  if ([...earlier, first].some(({ tokens }) => tokens.length + QUALITY.answerTokens >= context)) return null;
  const answers = await keepDonors(bench, of);
  const prompt = promptOf(bench, { ...of.probe, answers });
  const full = await led(bench, prompt, { method: null, plan: null, along: null });
  const fullAnswer = textOf(bench, full.output);
  const same = { caseId: of.id, group, promptTokens: prompt.tokens.length, fullTtftMs: full.ttftMs };
  const verdict = verdictOn(fullAnswer, of);
  const asFull = { method: FULL, ratio: null, answer: fullAnswer, isIdentical: true, verdict };
  const outcomes = [withoutLogits({ ...same, ...full, ...ALIKE, ...asFull })];
  for (const method of methods) {
    const answered = await answerBy(bench, { prompt, earlier, method, full });
    const isIdentical = areEqual(answered.output, full.output);
    const answer = isIdentical ? fullAnswer : textOf(bench, answered.output);
    const { name, ratio } = method;
    const own = { ...same, ...answered, method: name, ratio, answer, isIdentical, verdict: verdictOn(answer, of) };
    outcomes.push(withoutLogits(own));
  }
  return outcomes;
}

const ALIKE = { kl: [], agreements: 0 };

type Answered = Led & Pick<PaperOutcome, 'kl' | 'agreements'>;

/** Along the tokens of the full prefill first; a second time by itself where it would have left them, or is verified. */
async function answerBy(
  bench: BenchModel,
  { prompt, earlier, method, full }: { prompt: Prompt; earlier: readonly Prompt[]; method: PaperMethod; full: Led },
): Promise<Answered> {
  const { past } = bench.loaded;
  // Of this method's own looking for the prompt nothing stays.
  past.clear();
  for (const each of earlier) past.note(each);
  const startedAt = performance.now();
  const plan = await planFor(bench, { prompt, earlier, method });
  const findMs = performance.now() - startedAt;
  using _pins = bench.loaded.space.pin(refsOf(plan));
  const run = await led(bench, prompt, { method, plan, along: method.verify ? null : full.chosen });
  const ttftMs = findMs + run.ttftMs;
  if (method.verify) return { ...run, ...ALIKE, ttftMs };
  const kl = run.logits.map((logits, at) => klDivergence(full.logits[at]!, logits));
  const agreements = run.logits.filter((logits, at) => likeliest(logits) === full.chosen[at]).length;
  const leaves = agreements < run.logits.length;
  const { output } = leaves ? await led(bench, prompt, { method, plan, along: null }) : full;
  return { ...run, output, ttftMs, kl, agreements };
}

/** On such a machine a whole costs far more than its parts, and looking costs nothing: next to no reuse is refused. */
const EAGER_COSTS: Costs = {
  prefillMs: (start, end) => (end - start) ** 3,
  loadMs: () => 0,
  layers: 1000,
  boundary: 0,
};

async function planFor(
  { loaded, profileId }: BenchModel,
  { prompt, earlier, method }: { prompt: Prompt; earlier: readonly Prompt[]; method: PaperMethod },
): Promise<ReusePlan> {
  const policy = method.policy(earlier.at(-1)?.tokens ?? null);
  const costs = method.eager ? EAGER_COSTS : { ...loaded.costs, prefillMs: () => null, loadMs: () => null };
  const wish = { quality: method.quality, verify: method.verify, costs };
  const match = await matchPrompt(loaded, { prompt, profileId }, { ...policy.wants(wish), precisions: ['lossless'] });
  return policy.plan(prompt, match, wish);
}

function refsOf({ reuse, approximate }: ReusePlan): ReusePlan['reuse'] {
  return [...reuse, ...(approximate?.spans ?? []).flatMap((span) => span.rows)];
}

interface Led extends Pick<
  PaperOutcome,
  | 'prefixTokens'
  | 'spanTokens'
  | 'recomputedTokens'
  | 'prefillLayers'
  | 'repairLayers'
  | 'kvBytes'
  | 'ttftMs'
  | 'tpotMs'
> {
  output: readonly number[];
  /** Before each choice, [vocabulary]. */
  logits: Float32Array[];
  chosen: number[];
}

/** Takes the tokens of `along`, or its own likeliest ones. */
async function led(
  { loaded }: BenchModel,
  { tokens }: Prompt,
  { method, plan, along }: { method: PaperMethod | null; plan: ReusePlan | null; along: readonly number[] | null },
): Promise<Led> {
  const { model, speed, loadSpeed } = loaded;
  const logits: Float32Array[] = [];
  const chosen: number[] = [];
  const startedAt = performance.now();
  let ttftMs = 0;
  const sequence = new Sequence(
    {
      tokens,
      reuse: prefixSources(plan?.reuse ?? [], loaded),
      approximate: plan === null ? null : approximateWork(plan, loaded),
      maxTokens: Math.min(QUALITY.answerTokens, model.shape.context - tokens.length),
      eosTokenIds: model.shape.eosTokenIds,
      draft: null,
      signal: new AbortController().signal,
      sampler: () => (next) => {
        if (chosen.length === 0) ttftMs = performance.now() - startedAt;
        const id = along?.[chosen.length] ?? likeliest(next);
        logits.push(next.slice());
        chosen.push(id);
        return id;
      },
    },
    { model: method?.deviationAlone === true ? deviationAlone(model) : model, speed, loadSpeed },
  );
  while (!sequence.done) await sequence.step();
  for await (const _ of sequence.events());
  const all = tokens.length * model.shape.layers;
  const run: Led = {
    output: [...sequence.output],
    logits,
    chosen,
    ttftMs,
    tpotMs: sequence.output.length > 1 ? sequence.decodeMs / (sequence.output.length - 1) : null,
    prefixTokens: sequence.reusedTokens,
    spanTokens: sequence.placed.reduce((sum, { start, end }) => sum + end - start, 0),
    recomputedTokens: sequence.recomputed.length,
    prefillLayers: sequence.rowLayers / all,
    repairLayers: (sequence.repairedTokens * model.shape.layers) / all,
    kvBytes: sequence.kvBytes,
  };
  sequence.release();
  return run;
}

/** An outcome is kept to the end of the run; what a vocabulary's worth of logits said is in its figures. */
function withoutLogits(outcome: PaperOutcome & Partial<Led>): PaperOutcome {
  const { logits: _, chosen: __, output: ___, ...figures } = outcome;
  return figures;
}

function areEqual(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((id, at) => id === right[at]);
}
