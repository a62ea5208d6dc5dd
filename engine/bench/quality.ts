// Answers one prompt in several ways in one run, each beside `off`, which is led first. Plans are made by token-layers
// instead of milliseconds, so that what is reused does not depend on how busy the machine is.

import { draftFor } from '../draft.ts';
import type { FoundRows } from '../find-rows.ts';
import { matchPrompt } from '../match/matcher.ts';
import type { Match } from '../match/matcher.ts';
import { klDivergence, likeliest } from '../metrics/divergence.ts';
import { hearthWith } from '../plan/policies/hearth.ts';
import type { Costs } from '../plan/policies/policy.ts';
import { readableScopes } from '../profiles/scopes.ts';
import { prefixSources, spanSources } from '../row-sources.ts';
import type { Sequence } from '../schedule/sequence.ts';
import type { Prompt } from '../text/prompt.ts';
import type { BenchModel } from './bench-model.ts';
import type { ReuseWay } from './ladder-policies.ts';
import type { LadderOutcome } from './ladder-rows.ts';
import { keepDonors, promptOf, textOf } from './quality-donors.ts';
import { QUALITY } from './scenarios.ts';
import { verdictOn } from './task-score.ts';
import type { QualityCase } from './workloads.ts';

/** All outcomes of a case, that of `off` first. Null: it does not fit into the model's context. */
export async function runCase(
  bench: BenchModel,
  of: QualityCase,
  ways: readonly ReuseWay[],
): Promise<LadderOutcome[] | null> {
  const { context } = bench.loaded.model.shape;
  const fits = [...of.donors, of.probe].every(
    (chat) => promptOf(bench, { ...chat, answers: [] }).tokens.length + QUALITY.answerTokens < context,
  );
  if (!fits) return null;
  const answers = await keepDonors(bench, of);
  const prompt = promptOf(bench, { ...of.probe, answers });
  const expected = await led(bench, prompt, { found: null, along: null });
  const offAnswer = textOf(bench, expected.sequence.output);
  const outcome = {
    caseId: of.id,
    workload: of.workload,
    promptTokens: prompt.tokens.length,
    offTtftMs: expected.ttftMs,
    offIsRight: verdictOn(offAnswer, of) === 'right',
  };
  const outcomes: LadderOutcome[] = [
    {
      ...outcome,
      ...figuresOf(bench, prompt, { found: null, run: expected }),
      way: 'off',
      answer: offAnswer,
      isIdentical: true,
      verdict: verdictOn(offAnswer, of),
      kl: [],
      agreements: 0,
    },
  ];
  for (const way of ways) {
    const answered = await answerIn(bench, { prompt, way, expected });
    const isIdentical = areEqual(answered.output, expected.sequence.output);
    const answer = isIdentical ? offAnswer : textOf(bench, answered.output);
    const { output: _, ...figures } = answered;
    outcomes.push({ ...outcome, ...figures, way: way.name, answer, isIdentical, verdict: verdictOn(answer, of) });
  }
  return outcomes;
}

type RunFigure = 'prefixTokens' | 'spanTokens' | 'recomputedTokens' | 'foundTokens' | 'tokenLayers' | 'ttftMs';
type Answered = Pick<LadderOutcome, RunFigure | 'kl' | 'agreements'> & { output: readonly number[] };

/** Along the tokens of `off` first; a second time by itself where it would have left them, or is to be verified. */
async function answerIn(
  bench: BenchModel,
  { prompt, way, expected }: { prompt: Prompt; way: ReuseWay; expected: Led },
): Promise<Answered> {
  const startedAt = performance.now();
  const found = await findFor(bench, prompt, way);
  const findMs = performance.now() - startedAt;
  using _pins = bench.loaded.space.pin(found.rows.refs);
  const { rows } = found;
  if (way.verify) {
    const run = await led(bench, prompt, { found: rows, along: null });
    return { ...figuresOf(bench, prompt, { found, run, findMs }), output: run.sequence.output, kl: [], agreements: 0 };
  }
  const run = await led(bench, prompt, { found: rows, along: expected.chosen });
  const figures = figuresOf(bench, prompt, { found, run, findMs });
  const kl = run.logits.map((logits, at) => klDivergence(expected.logits[at]!, logits));
  const agreements = run.logits.filter((logits, at) => likeliest(logits) === expected.chosen[at]).length;
  const leaves = agreements < run.logits.length;
  const { output } = leaves ? (await led(bench, prompt, { found: rows, along: null })).sequence : expected.sequence;
  return { ...figures, output, kl, agreements };
}

interface Found {
  match: Match;
  rows: FoundRows;
}

async function findFor(
  { loaded, profileId }: BenchModel,
  prompt: Prompt,
  { quality, verify, ideas }: ReuseWay,
): Promise<Found> {
  const policy = hearthWith(ideas);
  const wish = { quality, verify, costs: byTokenLayers(loaded.costs) };
  const match = await matchPrompt(loaded, { prompt, profileId }, { ...policy.wants(wish), precisions: ['lossless'] });
  const plan = policy.plan(prompt, match, wish);
  const refs = [...plan.reuse, ...(plan.approximate?.spans ?? []).flatMap((span) => span.rows)];
  return { match, rows: { plan, refs, scopes: readableScopes(profileId), usesCache: true } };
}

function byTokenLayers(costs: Costs): Costs {
  return { ...costs, prefillMs: () => null, loadMs: () => null };
}

interface Led {
  sequence: Sequence;
  /** Before each choice, [vocabulary]. */
  logits: Float32Array[];
  chosen: number[];
  ttftMs: number;
}

/** Takes the tokens of `along`, or its own likeliest ones. */
async function led(
  bench: BenchModel,
  { tokens }: Prompt,
  { found, along }: { found: FoundRows | null; along: readonly number[] | null },
): Promise<Led> {
  const { loaded } = bench;
  const approximate = found?.plan.approximate ?? null;
  const startedAt = performance.now();
  const result: Omit<Led, 'sequence'> = { logits: [], chosen: [], ttftMs: 0 };
  const sequence = await bench.run({
    tokens,
    reuse: prefixSources(found?.plan.reuse ?? [], loaded),
    approximate:
      approximate === null
        ? null
        : { plan: approximate, sources: approximate.spans.flatMap((span) => spanSources(span.rows, loaded)) },
    maxTokens: Math.min(QUALITY.answerTokens, loaded.model.shape.context - tokens.length),
    draft: found === null || along !== null ? null : draftFor(found, loaded, tokens),
    sampler: () => (logits) => {
      if (result.chosen.length === 0) result.ttftMs = performance.now() - startedAt;
      const id = along?.[result.chosen.length] ?? likeliest(logits);
      result.logits.push(logits.slice());
      result.chosen.push(id);
      return id;
    },
  });
  return { ...result, sequence };
}

function figuresOf(
  { loaded }: BenchModel,
  { tokens }: Prompt,
  { found, run, findMs = 0 }: { found: Found | null; run: Led; findMs?: number },
): Pick<LadderOutcome, RunFigure> {
  const { sequence, ttftMs } = run;
  return {
    prefixTokens: sequence.reusedTokens,
    spanTokens: lengthOf(sequence.placed),
    recomputedTokens: sequence.recomputed.length,
    foundTokens: lengthOf(found?.match.spans ?? []),
    tokenLayers: sequence.rowLayers / (tokens.length * loaded.model.shape.layers),
    ttftMs: findMs + ttftMs,
  };
}

function lengthOf(ranges: readonly { start: number; end: number }[]): number {
  return ranges.reduce((total, { start, end }) => total + end - start, 0);
}

function areEqual(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((id, at) => id === right[at]);
}
