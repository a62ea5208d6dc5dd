// The tokens of an answer: fetched for the person who opens them, and gone when they are closed or the person leaves.

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ConversationId, MessageId, PromptToken } from '../../engine/contract/chat.ts';
import { RemoteError } from '../../engine/contract/errors.ts';
import type { ProfileId } from '../../engine/contract/profiles.ts';
import { choosePerson } from './people.ts';
import { closeTokens, openTokens, usePromptTokens } from './prompt-tokens.ts';
import { testEngine } from './test-engine.ts';

const CHAT = 'chat' as ConversationId;
const tokens: PromptToken[] = [{ text: 'Hello', origin: 'fresh', recomputed: false }];
let asked: unknown[];

beforeEach(() => {
  asked = [];
  testEngine({
    'messages.tokens': (params) => {
      asked.push(params);
      if (params.messageId === 'old') throw new RemoteError({ code: 'not-found', message: 'The text has changed.' });
      return { tokens };
    },
  });
  choosePerson('ana' as ProfileId);
});
afterEach(() => choosePerson(null));

const open = (id: string) => openTokens(CHAT, id as MessageId);
const EMPTY = { messageId: null, tokens: null, problem: null };

it('come from the chat of the person who is here', async () => {
  await open('m');
  expect(asked).toEqual([{ profileId: 'ana', conversationId: CHAT, messageId: 'm' }]);
  expect(usePromptTokens.getState()).toEqual({ messageId: 'm', tokens, problem: null });
});

it('that cannot be shown any more say why', async () => {
  await open('old');
  expect(usePromptTokens.getState()).toEqual({ messageId: 'old', tokens: null, problem: 'The text has changed.' });
});

it('that were closed before they came do not come back', async () => {
  const opened = open('m');
  closeTokens();
  await opened;
  expect(usePromptTokens.getState()).toEqual(EMPTY);
});

it('of one person are not left for the next', async () => {
  await open('m');
  choosePerson('ben' as ProfileId);
  expect(usePromptTokens.getState()).toEqual(EMPTY);
});
