// The life of one turn, top to bottom: save, read, find, plan, compute, answer, keep.

import { randomInt } from 'node:crypto';
import type { ChatEvent, ChatResult, Message, TurnOptions, TurnReport } from './contract/chat.ts';
import type { Settings } from './contract/settings.ts';
import type { Conversations } from './conversations/conversations.ts';
import type { Library } from './conversations/library.ts';
import type { OfConversation } from './conversations/messages.ts';
import type { LoadedModel } from './loaded-model.ts';
import { matchPrompt } from './match/matcher.ts';
import { turnReport } from './metrics/turn-report.ts';
import type { TurnTimes } from './metrics/turn-report.ts';
import { firstRows } from './model/kv-rows.ts';
import { policyNamed } from './plan/planner.ts';
import { reportPlan } from './plan/reuse-plan.ts';
import type { ReusePlan } from './plan/reuse-plan.ts';
import { AnswerText } from './sample/answer-text.ts';
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

/** A partial answer is saved this often, so that a crash costs a second of it at most. */
const SAVE_EVERY_MS = 1000;

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
  const { prompt, entryOf } = turnPrompt(of, parts, loaded.text);
  const { context } = loaded.model.shape;
  checkContext(prompt.tokens.length, context);
  const encodedAt = performance.now();
  const policy = policyNamed(request.policy ?? parts.settings().policy);
  const plan = policy.plan(prompt, policy.usesCache ? matchPrompt(loaded.space, prompt, of.profileId) : null);
  using _pins = loaded.space.pin(plan.reuse);
  const matchedAt = performance.now();
  yield { type: 'reuse', ...reportPlan(plan, context) };

  const turn = { of, parts, loaded, plan, request };
  const sequence = newSequence(turn, prompt.tokens, signal);
  slot.run(sequence);
  const times = {
    begunAt,
    queueMs: admittedAt - begunAt,
    encodeMs: encodedAt - admittedAt,
    matchMs: matchedAt - encodedAt,
  };
  const keep = policy.usesCache ? rowKeeper({ space: loaded.space, prompt, plan, sequence, entryOf }) : () => {};
  return yield* answer({ ...turn, sequence, times, keep });
}

interface Turn {
  of: OfConversation;
  parts: TurnParts;
  loaded: LoadedModel;
  plan: ReusePlan;
  request: TurnRequest;
}
interface RunningTurn extends Turn {
  sequence: Sequence;
  times: Omit<TurnTimes, 'ttftMs'> & { begunAt: number };
  keep: () => void;
}

function saveQuestion(request: TurnRequest, of: OfConversation, parts: TurnParts): Message | null {
  return request.text === null ? null : parts.conversations.messages.appendUser(of, request.text);
}

function newSequence({ request, parts, loaded, plan }: Turn, tokens: Int32Array, signal: AbortSignal): Sequence {
  const { model, space, speed } = loaded;
  const set = parts.settings().sampling;
  const seed = set.seed === 0 ? randomInt(2 ** 32) : set.seed;
  const sampling = { ...set, seed, ...request.sampling };
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

async function* answer(turn: RunningTurn): AsyncGenerator<ChatEvent, ChatResult> {
  const { of, parts, loaded, sequence, plan, times, keep } = turn;
  const { messages } = parts.conversations;
  const stops = turn.request.sampling?.stop ?? parts.settings().sampling.stop;
  const written = new AnswerText(loaded.text.detokenizer(), stops);
  let message: Message | null = null;
  let ttftMs: number | null = null;
  let savedAt = 0;
  try {
    for await (const event of sequence.events()) {
      if (event.type === 'progress') yield event;
      else if (event.type === 'prefilled') keep();
      else {
        ttftMs ??= performance.now() - times.begunAt;
        const { text, stopped } = written.push(event.id);
        if (stopped) sequence.end('stop-string');
        if (text !== '') yield { type: 'text', text };
        if (performance.now() - savedAt < SAVE_EVERY_MS) continue;
        // Saved for the first time after the first word is out: the disk does not delay it.
        message ??= messages.beginAnswer(of);
        messages.updateAnswer(message.id, written.text);
        savedAt = performance.now();
      }
    }
    const rest = written.flush();
    if (rest !== '') yield { type: 'text', text: rest };
  } catch (error) {
    if (message !== null) messages.interrupt(message.id, written.text);
    throw error;
  }
  ttftMs ??= performance.now() - times.begunAt;
  const { quality = 'exact' } = turn.request;
  const modelId = loaded.summary.id;
  const report = turnReport({ plan, quality, modelId, sequence, speed: loaded.speed, times: { ...times, ttftMs } });
  keep();
  loaded.space.used(plan.reuse, report.savedMs ?? 0);
  message ??= messages.beginAnswer(of);
  return { message: messages.finishAnswer(message.id, { text: written.text, state: stateOf(report), report }) };
}

function stateOf(report: TurnReport): 'complete' | 'stopped' {
  return report.stopReason === 'stopped' ? 'stopped' : 'complete';
}
