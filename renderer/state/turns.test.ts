// Turns over the real protocol, against an engine of one chat whose answers each test gives.

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChatEvent, ChatResult, Conversation, ConversationId, Message } from '../../engine/contract/chat.ts';
import { RemoteError } from '../../engine/contract/errors.ts';
import type { ProfileId } from '../../engine/contract/profiles.ts';
import { connect, serve, type Service } from '../../engine/contract/rpc.ts';
import { messageRows } from '../chat/message-rows.ts';
import { useAnnouncements } from './announcements.ts';
import { openConversation, setDocuments, useConversations } from './conversations.ts';
import { attachHost, useEngine } from './engine.ts';
import { choosePerson } from './people.ts';
import { pipe } from './test-pipe.ts';
import { answerAgain, sendMessage, stopTurn, tryAgain, useTurns } from './turns.ts';

const ANA = 'ana' as ProfileId;
const CHAT = 'chat' as ConversationId;

/** The other end of the contract: one chat, whose answers the test gives. */
let history: Message[] = [];
let nextMessage = 1;
let answer: (signal: AbortSignal) => AsyncGenerator<ChatEvent, string>;
let lose: () => void;

const message = (role: Message['role'], text: string, state: Message['state'] = 'complete'): Message => {
  return { id: `m${nextMessage++}` as Message['id'], role, text, state, createdAt: 0, report: null };
};
async function* only(text: string): AsyncGenerator<ChatEvent, string> {
  yield { type: 'text', text };
  return text;
}

const conversation = (): Conversation => ({
  id: CHAT,
  profileId: ANA,
  title: 'Bins',
  createdAt: 0,
  updatedAt: 0,
  messages: history.length,
  system: null,
  documents: [],
  history: [...history],
});

async function* turn(signal: AbortSignal): AsyncGenerator<ChatEvent, ChatResult> {
  const text = yield* answer(signal);
  const written = message('assistant', text, signal.aborted ? 'stopped' : 'complete');
  history.push(written);
  return { message: written };
}

const service = {
  calls: {
    'conversations.get': conversation,
    'conversations.list': () => [conversation()],
    'conversations.setDocuments': conversation,
  },
  streams: {
    async *'chat.send'({ text }: { text: string }, signal: AbortSignal) {
      const question = message('user', text);
      history.push(question);
      yield { type: 'saved', message: question };
      return yield* turn(signal);
    },
    async *'chat.regenerate'(_: unknown, signal: AbortSignal) {
      if (history.at(-1)?.role === 'assistant') history.pop();
      return yield* turn(signal);
    },
  },
  check: (_: string, params: unknown) => params,
  describe: (error: unknown) => ({ code: (error as RemoteError).code, message: (error as Error).message }),
} as unknown as Service;

beforeEach(async () => {
  history = [];
  const { page, engine } = pipe();
  lose = () => page.close();
  serve(engine, service);
  attachHost({
    info: { kind: 'browser', version: '', platform: '' },
    start: (listener) => listener.onClient(connect(page)),
  });
  choosePerson(ANA);
  await openConversation(CHAT);
});
afterEach(() => choosePerson(null));

const shown = () => messageRows(useConversations.getState().open?.history ?? [], useTurns.getState().live[CHAT]);
const texts = () => shown().map((row) => (row.kind === 'message' ? row.message.text : row.kind));

it('an answer is written into the chat and spoken in whole sentences', async () => {
  answer = async function* () {
    for (const text of ['It goes out ', 'on Monday. ', 'Early']) yield { type: 'text', text };
    return 'It goes out on Monday. Early';
  };
  await sendMessage(CHAT, 'When?');
  expect(texts()).toEqual(['When?', 'It goes out on Monday. Early']);
  expect(useTurns.getState().live).toEqual({});
  const said = useAnnouncements.getState().said.map((entry) => entry.text);
  expect(said.join(' ')).toBe('It goes out on Monday. Early');
});

it('a corrected answer is shown as corrected, and the wrong sentence is said again', async () => {
  answer = async function* () {
    yield { type: 'text', text: 'Rest. Take 5 mg a day.' };
    yield { type: 'verifying' };
    yield { type: 'correction', at: 12 };
    yield { type: 'text', text: '0 mg a day.' };
    return 'Rest. Take 50 mg a day.';
  };
  await sendMessage(CHAT, 'How much?');
  expect(texts()).toEqual(['How much?', 'Rest. Take 50 mg a day.']);
  const said = useAnnouncements.getState().said.map((entry) => entry.text);
  expect(said).toEqual(['Rest.', 'Take 5 mg a day.', 'Corrected after checking.', 'Take 50 mg a day.']);
});

it('stopping keeps what was written', async () => {
  answer = async function* (signal) {
    yield { type: 'text', text: 'It goes' };
    stopTurn(CHAT);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return 'It goes';
  };
  await sendMessage(CHAT, 'When?');
  expect(useConversations.getState().open?.history.at(-1)).toMatchObject({ text: 'It goes', state: 'stopped' });
});

it('answering again puts the new answer in the place of the old', async () => {
  answer = () => only('old');
  await sendMessage(CHAT, 'When?');
  answer = () => only('new');
  await answerAgain(CHAT);
  expect(texts()).toEqual(['When?', 'new']);
});

it('a refusal stays below the message, with its words, and can be tried again', async () => {
  answer = () => {
    throw new RemoteError({ code: 'context-exceeded', message: 'This chat is too long.' });
  };
  await sendMessage(CHAT, 'When?');
  expect(texts()).toEqual(['When?', 'failed']);
  expect(useTurns.getState().live[CHAT]?.error?.message).toBe('This chat is too long.');
  answer = () => only('On Monday.');
  await tryAgain(CHAT);
  expect(texts()).toEqual(['When?', 'On Monday.']);
});

it('a chat that was too long may fit once its documents change', async () => {
  answer = () => {
    throw new RemoteError({ code: 'context-exceeded', message: 'This chat is too long.' });
  };
  await sendMessage(CHAT, 'When?');
  expect(texts()).toEqual(['When?', 'failed']);
  await setDocuments([]);
  expect(texts()).toEqual(['When?', 'unanswered']);
});

it('losing the engine in the middle keeps the words on the screen', async () => {
  answer = async function* () {
    yield { type: 'text', text: 'It goes' };
    setTimeout(lose, 10);
    return new Promise<string>(() => {});
  };
  await sendMessage(CHAT, 'When?');
  expect(useTurns.getState().live[CHAT]).toMatchObject({
    phase: 'failed',
    text: 'It goes',
    error: { code: 'engine-gone' },
  });
  expect(texts()).toEqual(['When?', 'live', 'failed']);
  expect(useEngine.getState()).toMatchObject({ client: null, state: 'restarting', lostOnce: true });
});

it('nothing of one person is left for the next', async () => {
  answer = () => only('On Monday.');
  await sendMessage(CHAT, 'When?');
  choosePerson('ben' as ProfileId);
  expect(useConversations.getState()).toMatchObject({ list: null, openId: null, open: null });
  expect(useTurns.getState().live).toEqual({});
});
