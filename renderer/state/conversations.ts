// The chats of the person at the keyboard: the list, the open one, and the documents of a chat that is not begun yet.

import { create } from 'zustand';
import type { Conversation, ConversationId, ConversationSummary, Message } from '../../engine/contract/chat.ts';
import type { LibraryDocument } from '../../engine/contract/library.ts';
import { call } from './engine.ts';
import { currentPersonId, usePeople } from './people.ts';

interface ConversationsStore {
  list: ConversationSummary[] | null;
  /** Null: a new chat that nothing was sent to yet. */
  openId: ConversationId | null;
  /** The open chat; null while it is being fetched. */
  open: Conversation | null;
  draftDocuments: LibraryDocument[];
}

const NOTHING: ConversationsStore = { list: null, openId: null, open: null, draftDocuments: [] };

export const useConversations = create<ConversationsStore>()(() => NOTHING);

/** Leaves nothing of one person's chats behind for the next. */
usePeople.subscribe((people, before) => {
  if (people.currentId !== before.currentId) useConversations.setState(NOTHING, true);
});

export async function loadConversations(): Promise<void> {
  const profileId = currentPersonId();
  const list = await call('conversations.list', { profileId });
  if (usePeople.getState().currentId !== profileId) return;
  useConversations.setState({ list: list.toSorted((a, b) => b.updatedAt - a.updatedAt) });
}

export function newConversation(documents: LibraryDocument[] = []): void {
  useConversations.setState({ openId: null, open: null, draftDocuments: documents });
}

export async function openConversation(conversationId: ConversationId): Promise<void> {
  useConversations.setState(({ openId, open }) => ({
    openId: conversationId,
    open: openId === conversationId ? open : null,
    draftDocuments: [],
  }));
  const open = await call('conversations.get', { profileId: currentPersonId(), conversationId });
  if (useConversations.getState().openId === conversationId) useConversations.setState({ open });
}

/** Fetches the open chat again: after a restart of the engine, or a turn that failed. */
export async function reloadOpenConversation(): Promise<void> {
  const { openId } = useConversations.getState();
  if (openId !== null) await openConversation(openId);
}

/** The chat that a message goes to; begins one where none is open yet. */
export async function ensureConversation(): Promise<ConversationId> {
  const { openId, draftDocuments } = useConversations.getState();
  if (openId !== null) return openId;
  const documents = draftDocuments.map((document) => document.id);
  const created = await call('conversations.create', { profileId: currentPersonId(), documents });
  useConversations.setState(({ list }) => ({
    list: [summaryOf(created), ...(list ?? [])],
    openId: created.id,
    open: created,
    draftDocuments: [],
  }));
  return created.id;
}

export async function renameConversation(conversationId: ConversationId, title: string): Promise<void> {
  const renamed = await call('conversations.rename', { profileId: currentPersonId(), conversationId, title });
  useConversations.setState(({ list, open }) => ({
    list: list?.map((entry) => (entry.id === conversationId ? renamed : entry)) ?? null,
    open: open?.id === conversationId ? { ...open, title: renamed.title } : open,
  }));
}

export async function removeConversation(conversationId: ConversationId): Promise<void> {
  await call('conversations.remove', { profileId: currentPersonId(), conversationId });
  if (useConversations.getState().openId === conversationId) newConversation();
  useConversations.setState(({ list }) => ({ list: list?.filter((entry) => entry.id !== conversationId) ?? null }));
}

export async function setDocuments(documents: LibraryDocument[]): Promise<void> {
  const { openId } = useConversations.getState();
  if (openId === null) return useConversations.setState({ draftDocuments: documents });
  const open = await call('conversations.setDocuments', {
    profileId: currentPersonId(),
    conversationId: openId,
    documents: documents.map((document) => document.id),
  });
  if (useConversations.getState().openId === openId) useConversations.setState({ open });
}

export async function attachDocument(document: LibraryDocument): Promise<void> {
  const documents = documentsOf(useConversations.getState());
  if (documents.some((attached) => attached.id === document.id)) return;
  await setDocuments([...documents, document]);
}

export function documentsOf(store: ConversationsStore): LibraryDocument[] {
  return store.openId === null ? store.draftDocuments : (store.open?.documents ?? NOTHING.draftDocuments);
}

/** Puts a message into the open chat: in the place of the one with its id, else at the end. */
export function placeMessage(conversationId: ConversationId, message: Message): void {
  useConversations.setState(({ open }) => {
    if (open?.id !== conversationId) return {};
    const known = open.history.some((entry) => entry.id === message.id);
    const history = known
      ? open.history.map((entry) => (entry.id === message.id ? message : entry))
      : [...open.history, message];
    return { open: { ...open, history } };
  });
}

/** Takes away the answer that is about to be given again. */
export function dropLastAnswer(conversationId: ConversationId): void {
  useConversations.setState(({ open }) => {
    if (open?.id !== conversationId || open.history.at(-1)?.role !== 'assistant') return {};
    return { open: { ...open, history: open.history.slice(0, -1) } };
  });
}

function summaryOf(conversation: Conversation): ConversationSummary {
  const { id, profileId, title, createdAt, updatedAt, messages } = conversation;
  return { id, profileId, title, createdAt, updatedAt, messages };
}
