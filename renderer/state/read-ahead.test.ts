// Reading ahead: asked for when a chat opens, a document comes, and while somebody types; never in the way.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Conversation, ConversationId } from '../../engine/contract/chat.ts';
import type { LibraryDocument } from '../../engine/contract/library.ts';
import type { ProfileId } from '../../engine/contract/profiles.ts';
import { attachDocument, newConversation, openConversation } from './conversations.ts';
import { useNotices } from './notices.ts';
import { choosePerson } from './people.ts';
import { typing } from './read-ahead.ts';
import { testEngine } from './test-engine.ts';
import { beginTurn } from './turn-reducer.ts';
import { useTurns } from './turns.ts';

const CHAT = 'chat' as ConversationId;
const RULES = { id: 'rules' } as LibraryDocument;
let asked: string[];
let answer: () => Promise<Record<string, never>>;
let documents: LibraryDocument[];

const conversation = () => ({ id: CHAT, documents: [...documents], history: [] }) as unknown as Conversation;
const after = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => {
  vi.useFakeTimers();
  [asked, documents] = [[], []];
  answer = () => Promise.resolve({});
  testEngine({
    'conversations.get': conversation,
    'conversations.setDocuments': () => {
      documents = [RULES];
      return conversation();
    },
    'conversations.prepare': ({ conversationId }) => {
      asked.push(conversationId);
      return answer();
    },
    'library.prepare': async ({ documentId }) => {
      asked.push(documentId);
      await answer();
      return { tokens: 1 };
    },
  });
  choosePerson('ana' as ProfileId);
});
afterEach(() => {
  useTurns.setState({ live: {} });
  choosePerson(null);
  vi.useRealTimers();
});

it('a chat is read when it opens, and again when a document is attached', async () => {
  await openConversation(CHAT);
  await after(150);
  expect(asked).toEqual([CHAT]);
  await attachDocument(RULES);
  await after(150);
  expect(asked).toEqual([CHAT, CHAT]);
  await openConversation(CHAT);
  await after(10_000);
  expect(asked).toEqual([CHAT, CHAT]);
});

it('of a chat that is not begun, the documents are read', async () => {
  newConversation([RULES]);
  await after(150);
  expect(asked).toEqual([RULES.id]);
});

it('typing asks once it pauses, and at most every two seconds', async () => {
  await openConversation(CHAT);
  await after(5000);
  asked = [];
  for (let letters = 0; letters < 5; letters++) {
    typing();
    await after(200);
  }
  expect(asked).toEqual([]);
  await after(500);
  expect(asked).toEqual([CHAT]);
  typing();
  await after(1000);
  expect(asked).toEqual([CHAT]);
  await after(1100);
  expect(asked).toEqual([CHAT, CHAT]);
});

it('nothing is read ahead while an answer is written', async () => {
  useTurns.setState({ live: { [CHAT]: beginTurn('send', 'x') } });
  await openConversation(CHAT);
  typing();
  await after(5000);
  expect(asked).toEqual([]);
});

it('it is not asked for twice at once, and a refusal is nobody’s business', async () => {
  let refuse = () => {};
  answer = () => new Promise((_, reject) => (refuse = () => reject(new Error('no'))));
  await openConversation(CHAT);
  await after(150);
  typing();
  await after(5000);
  expect(asked).toEqual([CHAT]);
  refuse();
  await after(150);
  typing();
  await after(5000);
  expect(asked).toEqual([CHAT, CHAT]);
  refuse();
  await after(150);
  expect(useNotices.getState().notices).toEqual([]);
});
