// Answers one prompt by every method in one run, each beside a full prefill, which is led first.
//
// Every method finds the same exact rows of earlier prompts: what a method would keep of its own blends is not kept.

import type { Costs } from '../plan/policies/policy.ts';
import type { Prompt } from '../text/prompt.ts';
import type { BenchModel } from './bench-model.ts';
import { deviationAlone } from './papers-baselines.ts';
import { FULL } from './papers-methods.ts';
import type { PaperMethod } from './papers-methods.ts';
import type { PaperOutcome } from './papers-rows.ts';
import type { PaperCase } from './papers-workloads.ts';
import { textOf } from './quality-donors.ts';
import { answerBeside, asFull, askCase, lead, planBy } from './quality-led.ts';
import type { AskedCase, Compared, Led, Leading, Planned } from './quality-led.ts';
import { likeness, verdictOn } from './task-score.ts';

/** All outcomes of a case, that of a full prefill first. Null: it does not fit into the model's context. */
export async function runPaperCase(
  bench: BenchModel,
  { group, of }: PaperCase,
  methods: readonly PaperMethod[],
): Promise<PaperOutcome[] | null> {
  const asked = await askCase(bench, of);
  if (asked === null) return null;
  const full = await lead(bench, asked.prompt, { plan: null, along: null });
  const fullAnswer = textOf(bench, full.output);
  const same = { caseId: of.id, group, promptTokens: asked.prompt.tokens.length, fullTtftMs: full.ttftMs };
  const outcome = (method: string, ratio: number | null, { output, ...figures }: Compared): PaperOutcome => {
    const answer = figures.isIdentical ? fullAnswer : textOf(bench, output);
    const verdict = verdictOn(answer, of);
    return { ...same, ...figures, method, ratio, answer, verdict, rougeL: likeness(answer, fullAnswer) };
  };
  const outcomes = [outcome(FULL, null, asFull(full))];
  for (const method of methods) {
    outcomes.push(outcome(method.name, method.ratio, await answerBy(bench, asked, { method, full })));
  }
  return outcomes;
}

async function answerBy(
  bench: BenchModel,
  asked: AskedCase,
  { method, full }: { method: PaperMethod; full: Led },
): Promise<Compared> {
  const { plan, findMs } = await planOf(bench, asked, method);
  using _pins = bench.loaded.space.pin(refsOf(plan));
  const answered = await answerBeside(full, method, (along) => leadBy(bench, asked.prompt, { method, plan, along }));
  return { ...answered, ttftMs: findMs + answered.ttftMs };
}

/** On such a machine a whole costs far more than its parts, and looking costs nothing: next to no reuse is refused. */
const EAGER_COSTS: Costs = {
  prefillMs: (start, end) => (end - start) ** 3,
  loadMs: () => 0,
  layers: 1000,
  boundary: 0,
};

/** Of the method's own looking for the prompt before, nothing stays. */
export function planOf(bench: BenchModel, { prompt, earlier }: AskedCase, method: PaperMethod): Promise<Planned> {
  const { past } = bench.loaded;
  past.clear();
  for (const each of earlier) past.note(each);
  const { quality, verify, eager } = method;
  const policy = method.policy(earlier.at(-1)?.tokens ?? null);
  return planBy(bench, prompt, { policy, quality, verify, costs: eager ? EAGER_COSTS : undefined });
}

export function refsOf({ reuse, approximate }: Planned['plan']): Planned['plan']['reuse'] {
  return [...reuse, ...(approximate?.spans ?? []).flatMap((span) => span.rows)];
}

export function leadBy(
  bench: BenchModel,
  prompt: Prompt,
  { method, ...leading }: { method: PaperMethod } & Leading,
): Promise<Led> {
  const { model } = bench.loaded;
  return lead(bench, prompt, { ...leading, model: method.deviationAlone ? deviationAlone(model) : model });
}
