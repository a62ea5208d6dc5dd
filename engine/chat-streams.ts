// The streams of the contract: one turn at a time in a chat, and what follows from a turn when it is over.

import { runComparison } from './compare.ts';
import type { ConversationId } from './contract/chat.ts';
import type { StreamHandlers } from './contract/rpc.ts';
import { EngineError } from './errors.ts';
import type { HandlerParts } from './handlers.ts';
import { runTurn } from './turn.ts';
import type { TurnParts } from './turn.ts';

export function streamHandlers(parts: HandlerParts): StreamHandlers {
  const turnParts: TurnParts = {
    ...parts,
    settings: () => parts.settings.get(),
    loaded: () => parts.models.require(),
  };
  const answering = new Set<ConversationId>();
  const run: typeof runTurn = async function* (request, of, signal) {
    const { conversationId } = request;
    if (answering.has(conversationId)) throw busy();
    answering.add(conversationId);
    parts.background.drop(conversationId);
    try {
      const result = yield* runTurn(request, of, signal);
      if (result.message.report?.state === 'approximate') parts.ahead.conversation(request, 0);
      return result;
    } finally {
      answering.delete(conversationId);
      // What the turn computed waits to be written.
      parts.loop.wake();
    }
  };
  return {
    'chat.compare': (request, signal) => runComparison(request, turnParts, signal),
    'chat.send': (request, signal) => run(request, turnParts, signal),
    'chat.regenerate': (request, signal) => run({ ...request, text: null }, turnParts, signal),
  };
}

function busy(): EngineError {
  return new EngineError('model-busy', 'This chat is being answered already. Stop that answer or wait for its end.');
}
