// One answer to one prompt, led along the tokens of another answer or by itself, and what it cost. Plans are made by
// token-layers instead of milliseconds, so that what is reused does not depend on how busy the machine is. What is
// compared, and how answers are added up, is decided by the scenarios.

import { matchPrompt } from '../match/matcher.ts';
import type { Match } from '../match/matcher.ts';
import { klDivergence, likeliest } from '../metrics/divergence.ts';
import type { Model } from '../model/forward.ts';
import { finestOf } from '../model/kv-buffer.ts';
import type { Policy, PlanWish } from '../plan/policies/policy.ts';
import type { ReusePlan } from '../plan/reuse-plan.ts';
import { readablePrecisions } from '../profiles/reuse-choice.ts';
import { approximateWork, prefixSources } from '../row-sources.ts';
import type { Draft } from '../schedule/decoding.ts';
import { Sequence } from '../schedule/sequence.ts';
import type { Prompt } from '../text/prompt.ts';
import type { BenchModel } from './bench-model.ts';
import { keepDonors, promptOf } from './quality-donors.ts';
import { QUALITY } from './scenarios.ts';
import type { QualityCase } from './workloads.ts';

/** A case as it is asked: its donors are kept by now. */
export interface AskedCase {
  prompt: Prompt;
  /** Of the donors, as they were asked. */
  earlier: Prompt[];
}

/** Null: the case does not fit into the model's context. */
export async function askCase(bench: BenchModel, of: QualityCase): Promise<AskedCase | null> {
  const { context } = bench.loaded.model.shape;
  const earlier = of.donors.map((donor) => promptOf(bench, { ...donor, answers: [] }));
  const first = promptOf(bench, { ...of.probe, answers: [] });
  if ([...earlier, first].some(({ tokens }) => tokens.length + QUALITY.answerTokens >= context)) return null;
  const answers = await keepDonors(bench, of);
  return { prompt: promptOf(bench, { ...of.probe, answers }), earlier };
}

/** A model, and whose prompts it answers. */
export type Answering = Pick<BenchModel, 'loaded' | 'profileId'>;

export interface Found {
  match: Match;
  findMs: number;
}

export interface Planned extends Found {
  plan: ReusePlan;
}

export type Wants = ReturnType<Policy['wants']>;

export async function findBy({ loaded, profileId }: Answering, prompt: Prompt, wants: Wants): Promise<Found> {
  const startedAt = performance.now();
  const precisions = readablePrecisions(finestOf(loaded.model.liveRows));
  const match = await matchPrompt(loaded, { prompt, profileId }, { ...wants, precisions });
  return { match, findMs: performance.now() - startedAt };
}

interface Planning extends Omit<PlanWish, 'costs'> {
  policy: Policy;
  /** Absent: planned without knowing what time anything takes here. */
  costs?: PlanWish['costs'] | undefined;
  /** Absent: `findBy`. */
  find?: ((wants: Wants) => Promise<Found>) | undefined;
}

export async function planBy(
  by: Answering,
  prompt: Prompt,
  { policy, costs, find, ...wished }: Planning,
): Promise<Planned> {
  const byTokenLayers = { ...by.loaded.costs, prefillMs: () => null, loadMs: () => null };
  const wish = { ...wished, costs: costs ?? byTokenLayers };
  const wants = policy.wants(wish);
  const { match, findMs } = await (find === undefined ? findBy(by, prompt, wants) : find(wants));
  const startedAt = performance.now();
  const plan = policy.plan(prompt, match, wish);
  return { match, plan, findMs: findMs + performance.now() - startedAt };
}

export interface LedFigures {
  /** Rows of the exact prefix, of reused spans, and of those the ones computed again before the first token. */
  prefixTokens: number;
  spanTokens: number;
  recomputedTokens: number;
  /** Token-layers in those of a full prefill: before the first token, selection included, and along the answer. */
  prefillLayers: number;
  repairLayers: number;
  /** Most bytes of keys and values held at once. */
  kvBytes: number;
  /** Without the time it took to find and plan. */
  ttftMs: number;
  tpotMs: number | null;
}

export interface Led extends LedFigures {
  output: readonly number[];
  /** Before each choice, [vocabulary]. */
  logits: Float32Array[];
  chosen: number[];
}

export interface Leading {
  plan: ReusePlan | null;
  /** Tokens to take in place of its own likeliest ones. */
  along: readonly number[] | null;
  draft?: Draft | null;
  /** Absent: the one that is loaded. */
  model?: Model;
  answerTokens?: number;
}

export async function lead({ loaded }: Pick<Answering, 'loaded'>, { tokens }: Prompt, leading: Leading): Promise<Led> {
  const { plan, along, draft = null, model = loaded.model, answerTokens = QUALITY.answerTokens } = leading;
  const logits: Float32Array[] = [];
  const chosen: number[] = [];
  const startedAt = performance.now();
  let ttftMs = 0;
  const sequence = new Sequence(
    {
      tokens,
      reuse: prefixSources(plan?.reuse ?? [], loaded),
      approximate: plan === null ? null : approximateWork(plan, loaded),
      maxTokens: Math.min(answerTokens, model.shape.context - tokens.length),
      eosTokenIds: model.shape.eosTokenIds,
      draft,
      signal: new AbortController().signal,
      sampler: () => (next) => {
        if (chosen.length === 0) ttftMs = performance.now() - startedAt;
        const id = along?.[chosen.length] ?? likeliest(next);
        logits.push(next.slice());
        chosen.push(id);
        return id;
      },
    },
    { ...loaded, model },
  );
  while (!sequence.done) await sequence.step();
  for await (const _ of sequence.events());
  const { layers } = model.shape;
  const led: Led = { output: [...sequence.output], logits, chosen, ttftMs, ...figuresOf(sequence, tokens, layers) };
  sequence.release();
  return led;
}

function figuresOf(sequence: Sequence, { length }: Int32Array, layers: number): Omit<LedFigures, 'ttftMs'> {
  const steps = sequence.output.length - 1;
  return {
    tpotMs: steps > 0 ? sequence.decodeMs / steps : null,
    prefixTokens: sequence.reusedTokens,
    spanTokens: sequence.placed.reduce((sum, { start, end }) => sum + end - start, 0),
    recomputedTokens: sequence.recomputed.length,
    prefillLayers: sequence.rowLayers / (length * layers),
    repairLayers: sequence.repairedTokens / length,
    kvBytes: sequence.kvBytes,
  };
}

/** An answer beside that of a full prefill. */
export interface Compared extends LedFigures {
  output: readonly number[];
  isIdentical: boolean;
  /** Of each token that the full prefill's answer took; empty where nothing was led along them. */
  kl: number[];
  /** How many of them this way would have taken itself. */
  agreements: number;
}

/** Along the tokens of the full prefill first; a second time by itself where it would have left them, or is checked. */
export async function answerBeside(
  full: Led,
  { verify }: { verify: boolean },
  answer: (along: readonly number[] | null) => Promise<Led>,
): Promise<Compared> {
  const { logits, chosen: _, ...run } = await answer(verify ? null : full.chosen);
  if (verify) return { ...run, isIdentical: areEqual(run.output, full.output), kl: [], agreements: 0 };
  const kl = logits.map((own, at) => klDivergence(full.logits[at]!, own));
  const agreements = logits.filter((own, at) => likeliest(own) === full.chosen[at]).length;
  const { output } = agreements < logits.length ? await answer(null) : full;
  return { ...run, output, isIdentical: areEqual(output, full.output), kl, agreements };
}

/** What a full prefill is beside itself. */
export function asFull(full: Led): Compared {
  const { logits: _, chosen: __, ...run } = full;
  return { ...run, isIdentical: true, kl: [], agreements: 0 };
}

function areEqual(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((id, at) => id === right[at]);
}
