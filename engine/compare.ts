// The same question answered in several ways, one after the other: what each reuses, how soon it begins, what it says,
// and how far its choices are from those of `off`. Saves nothing and keeps no rows.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CompareEvent, CompareWays, Comparison, Comparisons, TurnReport, Way } from './contract/chat.ts';
import type { OfConversation } from './conversations/messages.ts';
import { EngineError } from './errors.ts';
import { findRows } from './find-rows.ts';
import type { FoundRows } from './find-rows.ts';
import type { LoadedModel } from './loaded-model.ts';
import { klDivergence, likeliest } from './metrics/divergence.ts';
import { turnReport } from './metrics/turn-report.ts';
import { approximateWork, prefixSources } from './row-sources.ts';
import { AnswerText } from './sample/answer-text.ts';
import { Sequence } from './schedule/sequence.ts';
import { checkContext } from './text/prompt.ts';
import type { Prompt } from './text/prompt.ts';
import { questionPrompt, turnPrompt } from './turn-prompt.ts';
import { choiceFor } from './turn.ts';
import type { TurnParts } from './turn.ts';

interface Asked {
  of: OfConversation;
  prompt: Prompt;
  maxTokens: number;
  parts: TurnParts;
  loaded: LoadedModel;
  signal: AbortSignal;
}

interface Answered {
  comparison: Comparison;
  /** What its answer was chosen from. */
  choices: Choices;
}

/** Throws as a turn does, and `stopped` at any time. */
export async function* runComparison(
  request: CompareWays,
  parts: TurnParts,
  signal: AbortSignal,
): AsyncGenerator<CompareEvent, Comparisons> {
  const asked = askedOf(request, parts, signal);
  yield { type: 'begun', index: 0 };
  const off = yield* inWay({ policy: 'off' }, null, asked);
  yield { type: 'compared', index: 0, comparison: off.comparison };
  const ways: (Comparison | null)[] = [];
  for (const [at, way] of request.ways.entries()) {
    const index = at + 1;
    yield { type: 'begun', index };
    try {
      const { comparison } = yield* inWay(way, off.choices, asked);
      ways.push(comparison);
      yield { type: 'compared', index, comparison };
    } catch (error) {
      if (!(error instanceof EngineError) || error.code === 'stopped') throw error;
      ways.push(null);
      yield { type: 'failed', index, message: error.message };
    }
  }
  return { off: off.comparison, ways };
}

function askedOf(request: CompareWays, parts: TurnParts, signal: AbortSignal): Asked {
  const { profileId, conversationId, asked, tokens } = request;
  const of = { profileId, conversationId };
  const loaded = asOf(parts.loaded(), askedAt(request, parts));
  const { context } = loaded.model.shape;
  const { prompt } =
    'text' in asked
      ? questionPrompt(of, asked.text, parts, loaded.text)
      : turnPrompt(of, parts, loaded.text, asked.answerId);
  checkContext(prompt.tokens.length, context);
  return { of, prompt, maxTokens: Math.min(tokens, context - prompt.tokens.length), parts, loaded, signal };
}

/** When the question was asked; Infinity: it was not asked yet. */
function askedAt({ asked, ...of }: CompareWays, { conversations }: TurnParts): number {
  if ('text' in asked) return Infinity;
  const { history } = conversations.get(of);
  const answered = history.findIndex(({ id }) => id === asked.answerId);
  return history.slice(0, Math.max(0, answered)).findLast(({ role }) => role === 'user')?.createdAt ?? Infinity;
}

/** What the cache holds of the answer itself would make every way the same. */
function asOf(loaded: LoadedModel, time: number): LoadedModel {
  const disposable: LoadedModel['disposable'] = (name) => loaded.disposable(name).asOf(time);
  return { ...loaded, space: loaded.space.asOf(time), disposable };
}

/** Answers, and compares with `off`, which is compared with itself where it is null. */
async function* inWay(way: Way, off: Choices | null, asked: Asked): AsyncGenerator<CompareEvent, Answered> {
  const { of, prompt, parts, loaded } = asked;
  requireSameModel(asked);
  const choice = choiceFor({ ...of, ...way, verify: false }, parts);
  const startedAt = performance.now();
  const found = await findRows({ prompt, profileId: of.profileId, choice }, loaded).catch((error: unknown) => {
    // Looking computes with the model, which may be closed by now.
    requireSameModel(asked);
    throw error;
  });
  const matchMs = performance.now() - startedAt;
  using _pins = loaded.space.pin(found.refs);
  using _own = found.own?.pin(found.refs);
  await readIntoMemory(found, loaded);

  const choices = new Choices(off);
  const answer = yield* led({ choices, along: null, found, matchMs }, asked);
  if (off === null || choices.areThoseOf(off)) return { comparison: { ...answer, ...choices.distance() }, choices };
  // Where the answers part, the texts behind are different ones: to be compared it is led along those of `off`.
  const along = new Choices(off);
  yield* led({ choices: along, along: off.chosen, found, matchMs }, asked);
  return { comparison: { ...answer, ...along.distance() }, choices };
}

/** From a disk the first way to ask for a block would wait for it, and the others would not. */
async function readIntoMemory({ plan }: FoundRows, loaded: LoadedModel): Promise<void> {
  const spans = (plan.approximate?.spans ?? []).map(({ rows, space = loaded.space }) => ({ rows, space }));
  for (const { rows, space } of [{ rows: plan.reuse, space: loaded.space }, ...spans]) {
    for (const ref of rows) {
      space.load(ref);
      await nextTurn();
    }
  }
}

/** The tokens that were chosen, and how far what they were chosen from is from what `off` chose from. */
class Choices {
  readonly chosen: number[] = [];
  /** Before each choice, [vocabulary]; kept only by `off` itself. */
  readonly logits: Float32Array[] = [];
  firstAt: number | null = null;
  readonly #off: Choices | null;
  readonly #divergences: number[] = [];
  #same = 0;

  constructor(off: Choices | null) {
    this.#off = off;
  }

  areThoseOf({ chosen }: Choices): boolean {
    return this.chosen.length === chosen.length && chosen.every((id, index) => this.chosen[index] === id);
  }

  /** Takes the token of `along`, else the likeliest. */
  next(logits: Float32Array, along: readonly number[] | null): number {
    this.firstAt ??= performance.now();
    const index = this.chosen.length;
    const best = likeliest(logits);
    if (this.#off === null) this.logits.push(logits.slice());
    const expected = (this.#off ?? this).logits[index];
    if (expected !== undefined) this.#divergences.push(klDivergence(expected, logits));
    const id = along?.[index] ?? best;
    this.chosen.push(id);
    if (best === (this.#off ?? this).chosen[index]) this.#same++;
    return id;
  }

  distance(): Pick<Comparison, 'tokens' | 'meanKl' | 'maxKl' | 'top1Agreement'> {
    const count = Math.max(1, this.#divergences.length);
    return {
      tokens: this.#divergences.length,
      meanKl: this.#divergences.reduce((sum, value) => sum + value, 0) / count,
      maxKl: Math.max(0, ...this.#divergences),
      top1Agreement: this.#same / count,
    };
  }
}

interface Run {
  choices: Choices;
  /** The tokens to take; null: its own. */
  along: readonly number[] | null;
  found: FoundRows;
  matchMs: number;
}

/** One sequence, from its first row to its last token. */
async function* led(run: Run, asked: Asked): AsyncGenerator<CompareEvent, { text: string; report: TurnReport }> {
  const { loaded, signal } = asked;
  using slot = await asked.parts.scheduler.admit(signal);
  requireSameModel(asked);
  const startedAt = performance.now();
  const sequence = new Sequence(workOf(run, asked), loaded);
  slot.run(sequence);
  const answer = new AnswerText(loaded.text.detokenizer(), []);
  try {
    for await (const event of sequence.events()) {
      if (event.type === 'progress') yield event;
      if (event.type === 'token') answer.push(event.id);
    }
    if (sequence.stopReason === 'stopped') throw stopped();
    answer.flush();
    const firstTokenMs = (run.choices.firstAt ?? startedAt) - startedAt;
    return { text: answer.text, report: reportOf(run, { sequence, loaded, firstTokenMs }) };
  } finally {
    // A step that is under way still writes into them.
    if (sequence.done) sequence.release();
  }
}

/** Another model may have been chosen while nothing of this was computed. */
function requireSameModel({ parts, loaded }: Asked): void {
  if (parts.loaded().model === loaded.model) return;
  throw new EngineError('model-missing', 'The model was changed in the meantime. Compare again with the new one.');
}

function workOf({ choices, along, found }: Run, { prompt, maxTokens, loaded, signal }: Asked) {
  const approximate = approximateWork(found.plan, loaded);
  return {
    tokens: prompt.tokens,
    reuse: prefixSources(found.plan.reuse, loaded),
    approximate,
    maxTokens,
    eosTokenIds: loaded.model.shape.eosTokenIds,
    sampler: () => (logits: Float32Array) => choices.next(logits, along),
    draft: null,
    signal,
  };
}

function reportOf(
  { found, matchMs }: Run,
  { sequence, loaded, firstTokenMs }: { sequence: Sequence; loaded: LoadedModel; firstTokenMs: number },
): TurnReport {
  return turnReport({
    plan: found.plan,
    modelId: loaded.summary.id,
    layers: loaded.model.shape.layers,
    sequence,
    speed: loaded.speed,
    times: { queueMs: 0, encodeMs: 0, matchMs, ttftMs: matchMs + firstTokenMs },
    verification: null,
  });
}

function stopped(): EngineError {
  return new EngineError('stopped', 'The comparison was stopped. Nothing of it was kept.');
}
