// The life of one turn, top to bottom: save, read, find, plan, compute, answer, keep.

import { randomInt } from 'node:crypto';
import type { Ahead } from './ahead.ts';
import { answer } from './answer.ts';
import type { Background } from './background.ts';
import type { ChatEvent, ChatResult, Message, TurnOptions } from './contract/chat.ts';
import type { Sampling, Settings } from './contract/settings.ts';
import type { Conversations } from './conversations/conversations.ts';
import type { Library } from './conversations/library.ts';
import type { OfConversation } from './conversations/messages.ts';
import { draftFor } from './draft.ts';
import type { LoadedModel } from './loaded-model.ts';
import { findRows } from './find-rows.ts';
import type { FoundRows } from './find-rows.ts';
import { reportPlan } from './plan/plan-report.ts';
import type { Profiles } from './profiles/profiles.ts';
import { effective } from './profiles/reuse-choice.ts';
import type { EffectiveChoice } from './profiles/reuse-choice.ts';
import { approximateWork, losslessRows, prefixSources } from './row-sources.ts';
import { Sampler } from './sample/sampler.ts';
import type { Scheduler } from './schedule/scheduler.ts';
import { Sequence } from './schedule/sequence.ts';
import { checkContext } from './text/prompt.ts';
import { turnPrompt } from './turn-prompt.ts';
import { ownKeeper } from './keep-own.ts';
import { rowKeeper } from './write-back.ts';

/** What a turn needs of the engine. */
export interface TurnParts {
  profiles: Profiles;
  conversations: Conversations;
  library: Library;
  scheduler: Scheduler;
  background: Background;
  ahead: Ahead;
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
  // Without a model nobody needs to wait to hear it.
  parts.loaded();
  if (parts.scheduler.queueLength > 0) yield { type: 'queued', position: parts.scheduler.queueLength };
  using slot = await parts.scheduler.admit(signal);

  // The model may have been changed since.
  const loaded = parts.loaded();
  const admittedAt = performance.now();
  const choice = choiceFor(request, parts);
  if (choice.similar) parts.ahead.similarAsked();
  const text = turnPrompt(of, parts, loaded.text);
  checkContext(text.prompt.tokens.length, loaded.model.shape.context);
  const encodedAt = performance.now();
  // What was computed ahead of time for this very chat is in the cache before anybody looks there.
  parts.background.keep();
  const found = await findRows({ prompt: text.prompt, profileId: of.profileId, choice }, loaded);
  using _pins = loaded.space.pin(found.refs);
  using _own = found.own?.pin(found.refs);
  const matchedAt = performance.now();
  yield { type: 'reuse', ...reportPlan(found.plan, loaded.model.shape.context) };

  const sampling = samplingOf(request, parts);
  const sequence = newSequence({ found, loaded, sampling, signal, tokens: text.prompt.tokens, choice });
  slot.run(sequence);
  const times = {
    begunAt,
    queueMs: admittedAt - begunAt,
    encodeMs: encodedAt - admittedAt,
    matchMs: matchedAt - encodedAt,
  };
  const { messages } = parts.conversations;
  const { plan } = found;
  const { space, speed } = loaded;
  const { precision } = choice;
  const rows = { ...text, space, reuse: plan.reuse, computed: sequence, precision, speed };
  const keepExact = found.usesCache ? rowKeeper(rows) : () => {};
  const keepOwn = ownKeeper({ ...rows, own: found.own ?? null, sequence, profileId: of.profileId });
  const keep = () => {
    keepExact();
    keepOwn();
  };
  try {
    return yield* answer({ of, messages, loaded, plan, stops: sampling.stop, sequence, times, keep });
  } finally {
    // A step that is under way still writes into them.
    if (sequence.done) sequence.release(found.usesCache && text.isCurrent() ? losslessRows(plan.reuse, loaded) : 0);
  }
}

/** What may be reused for this request, by its own wish, its person's choice and the machine's setting. */
export function choiceFor(
  request: OfConversation & TurnOptions,
  parts: Pick<TurnParts, 'profiles' | 'settings'>,
): EffectiveChoice {
  return effective({ profile: parts.profiles.get(request.profileId), settings: parts.settings(), options: request });
}

function saveQuestion(request: TurnRequest, of: OfConversation, parts: TurnParts): Message | null {
  return request.text === null ? null : parts.conversations.messages.appendUser(of, request.text);
}

function samplingOf(request: TurnRequest, parts: TurnParts): Sampling {
  const set = parts.settings().sampling;
  return { ...set, seed: set.seed === 0 ? randomInt(2 ** 32) : set.seed, ...request.sampling };
}

interface Computed {
  found: FoundRows;
  loaded: LoadedModel;
  sampling: Sampling;
  signal: AbortSignal;
  tokens: Int32Array;
  choice: EffectiveChoice;
}

function newSequence({ found, loaded, sampling, signal, tokens, choice }: Computed): Sequence {
  const { model } = loaded;
  const { plan } = found;
  const penalises = sampling.repetitionPenalty !== 1;
  return new Sequence(
    {
      tokens,
      reuse: prefixSources(plan.reuse, loaded),
      approximate: approximateWork(plan, loaded),
      maxTokens: Math.min(sampling.maxTokens, model.shape.context - tokens.length),
      eosTokenIds: model.shape.eosTokenIds,
      sampler: () => {
        const sampler = new Sampler(sampling);
        // As in Hugging Face transformers, the penalty counts the prompt too.
        return (logits, output) => sampler.next(logits, penalises ? [...tokens, ...output] : []);
      },
      roughFrom: choice.verify ? losslessRows(plan.reuse, loaded) : null,
      draft: draftFor(found, loaded, tokens),
      signal,
    },
    loaded,
  );
}
