// The prompt behind one answer, token by token, as its reader sees it: text, origin, and what was computed again.

import type { MessageId, PromptToken, TurnReport } from './contract/chat.ts';
import { EngineError } from './errors.ts';
import type { OfConversation } from './conversations/messages.ts';
import type { ModelText } from './text/model-text.ts';
import { turnPrompt } from './turn-prompt.ts';
import type { Texts } from './turn-prompt.ts';

/** Throws `not-found`, also where a document or the model was changed since the answer was given. */
export function promptTokens(of: OfConversation, answerId: MessageId, texts: Texts, text: ModelText): PromptToken[] {
  const { prompt } = turnPrompt(of, texts, text, answerId);
  const report = texts.conversations.messages.history(of).find((message) => message.id === answerId)?.report;
  if (report === null || report === undefined || report.spans.at(-1)?.end !== prompt.tokens.length) throw changed();
  const pieces = text.pieces(prompt.tokens);
  return report.spans.flatMap((span) => tokensOf(span, pieces));
}

function tokensOf(span: TurnReport['spans'][number], pieces: readonly string[]): PromptToken[] {
  return pieces.slice(span.start, span.end).map((piece, index) => {
    const position = span.start + index;
    const recomputed = span.recomputed.some(([start, end]) => position >= start && position < end);
    return { text: piece, origin: span.origin, recomputed };
  });
}

function changed(): EngineError {
  const message = 'The text or the model behind this answer was changed since, so its tokens cannot be shown any more.';
  return new EngineError('not-found', message);
}
