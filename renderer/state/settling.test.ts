// Waiting for approximate answers to be healed: once, in the background, and then the chat is shown as it is.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { testReport } from '../chat/test-report.ts';
import type { Conversation, ConversationId, Message } from '../../engine/contract/chat.ts';
import type { ProfileId } from '../../engine/contract/profiles.ts';
import { newConversation, openConversation, useConversations } from './conversations.ts';
import { choosePerson } from './people.ts';
import './settling.ts';
import { testEngine } from './test-engine.ts';

const CHAT = 'chat' as ConversationId;
let history: Message[];
/** Calls of `settled` that have not been answered. */
let waiting: (() => void)[];
let asked: number;
let fetched: number;

const answer = (id: string, change: Parameters<typeof testReport>[0]): Message => ({
  id: id as Message['id'],
  role: 'assistant',
  text: id,
  state: 'complete',
  createdAt: 0,
  report: testReport(change),
});
const healedInView = () => useConversations.getState().open?.history.map(({ report }) => report?.healed);

beforeEach(() => {
  [history, waiting, asked, fetched] = [[], [], 0, 0];
  testEngine({
    'conversations.get': () => {
      fetched += 1;
      return { id: CHAT, documents: [], history: structuredClone(history) } as unknown as Conversation;
    },
    'conversations.settled': () => {
      asked += 1;
      return new Promise((resolve) => waiting.push(() => resolve({})));
    },
  });
  choosePerson('ana' as ProfileId);
});
afterEach(() => choosePerson(null));

it('an approximate answer turns to healed by itself', async () => {
  history = [answer('a', { state: 'approximate' })];
  await openConversation(CHAT);
  expect(healedInView()).toEqual([false]);
  await vi.waitFor(() => expect(asked).toBe(1));
  history = [answer('a', { state: 'approximate', healed: true })];
  waiting[0]?.();
  await vi.waitFor(() => expect(healedInView()).toEqual([true]));
  expect([asked, fetched]).toEqual([1, 2]);
});

it('one that cannot be healed is waited for once', async () => {
  history = [answer('b', { state: 'approximate' })];
  await openConversation(CHAT);
  await vi.waitFor(() => expect(asked).toBe(1));
  waiting[0]?.();
  await vi.waitFor(() => expect(fetched).toBe(2));
  await openConversation(CHAT);
  expect(asked).toBe(1);
});

it('exact and healed answers wait for nothing', async () => {
  history = [answer('c', {}), answer('d', { state: 'approximate', healed: true })];
  await openConversation(CHAT);
  await openConversation(CHAT);
  expect(asked).toBe(0);
});

it('a chat that was left is not opened again by it', async () => {
  history = [answer('e', { state: 'approximate' })];
  await openConversation(CHAT);
  await vi.waitFor(() => expect(asked).toBe(1));
  newConversation();
  waiting[0]?.();
  await new Promise((resolve) => setTimeout(resolve));
  expect(useConversations.getState().openId).toBeNull();
  expect(fetched).toBe(1);
});
