// Waits in the background for approximate answers of the open chat to be healed, then shows the chat as it is by then.

import type { Conversation, ConversationId, MessageId } from '../../engine/contract/chat.ts';
import { reloadOpenConversation, useConversations } from './conversations.ts';
import { call } from './engine.ts';
import { currentPersonId, usePeople } from './people.ts';
import { useTurns } from './turns.ts';

/** Answers that were waited for: one that could not be healed is not asked about again and again. */
const waitedFor = new Set<MessageId>();
const waiting = new Set<ConversationId>();

usePeople.subscribe((people, before) => {
  if (people.currentId !== before.currentId) waitedFor.clear();
});

useConversations.subscribe(({ open }, before) => {
  if (open !== null && open !== before.open) void settle(open);
});

async function settle({ id: conversationId, history }: Conversation): Promise<void> {
  const unhealed = history
    .filter(({ id, report }) => report?.state === 'approximate' && !report.healed && !waitedFor.has(id))
    .map(({ id }) => id);
  if (unhealed.length === 0 || waiting.has(conversationId)) return;
  waiting.add(conversationId);
  try {
    await call('conversations.settled', { profileId: currentPersonId(), conversationId });
    for (const id of unhealed) waitedFor.add(id);
  } catch {
    // Nobody asked for this: an engine that ended is told of elsewhere, and the chat is looked at again when it is back.
    return;
  } finally {
    waiting.delete(conversationId);
  }
  await showAgain(conversationId).catch(() => {});
}

/** A chat in which an answer is being written shows its own state; its end brings it here again. */
async function showAgain(conversationId: ConversationId): Promise<void> {
  const live = useTurns.getState().live[conversationId];
  if (useConversations.getState().openId !== conversationId) return;
  if (live === undefined || live.phase === 'failed') await reloadOpenConversation();
}
