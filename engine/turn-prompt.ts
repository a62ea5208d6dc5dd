// From saved texts to prompts, and which cache entry each part of a prompt belongs to: the prompt of a turn, what is
// known of the next one while nobody asks yet, and a document read for everyone.

import type { EntryRef } from './cache/block.ts';
import type { ReadAheadText } from './background.ts';
import type { Conversation, Message, MessageId } from './contract/chat.ts';
import type { DocumentId } from './contract/library.ts';
import type { ProfileId } from './contract/profiles.ts';
import type { Conversations } from './conversations/conversations.ts';
import type { Library } from './conversations/library.ts';
import { conversationNotFound } from './conversations/messages.ts';
import type { OfConversation } from './conversations/messages.ts';
import { scopeOfDocument } from './profiles/scopes.ts';
import { BUILT_IN_SYSTEM_TEXT } from './text/model-text.ts';
import type { ModelText } from './text/model-text.ts';
import type { Prompt } from './text/prompt.ts';
import { privateScope } from './types.ts';
import type { BlockCut } from './write-back.ts';

export interface Texts {
  conversations: Conversations;
  library: Library;
}

export interface TurnPrompt {
  prompt: Prompt;
  entryOf: (cut: BlockCut) => EntryRef;
  /** False once the chat or one of its documents was removed: then nothing computed from it may be kept. */
  isCurrent: () => boolean;
}

/** Stands for a question that is not known yet; nothing from it on is ever computed. */
const NO_QUESTION_YET: Pick<Message, 'role' | 'text'> = { role: 'user', text: 'x' };

/**
 * Stable and shared text first: system text, documents, history up to the last question, or up to the question that
 * `answerId` answered. Throws `not-found`.
 */
export function turnPrompt(of: OfConversation, texts: Texts, model: ModelText, answerId?: MessageId): TurnPrompt {
  const conversation = texts.conversations.get(of);
  const { history } = conversation;
  const before = answerId === undefined ? history.length : history.findIndex((message) => message.id === answerId);
  const asked = history.slice(0, Math.max(0, before)).findLastIndex((message) => message.role === 'user');
  if (before === -1 || (answerId !== undefined && asked === -1)) throw conversationNotFound();
  return promptOf(of, { conversation, messages: history.slice(0, asked + 1) }, texts, model);
}

/** The prompt that a question would have if it were asked now; it is saved nowhere. Throws `not-found`. */
export function questionPrompt(of: OfConversation, question: string, texts: Texts, model: ModelText): TurnPrompt {
  const conversation = texts.conversations.get(of);
  const asked = { role: 'user', text: question } as const;
  return promptOf(of, { conversation, messages: [...conversation.history, asked] }, texts, model);
}

/** What every next question in a chat will stand behind. Throws `not-found`. */
export function conversationAhead(of: OfConversation, texts: Texts, model: ModelText): ReadAheadText {
  const conversation = texts.conversations.get(of);
  const ahead = promptOf(of, { conversation, messages: [...conversation.history, NO_QUESTION_YET] }, texts, model);
  return { ...ahead, tokens: ahead.prompt.lastMessageStart };
}

/**
 * A document behind nothing but the built-in system text: the neutral left context that makes its rows good for any
 * prompt (a canonical donor), and the beginning of every chat that has it as its first document. Throws `not-found`.
 */
export function documentAhead(
  of: { profileId: ProfileId; documentId: DocumentId },
  { library }: Texts,
  model: ModelText,
): ReadAheadText {
  const document = library.get(of.profileId, of.documentId);
  const prompt = model.prompt({
    system: { text: BUILT_IN_SYSTEM_TEXT, scope: 'app' },
    documents: [{ text: document.text, scope: scopeOfDocument(document) }],
    messages: [NO_QUESTION_YET],
    privateScope: privateScope(of.profileId),
  });
  const entry: EntryRef = { kind: 'document', id: document.id, label: document.title };
  return {
    prompt,
    tokens: prompt.documents[0]?.end ?? 0,
    entryOf: (cut) => (cut.scope === 'app' ? BUILT_IN_ENTRY : entry),
    isCurrent: () => library.has(of.profileId, of.documentId),
  };
}

const BUILT_IN_ENTRY: EntryRef = { kind: 'template', id: 'built-in', label: 'Built-in text' };

function promptOf(
  of: OfConversation,
  { conversation, messages }: { conversation: Conversation; messages: readonly Pick<Message, 'role' | 'text'>[] },
  texts: Texts,
  model: ModelText,
): TurnPrompt {
  const system = texts.conversations.system(of);
  const prompt = model.prompt({
    system: { text: system.text ?? BUILT_IN_SYSTEM_TEXT, scope: system.scope },
    documents: conversation.documents.map((document) => ({
      text: texts.library.get(of.profileId, document.id).text,
      scope: scopeOfDocument(document),
    })),
    messages: messages.map(({ role, text }) => ({ role, text })),
    privateScope: privateScope(of.profileId),
  });
  return {
    prompt,
    entryOf: (cut) => entryOf(cut, conversation, prompt),
    isCurrent: () => {
      const documents = texts.conversations.documentIds(of);
      return documents !== null && conversation.documents.every(({ id }) => documents.includes(id));
    },
  };
}

/** A block belongs to the document it lies in, else to the chat. */
function entryOf(cut: BlockCut, { id, title, documents }: Conversation, prompt: Prompt): EntryRef {
  const index = prompt.documents.findIndex((range) => range !== null && cut.start < range.end && cut.end > range.start);
  const document = documents[index];
  if (document !== undefined) return { kind: 'document', id: document.id, label: document.title };
  return cut.scope === 'app' ? BUILT_IN_ENTRY : { kind: 'conversation', id, label: title };
}
