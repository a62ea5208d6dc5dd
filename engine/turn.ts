// The life of one turn, top to bottom: save, read, find, plan, compute, answer, keep.

import { randomInt } from 'node:crypto';
import { answer } from './answer.ts';
import type { ChatEvent, ChatResult, Message, TurnOptions } from './contract/chat.ts';
import type { Sampling, Settings } from './contract/settings.ts';
import type { Conversations } from './conversations/conversations.ts';
import type { Library } from './conversations/library.ts';
import type { OfConversation } from './conversations/messages.ts';
import type { LoadedModel } from './loaded-model.ts';
import { matchPrompt } from './match/matcher.ts';
import { firstRows } from './model/kv-rows.ts';
import { policyNamed } from './plan/planner.ts';
import { reportPlan } from './plan/reuse-plan.ts';
import type { ReusePlan } from './plan/reuse-plan.ts';
import { Sampler } from './sample/sampler.ts';
import type { Scheduler } from './schedule/scheduler.ts';
import { Sequence } from './schedule/sequence.ts';
import { checkContext } from './text/prompt.ts';
import { turnPrompt } from './turn-prompt.ts';
import { rowKeeper } from './write-back.ts';

/** What a turn needs of the engine. */
export interface TurnParts {
  conversations: Conversations;
  library: Library;
  scheduler: Scheduler;
  settings(): Settings;
  /** Throws `model-missing`, with the reason. */
  loaded(): LoadedModel;
}

export interface TurnRequest extends OfConversation, TurnOptions {
  /** Null: answer the last message again. */
  text: string | null;
}

/**
 * Answers one message. Stopping (the signal) ends it within a step, with what was written.
 * Throws EngineError: `not-found`, `model-missing`, `context-exceeded`, `stopped` (before it began). The message is kept.
 */
export async function* runTurn(
  request: TurnRequest,
  parts: TurnParts,
  signal: AbortSignal,
): AsyncGenerator<ChatEvent, ChatResult> {
  const begunAt = performance.now();
  const of: OfConversation = { profileId: request.profileId, conversationId: request.conversationId };
  const saved = saveQuestion(request, of, parts);
  if (saved !== null) yield { type: 'saved', message: saved };
  const loaded = parts.loaded();
  if (parts.scheduler.queueLength > 0) yield { type: 'queued', position: parts.scheduler.queueLength };
  using slot = await parts.scheduler.admit(signal);

  const admittedAt = performance.now();
  const { prompt, entryOf, isCurrent } = turnPrompt(of, parts, loaded.text);
  const { context } = loaded.model.shape;
  checkContext(prompt.tokens.length, context);
  const encodedAt = performance.now();
  const policy = policyNamed(request.policy ?? parts.settings().policy);
  const plan = policy.plan(prompt, policy.usesCache ? matchPrompt(loaded.space, prompt, of.profileId) : null);
  using _pins = loaded.space.pin(plan.reuse);
  const matchedAt = performance.now();
  yield { type: 'reuse', ...reportPlan(plan, context) };

  const sampling = samplingOf(request, parts);
  const sequence = newSequence({ loaded, plan, sampling, signal }, prompt.tokens);
  slot.run(sequence);
  const times = {
    begunAt,
    queueMs: admittedAt - begunAt,
    encodeMs: encodedAt - admittedAt,
    matchMs: matchedAt - encodedAt,
  };
  const { messages } = parts.conversations;
  const { quality = 'exact' } = request;
  const rows = { space: loaded.space, prompt, plan, sequence, entryOf, isCurrent };
  const keep = policy.usesCache ? rowKeeper(rows) : () => {};
  return yield* answer({ of, messages, loaded, plan, quality, stops: sampling.stop, sequence, times, keep });
}

function saveQuestion(request: TurnRequest, of: OfConversation, parts: TurnParts): Message | null {
  return request.text === null ? null : parts.conversations.messages.appendUser(of, request.text);
}

function samplingOf(request: TurnRequest, parts: TurnParts): Sampling {
  const set = parts.settings().sampling;
  return { ...set, seed: set.seed === 0 ? randomInt(2 ** 32) : set.seed, ...request.sampling };
}

interface Computed {
  loaded: LoadedModel;
  plan: ReusePlan;
  sampling: Sampling;
  signal: AbortSignal;
}

function newSequence({ loaded, plan, sampling, signal }: Computed, tokens: Int32Array): Sequence {
  const { model, space, speed } = loaded;
  const sampler = new Sampler(sampling);
  const penalises = sampling.repetitionPenalty !== 1;
  return new Sequence(
    {
      tokens,
      reuse: plan.reuse.map((block) => () => {
        const rows = space.load(block);
        return rows === null ? null : firstRows(rows, block.count, model.shape);
      }),
      maxTokens: Math.min(sampling.maxTokens, model.shape.context - tokens.length),
      eosTokenIds: model.shape.eosTokenIds,
      // As in Hugging Face transformers, the penalty counts the prompt too.
      sample: (logits, output) => sampler.next(logits, penalises ? [...tokens, ...output] : []),
      signal,
    },
    { model, speed },
  );
}
