// How far a policy's answers are from those of `off`: both are led along the same tokens, those that `off` takes, and
// at each of them the two distributions of the next token are compared. Saves nothing and keeps no rows.

import type { ChatEvent, Comparison } from './contract/chat.ts';
import type { EngineStreams } from './contract/engine-api.ts';
import { findRows } from './find-rows.ts';
import type { FoundRows } from './find-rows.ts';
import type { LoadedModel } from './loaded-model.ts';
import { turnReport } from './metrics/turn-report.ts';
import { reportPlan } from './plan/plan-report.ts';
import { approximateWork, prefixSources } from './row-sources.ts';
import type { Slot } from './schedule/scheduler.ts';
import { Sequence } from './schedule/sequence.ts';
import type { SequenceWork } from './schedule/sequence.ts';
import { klDivergence, likeliest } from './metrics/divergence.ts';
import { checkContext } from './text/prompt.ts';
import { questionPrompt } from './turn-prompt.ts';
import { choiceFor } from './turn.ts';
import type { TurnParts } from './turn.ts';

type Request = EngineStreams['chat.compare']['params'];

/** Throws as a turn does. */
export async function* runComparison(
  request: Request,
  parts: TurnParts,
  signal: AbortSignal,
): AsyncGenerator<ChatEvent, Comparison> {
  const begunAt = performance.now();
  const of = { profileId: request.profileId, conversationId: request.conversationId };
  const loaded = parts.loaded();
  const { shape } = loaded.model;
  const { tokens } = questionPrompt(of, request.text, parts, loaded.text).prompt;
  checkContext(tokens.length, shape.context);
  const maxTokens = Math.min(request.tokens, shape.context - tokens.length);
  const of64 = { tokens, maxTokens, signal, loaded };
  const expected = await led({ ...of64, found: null, along: null, slot: await parts.scheduler.admit(signal) });

  const slot = await parts.scheduler.admit(signal);
  const startedAt = performance.now();
  const { prompt } = questionPrompt(of, request.text, parts, loaded.text);
  const found = await findRows({ prompt, profileId: of.profileId, choice: choiceFor(request, parts) }, loaded);
  using _pins = loaded.space.pin(found.refs);
  using _own = found.own?.pin(found.refs);
  yield { type: 'reuse', ...reportPlan(found.plan, shape.context) };
  const matchMs = performance.now() - startedAt;
  const actual = await led({ ...of64, found, along: expected.chosen, slot });
  const divergences = actual.logits.map((logits, index) => klDivergence(expected.logits[index]!, logits));
  const same = actual.logits.filter((logits, index) => likeliest(logits) === expected.chosen[index]).length;
  return {
    tokens: divergences.length,
    meanKl: divergences.reduce((sum, value) => sum + value, 0) / Math.max(1, divergences.length),
    maxKl: Math.max(0, ...divergences),
    top1Agreement: same / Math.max(1, divergences.length),
    report: turnReport({
      plan: found.plan,
      modelId: loaded.summary.id,
      layers: shape.layers,
      sequence: actual.sequence,
      speed: loaded.speed,
      times: { queueMs: startedAt - begunAt, encodeMs: 0, matchMs, ttftMs: matchMs + actual.firstTokenMs },
      verification: null,
    }),
  };
}

interface Led {
  sequence: Sequence;
  /** Before each choice, [vocabulary]. */
  logits: Float32Array[];
  chosen: number[];
  firstTokenMs: number;
}

/** One sequence that takes the tokens of `along`, or its own likeliest ones, and keeps the logits it chose from. */
async function led(run: {
  tokens: Int32Array;
  maxTokens: number;
  signal: AbortSignal;
  loaded: LoadedModel;
  found: FoundRows | null;
  along: readonly number[] | null;
  slot: Slot;
}): Promise<Led> {
  const { tokens, maxTokens, signal, loaded, found, along } = run;
  using slot = run.slot;
  const startedAt = performance.now();
  const result: Omit<Led, 'sequence'> = { logits: [], chosen: [], firstTokenMs: 0 };
  const approximate = found === null ? null : approximateWork(found.plan, loaded);
  const work: SequenceWork = {
    tokens,
    reuse: prefixSources(found?.plan.reuse ?? [], loaded),
    // The rows as the answer sees them are compared, not those that checking it would put in their place.
    approximate: approximate === null ? null : { ...approximate, plan: { ...approximate.plan, verify: false } },
    maxTokens,
    eosTokenIds: loaded.model.shape.eosTokenIds,
    sampler: () => (logits) => {
      if (result.logits.length === 0) result.firstTokenMs = performance.now() - startedAt;
      const id = along?.[result.chosen.length] ?? likeliest(logits);
      result.logits.push(logits.slice());
      result.chosen.push(id);
      return id;
    },
    draft: null,
    signal,
  };
  const sequence = new Sequence(work, loaded);
  slot.run(sequence);
  for await (const _ of sequence.events());
  return { ...result, sequence };
}
