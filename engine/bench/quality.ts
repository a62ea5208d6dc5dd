// Answers one prompt in several ways in one run, each beside `off`, which is led first.

import { draftFor } from '../draft.ts';
import { hearthWith } from '../plan/policies/hearth.ts';
import { readableScopes } from '../profiles/scopes.ts';
import type { Prompt } from '../text/prompt.ts';
import type { BenchModel } from './bench-model.ts';
import type { ReuseWay } from './ladder-policies.ts';
import type { LadderOutcome } from './ladder-rows.ts';
import { textOf } from './quality-donors.ts';
import { answerBeside, asFull, askCase, lead, planBy } from './quality-led.ts';
import type { Compared, Led } from './quality-led.ts';
import { verdictOn } from './task-score.ts';
import type { QualityCase } from './workloads.ts';

/** All outcomes of a case, that of `off` first. Null: it does not fit into the model's context. */
export async function runCase(
  bench: BenchModel,
  of: QualityCase,
  ways: readonly ReuseWay[],
): Promise<LadderOutcome[] | null> {
  const asked = await askCase(bench, of);
  if (asked === null) return null;
  const { prompt } = asked;
  const off = await lead(bench, prompt, { plan: null, along: null });
  const offAnswer = textOf(bench, off.output);
  const same = {
    caseId: of.id,
    workload: of.workload,
    promptTokens: prompt.tokens.length,
    offTtftMs: off.ttftMs,
    offIsRight: verdictOn(offAnswer, of) === 'right',
  };
  const outcome = (way: string, { output, prefillLayers: tokenLayers, ...figures }: Compared, foundTokens: number) => {
    const answer = figures.isIdentical ? offAnswer : textOf(bench, output);
    return { ...same, ...figures, tokenLayers, foundTokens, way, answer, verdict: verdictOn(answer, of) };
  };
  const outcomes: LadderOutcome[] = [outcome('off', asFull(off), 0)];
  for (const way of ways) {
    const { foundTokens, ...answered } = await answerIn(bench, { prompt, way, off });
    outcomes.push(outcome(way.name, answered, foundTokens));
  }
  return outcomes;
}

async function answerIn(
  bench: BenchModel,
  { prompt, way, off }: { prompt: Prompt; way: ReuseWay; off: Led },
): Promise<Compared & { foundTokens: number }> {
  const { loaded, profileId } = bench;
  const { match, plan, findMs } = await planBy(bench, prompt, { ...way, policy: hearthWith(way.ideas) });
  const refs = [...plan.reuse, ...(plan.approximate?.spans ?? []).flatMap((span) => span.rows)];
  const rows = { plan, refs, scopes: readableScopes(profileId), usesCache: true };
  using _pins = loaded.space.pin(refs);
  const answered = await answerBeside(off, way, (along) => {
    const draft = along === null ? draftFor(rows, loaded, prompt.tokens) : null;
    return lead(bench, prompt, { plan, along, draft });
  });
  const foundTokens = match.spans.reduce((total, { start, end }) => total + end - start, 0);
  return { ...answered, ttftMs: findMs + answered.ttftMs, foundTokens };
}
