// The prompt of one answer, token by token: fetched when a person opens it, for their own chats only, and forgotten
// when it is closed or somebody else sits down.

import { create } from 'zustand';
import type { ConversationId, MessageId, PromptToken } from '../../engine/contract/chat.ts';
import { call } from './engine.ts';
import { messageOf } from './notices.ts';
import { currentPersonId, usePeople } from './people.ts';

interface PromptTokensStore {
  /** The answer whose tokens are shown; one at a time. */
  messageId: MessageId | null;
  /** Null while they are being fetched, and where they cannot be. */
  tokens: PromptToken[] | null;
  problem: string | null;
}

const NOTHING: PromptTokensStore = { messageId: null, tokens: null, problem: null };

export const usePromptTokens = create<PromptTokensStore>()(() => NOTHING);

usePeople.subscribe((people, before) => {
  if (people.currentId !== before.currentId) closeTokens();
});

export async function openTokens(conversationId: ConversationId, messageId: MessageId): Promise<void> {
  usePromptTokens.setState({ ...NOTHING, messageId });
  const shown = await call('messages.tokens', { profileId: currentPersonId(), conversationId, messageId }).then(
    ({ tokens }) => ({ tokens }),
    (error: unknown) => ({ problem: messageOf(error) }),
  );
  if (usePromptTokens.getState().messageId === messageId) usePromptTokens.setState(shown);
}

export function closeTokens(): void {
  usePromptTokens.setState(NOTHING, true);
}
