// One conversation from the command line: opening it with its documents, and one answer in it.

import type { ChatResult, Conversation, ConversationId, TurnReport } from '../contract/chat.ts';
import type { DocumentId } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { EngineClient } from '../contract/rpc.ts';
import type { AnswerView } from './answer-view.ts';
import type { TextFile } from './read-document.ts';
import { turnOptionsOf } from './turn-options.ts';
import type { AskingOptions, PromptOptions } from './turn-options.ts';

/** What `--json` prints of one answer. */
export interface Answer {
  answer: string;
  report: TurnReport | null;
}

export interface Question {
  profileId: ProfileId;
  conversationId: ConversationId;
  text: string;
}

/** A new conversation of the asker with the documents in the order given, each added under --scope. */
export async function openConversation(
  client: EngineClient,
  profileId: ProfileId,
  { options, files }: { options: PromptOptions; files: TextFile[] },
): Promise<Conversation> {
  const documents = new Set<DocumentId>();
  for (const file of files) {
    const document = await client.call('library.add', { profileId, scope: options.scope, ...file });
    documents.add(document.id);
  }
  return client.call('conversations.create', {
    profileId,
    system: options.system,
    systemScope: options.scope,
    documents: [...documents],
  });
}

/** Sends the question; with `view`, the answer is shown as it comes. */
export async function answerQuestion(
  client: EngineClient,
  question: Question,
  how: { options: AskingOptions; signal: AbortSignal; view: AnswerView | null },
): Promise<Answer> {
  const stream = client.stream('chat.send', { ...question, ...turnOptionsOf(how.options) }, how.signal);
  for (;;) {
    const step = await stream.next();
    if (step.done !== true) {
      how.view?.take(step.value);
      continue;
    }
    const { message }: ChatResult = step.value;
    how.view?.end(message.text);
    return { answer: message.text, report: message.report };
  }
}
