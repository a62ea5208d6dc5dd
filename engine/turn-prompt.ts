// From a saved chat to the prompt of its next answer, and which cache entry each part of it belongs to.

import type { EntryRef } from './cache/block.ts';
import type { Conversation } from './contract/chat.ts';
import type { Conversations } from './conversations/conversations.ts';
import type { Library } from './conversations/library.ts';
import type { OfConversation } from './conversations/messages.ts';
import { scopeOfDocument } from './profiles/scopes.ts';
import { BUILT_IN_SYSTEM_TEXT } from './text/model-text.ts';
import type { ModelText } from './text/model-text.ts';
import type { Prompt } from './text/prompt.ts';
import { privateScope } from './types.ts';
import type { BlockCut } from './write-back.ts';

export interface TurnPrompt {
  prompt: Prompt;
  entryOf: (cut: BlockCut) => EntryRef;
  /** False once the chat or one of its documents was removed: then nothing computed from it may be kept. */
  isCurrent: () => boolean;
}

/** Stable and shared text first: system text, documents, history up to the last question. Throws `not-found`. */
export function turnPrompt(
  of: OfConversation,
  texts: { conversations: Conversations; library: Library },
  model: ModelText,
): TurnPrompt {
  const conversation = texts.conversations.get(of);
  const system = texts.conversations.system(of);
  const asked = conversation.history.findLastIndex((message) => message.role === 'user');
  const prompt = model.prompt({
    system: { text: system.text ?? BUILT_IN_SYSTEM_TEXT, scope: system.scope },
    documents: conversation.documents.map((document) => ({
      text: texts.library.get(of.profileId, document.id).text,
      scope: scopeOfDocument(document),
    })),
    messages: conversation.history.slice(0, asked + 1).map(({ role, text }) => ({ role, text })),
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
  if (cut.scope === 'app') return { kind: 'template', id: 'built-in', label: 'Built-in text' };
  return { kind: 'conversation', id, label: title };
}
