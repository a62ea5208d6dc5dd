// The chat list by day, and its filter.

import { expect, it } from 'vitest';
import type { ConversationSummary } from '../../engine/contract/chat.ts';
import { groupChats } from './group-chats.ts';

const NOW = new Date(2026, 2, 12, 14, 30).getTime();
const chat = (title: string, daysAgo: number): ConversationSummary => ({
  id: title as never,
  profileId: 'p' as never,
  title,
  createdAt: 0,
  updatedAt: NOW - daysAgo * 86_400_000,
  messages: 2,
});
const CHATS = [chat('Bins on Monday', 0), chat('Letter to school', 1), chat('Soup for Monday', 3), chat('Old', 90)];

it('chats stand under the day they were last used', () => {
  const groups = groupChats(CHATS, '', NOW);
  expect(groups.map((group) => group.name)).toEqual(['Today', 'Yesterday', 'This week', 'Earlier']);
});

it('every word of the filter must be in the title, in any order and case', () => {
  const titles = groupChats(CHATS, 'monday SOUP', NOW).flatMap((group) => group.chats.map((found) => found.title));
  expect(titles).toEqual(['Soup for Monday']);
  expect(groupChats(CHATS, 'nothing', NOW)).toEqual([]);
});
