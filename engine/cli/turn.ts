// One conversation from the command line: opening it with its documents, and one answer in it.

import type { ChatResult, Conversation, ConversationId, TurnReport } from '../contract/chat.ts';
import type { DocumentId } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { EngineClient } from '../contract/rpc.ts';
import { ensureProfile } from './people.ts';
import type { TextFile } from './read-document.ts';
import { turnOptionsOf } from './turn-options.ts';
import type { AskingOptions } from './turn-options.ts';

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
  options: AskingOptions,
  files: TextFile[],
): Promise<Conversation> {
  const { id: profileId } = await ensureProfile(client, options.profile);
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

/** Sends the question; with `write`, the answer's text goes there as it comes. */
export async function answerQuestion(
  client: EngineClient,
  question: Question,
  how: { options: AskingOptions; signal: AbortSignal; write: ((text: string) => void) | null },
): Promise<Answer> {
  const stream = client.stream('chat.send', { ...question, ...turnOptionsOf(how.options) }, how.signal);
  for (;;) {
    const step = await stream.next();
    if (step.done === true) return answerOf(step.value);
    if (step.value.type === 'text') how.write?.(step.value.text);
  }
}

function answerOf({ message }: ChatResult): Answer {
  return { answer: message.text, report: message.report };
}

/** One line on what was reused and how fast it went. */
export function reuseSummary(report: TurnReport | null): string {
  if (report === null) return 'The answer has no report.';
  const reused = report.promptTokens - report.tokens.fresh;
  const scopes = (['private', 'library', 'app'] as const).filter((scope) => report.sharedFrom[scope] > 0);
  const from = scopes.map((scope) => `${report.sharedFrom[scope]} ${scope}`).join(', ');
  const parts = [`Reused ${reused} of ${report.promptTokens} tokens${from === '' ? '' : ` (${from})`}`];
  if (report.missReason !== null) parts.push(missText(report.missReason));
  parts.push(`first token after ${Math.round(report.ttftMs)} ms`);
  if (report.savedMs !== null && reused > 0) parts.push(`about ${Math.round(report.savedMs)} ms saved`);
  if (report.decodeTokensPerSecond !== null) parts.push(`${report.decodeTokensPerSecond.toFixed(1)} tokens/s`);
  if (report.stopReason === 'stopped') parts.push('stopped');
  return `${parts.join('; ')}.`;
}

const MISSES: Record<string, string> = {
  new: 'the rest is new',
  private: 'the rest is private',
  evicted: 'the rest was dropped to make room',
  damaged: 'the rest was damaged and is computed again',
  'model-changed': 'another model read it before',
  'policy-off': 'reuse is off',
  'too-short': 'too short to reuse',
};

/** The reason of a miss in words; `edited-at-token-641` and reasons not known here read well enough with spaces. */
function missText(reason: string): string {
  return MISSES[reason] ?? reason.replaceAll('-', ' ');
}
