// Chats under the day they were last used, filtered by title. Pure.

import type { ConversationSummary } from '../../engine/contract/chat.ts';
import { dayGroup } from '../ui/format.ts';

export interface ChatGroup {
  name: string;
  chats: ConversationSummary[];
}

/** `list` is newest first, and so is each group. Every word of the filter must be in the title. */
export function groupChats(
  list: readonly ConversationSummary[],
  filter: string,
  now: number = Date.now(),
): ChatGroup[] {
  const words = filter.toLocaleLowerCase().split(/\s+/u).filter(Boolean);
  const groups: ChatGroup[] = [];
  for (const chat of list) {
    const title = chat.title.toLocaleLowerCase();
    if (!words.every((word) => title.includes(word))) continue;
    const name = dayGroup(chat.updatedAt, now);
    const group = groups.at(-1);
    if (group?.name === name) group.chats.push(chat);
    else groups.push({ name, chats: [chat] });
  }
  return groups;
}
