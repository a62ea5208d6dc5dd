// From a running sequence to a saved answer: words go out as they come, rows and text are kept, the report closes it.

import type { ChatEvent, ChatResult, Message, TurnReport, Verification } from './contract/chat.ts';
import type { Messages, OfConversation } from './conversations/messages.ts';
import type { LoadedModel } from './loaded-model.ts';
import { turnReport } from './metrics/turn-report.ts';
import type { TurnTimes } from './metrics/turn-report.ts';
import type { ReusePlan } from './plan/reuse-plan.ts';
import { AnswerText } from './sample/answer-text.ts';
import type { Sequence } from './schedule/sequence.ts';

export interface RunningTurn {
  of: OfConversation;
  messages: Messages;
  loaded: LoadedModel;
  plan: ReusePlan;
  stops: readonly string[];
  sequence: Sequence;
  times: Omit<TurnTimes, 'ttftMs'> & { begunAt: number };
  /** Hands the rows computed so far to the cache. */
  keep: () => void;
}

/** A partial answer is saved this often, so that a crash costs a second of it at most. */
const SAVE_EVERY_MS = 1000;

/** Streams the answer, then gives it as it was saved. What a failed sequence had written is kept as `interrupted`. */
export async function* answer(turn: RunningTurn): AsyncGenerator<ChatEvent, ChatResult> {
  const { of, messages, loaded, plan, sequence, times, keep } = turn;
  const written = new WrittenAnswer(turn);
  let message: Message | null = null;
  let ttftMs: number | null = null;
  let savedAt = -Infinity;
  try {
    for await (const event of sequence.events()) {
      if (event.type === 'progress') yield event;
      else {
        const isFirst = event.type === 'token' && ttftMs === null;
        if (isFirst) ttftMs = performance.now() - times.begunAt;
        yield* written.follow(event);
        // The prompt's rows are there for others from here on; the first word does not wait for that.
        if (isFirst) keep();
        if (performance.now() - savedAt < SAVE_EVERY_MS) continue;
        // Saved for the first time after the first word is out: the disk does not delay it.
        message ??= messages.beginAnswer(of);
        messages.updateAnswer(message.id, written.text);
        savedAt = performance.now();
      }
    }
    yield* written.close();
  } catch (error) {
    if (message !== null) messages.interrupt(message.id, written.text);
    throw error;
  }
  ttftMs ??= performance.now() - times.begunAt;
  const { shape } = loaded.model;
  const report = turnReport({
    plan,
    modelId: loaded.summary.id,
    layers: shape.layers,
    sequence,
    speed: loaded.speed,
    times: { ...times, ttftMs },
    verification: written.verification,
  });
  keep();
  loaded.space.used(plan.reuse, report.savedMs ?? 0);
  message ??= messages.beginAnswer(of);
  return { message: messages.finishAnswer(message.id, { text: written.text, state: stateOf(report), report }) };
}

type WordEvent = Exclude<Awaited<ReturnType<ReturnType<Sequence['events']>['next']>>['value'], void | undefined> & {
  type: 'token' | 'verifying' | 'correction';
};

/** The text of the answer, also when its end is withdrawn and written again. */
class WrittenAnswer {
  readonly #turn: RunningTurn;
  #answer: AnswerText;
  #ids: number[] = [];
  #correction: Verification['correction'] = null;

  constructor(turn: RunningTurn) {
    this.#turn = turn;
    this.#answer = this.#newText();
  }

  get text(): string {
    return this.#answer.text;
  }

  get verification(): Verification | null {
    const { checkedTokens } = this.#turn.sequence;
    return checkedTokens === null ? null : { checkedTokens, correction: this.#correction };
  }

  *follow(event: WordEvent): Generator<ChatEvent> {
    if (event.type === 'token') yield* this.#push(event.id);
    else if (event.type === 'verifying') {
      yield* this.close();
      yield { type: 'verifying' };
    } else yield* this.#withdraw(event.keptTokens);
  }

  *close(): Generator<ChatEvent> {
    const rest = this.#answer.flush();
    if (rest !== '') yield { type: 'text', text: rest };
  }

  *#push(id: number): Generator<ChatEvent> {
    this.#ids.push(id);
    const { text, stopped } = this.#answer.push(id);
    if (stopped) this.#turn.sequence.end('stop-string');
    if (text !== '') yield { type: 'text', text };
  }

  /** Words are withdrawn from the first character on that the kept tokens do not give. */
  *#withdraw(keptTokens: number): Generator<ChatEvent> {
    const before = this.text;
    this.#ids.length = keptTokens;
    this.#answer = this.#newText();
    for (const id of this.#ids) {
      if (this.#answer.push(id).stopped) this.#turn.sequence.end('stop-string');
    }
    const at = this.text.length;
    if (before.length > at) yield { type: 'correction', at };
    this.#correction = { at, removed: before.slice(at) };
  }

  #newText(): AnswerText {
    return new AnswerText(this.#turn.loaded.text.detokenizer(), this.#turn.stops);
  }
}

function stateOf(report: TurnReport): 'complete' | 'stopped' {
  return report.stopReason === 'stopped' ? 'stopped' : 'complete';
}
