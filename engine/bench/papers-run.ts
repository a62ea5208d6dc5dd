// Answers one prompt by every method in one run, each beside a full prefill, which is led first.
//
// Every method finds the same exact rows of earlier prompts: what a method would keep of its own blends is not kept.
// Methods that look in the same way share what is found, and those that come to the same plan share its answer, with
// the times of the one that was first: a plan says all that an answer depends on.

import type { Costs } from '../plan/policies/policy.ts';
import type { Prompt } from '../text/prompt.ts';
import type { PaperBench } from './papers-bench.ts';
import { deviationAlone } from './papers-baselines.ts';
import { FULL } from './papers-methods.ts';
import type { PaperMethod } from './papers-methods.ts';
import type { PaperOutcome } from './papers-rows.ts';
import type { PaperCase } from './papers-workloads.ts';
import { textOf } from './quality-donors.ts';
import { answerBeside, asFull, askCase, findBy, lead, planBy } from './quality-led.ts';
import type { Answering, AskedCase, Compared, Found, Led, Leading, Planned, Wants } from './quality-led.ts';
import { likeness, verdictOn } from './task-score.ts';

/** All outcomes of a case, that of a full prefill first. Null: it does not fit into the model's context. */
export async function runPaperCase(
  bench: PaperBench,
  { group, of }: PaperCase,
  methods: readonly PaperMethod[],
): Promise<PaperOutcome[] | null> {
  const { main } = bench;
  const asked = await askCase(main, of);
  if (asked === null) return null;
  bench.letMemoryGo();
  const full = await lead(main, asked.prompt, { plan: null, along: null });
  const fullAnswer = textOf(main, full.output);
  const same = { caseId: of.id, group, promptTokens: asked.prompt.tokens.length, fullTtftMs: full.ttftMs };
  const outcome = (method: string, ratio: number | null, { output, ...figures }: Compared): PaperOutcome => {
    const answer = figures.isIdentical ? fullAnswer : textOf(main, output);
    const verdict = verdictOn(answer, of);
    return { ...same, ...figures, method, ratio, answer, verdict, rougeL: likeness(answer, fullAnswer) };
  };
  const outcomes = [outcome(FULL, null, asFull(full))];
  const answers = new CaseAnswers(bench, asked, full);
  for (const method of methods) outcomes.push(outcome(method.name, method.ratio, await answers.by(method)));
  return outcomes;
}

/** The answers to one prompt, and what is known of it by now. */
class CaseAnswers {
  readonly #bench: PaperBench;
  readonly #asked: AskedCase;
  readonly #full: Led;
  readonly #finds: { by: Answering['loaded']['model']; wants: Wants; found: Found }[] = [];
  readonly #answers = new Map<string, Compared>();

  constructor(bench: PaperBench, asked: AskedCase, full: Led) {
    this.#bench = bench;
    this.#asked = asked;
    this.#full = full;
  }

  async by(method: PaperMethod): Promise<Compared> {
    const by = this.#bench.of(method);
    const planned = await planOf(by, this.#asked, { method, find: (wants) => this.#find(by, wants) });
    const key = keyOf(planned, method);
    const known = this.#answers.get(key) ?? (await this.#answer(by, method, planned));
    this.#answers.set(key, known);
    return { ...known, ttftMs: planned.findMs + known.ttftMs };
  }

  async #find(by: Answering, wants: Wants): Promise<Found> {
    const { model } = by.loaded;
    const { spans, similar, finder } = wants;
    const known = this.#finds.find(
      (other) =>
        other.by === model &&
        other.wants.spans === spans &&
        other.wants.similar === similar &&
        other.wants.finder === finder,
    );
    if (known !== undefined) return known.found;
    const found = await findBy(by, this.#asked.prompt, wants);
    this.#finds.push({ by: model, wants, found });
    return found;
  }

  async #answer(by: Answering, method: PaperMethod, { plan }: Planned): Promise<Compared> {
    using _pins = by.loaded.space.pin(refsOf(plan));
    return answerBeside(this.#full, method, (along) => leadBy(by, this.#asked.prompt, { method, plan, along }));
  }
}

/** Everything that an answer depends on, as a text. */
function keyOf(
  { plan: { reuse, approximate } }: Planned,
  { deviationAlone: alone, liveKv, verify }: PaperMethod,
): string {
  return JSON.stringify([reuse, approximate, approximate?.selector.influence === true && alone, liveKv, verify]);
}

/** On such a machine a whole costs far more than its parts, and looking costs nothing: next to no reuse is refused. */
const EAGER_COSTS: Costs = {
  prefillMs: (start, end) => (end - start) ** 3,
  loadMs: () => 0,
  layers: 1000,
  boundary: 0,
};

/** Of the method's own looking for the prompt before, nothing stays. */
export function planOf(
  by: Answering,
  { prompt, earlier }: AskedCase,
  { method, find }: { method: PaperMethod; find?: (wants: Wants) => Promise<Found> },
): Promise<Planned> {
  const { past } = by.loaded;
  past.clear();
  for (const each of earlier) past.note(each);
  const { quality, verify, eager } = method;
  const policy = method.policy(earlier.at(-1)?.tokens ?? null);
  return planBy(by, prompt, { policy, quality, verify, costs: eager ? EAGER_COSTS : undefined, find });
}

export function refsOf({ reuse, approximate }: Planned['plan']): Planned['plan']['reuse'] {
  return [...reuse, ...(approximate?.spans ?? []).flatMap((span) => span.rows)];
}

export function leadBy(
  by: Answering,
  prompt: Prompt,
  { method, ...leading }: { method: PaperMethod } & Leading,
): Promise<Led> {
  const { model } = by.loaded;
  return lead(by, prompt, { ...leading, model: method.deviationAlone ? deviationAlone(model) : model });
}
