// From a running sequence to a saved answer: words go out as they come, rows and text are kept, the report closes it.

import type { ChatEvent, ChatResult, Message, TurnReport } from './contract/chat.ts';
import type { Quality } from './contract/settings.ts';
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
  quality: Quality;
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
  const { of, messages, loaded, plan, quality, sequence, times, keep } = turn;
  const written = new AnswerText(loaded.text.detokenizer(), turn.stops);
  let message: Message | null = null;
  let ttftMs: number | null = null;
  let savedAt = -Infinity;
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
