// What was typed but not sent, per chat, so that looking at another chat loses nothing. Gone when the window closes.

import { create } from 'zustand';
import type { ConversationId } from '../../engine/contract/chat.ts';
import { usePeople } from '../state/people.ts';
import { typing } from '../state/read-ahead.ts';

const NEW = 'new';

const useDrafts = create<{ drafts: Record<string, string> }>()(() => ({ drafts: {} }));

usePeople.subscribe((people, before) => {
  if (people.currentId !== before.currentId) useDrafts.setState({ drafts: {} });
});

export function useDraft(openId: ConversationId | null): [string, (text: string) => void] {
  const text = useDrafts((store) => store.drafts[openId ?? NEW] ?? '');
  return [text, (next) => setDraft(openId, next)];
}

export function setDraft(openId: ConversationId | null, text: string): void {
  useDrafts.setState(({ drafts }) => ({ drafts: { ...drafts, [openId ?? NEW]: text } }));
  if (text.trim() !== '') typing();
}
