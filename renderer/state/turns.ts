// Runs turns: one per chat, any number at once, each going on while another chat is open. The engine keeps the text.

import { create } from 'zustand';
import type { ChatEvent, ChatResult, ConversationId } from '../../engine/contract/chat.ts';
import { RemoteError } from '../../engine/contract/errors.ts';
import { announce, useAnnouncements } from './announcements.ts';
import * as conversations from './conversations.ts';
import { engineClient } from './engine.ts';
import { messageOf, useNotices } from './notices.ts';
import { currentPersonId, usePeople } from './people.ts';
import { SentenceCutter } from './sentences.ts';
import { textBatch } from './text-batch.ts';
import { beginTurn, failTurn, reduceTurn, type LiveTurn } from './turn-reducer.ts';

type TurnStream = AsyncGenerator<ChatEvent, ChatResult>;

export const useTurns = create<{ live: Record<ConversationId, LiveTurn> }>()(() => ({ live: {} }));

const controllers = new Map<ConversationId, AbortController>();

/** Stops what is being written for the person who leaves, and takes back what was said to them: nobody is there to read it. */
usePeople.subscribe((people, before) => {
  if (people.currentId === before.currentId) return;
  for (const controller of controllers.values()) controller.abort();
  useTurns.setState({ live: {} });
  useAnnouncements.setState({ said: [] });
  useNotices.setState({ notices: [] });
});

/** A chat that was too long may fit with other documents: then its refusal no longer holds. */
conversations.useConversations.subscribe(({ open }, { open: before }) => {
  if (open === null || open.id !== before?.id || open.documents === before.documents) return;
  if (useTurns.getState().live[open.id]?.error?.code === 'context-exceeded') forget(open.id);
});

export async function sendMessage(conversationId: ConversationId, text: string): Promise<void> {
  const profileId = currentPersonId();
  await runTurn(conversationId, beginTurn('send', text), (signal) =>
    engineClient().stream('chat.send', { profileId, conversationId, text }, signal),
  );
}

export async function answerAgain(conversationId: ConversationId): Promise<void> {
  const profileId = currentPersonId();
  await runTurn(conversationId, beginTurn('regenerate', null), (signal) =>
    engineClient().stream('chat.regenerate', { profileId, conversationId }, signal),
  );
}

/** What the button after a failure does: a message that never arrived is sent, one that did is answered. */
export async function tryAgain(conversationId: ConversationId): Promise<void> {
  const question = useTurns.getState().live[conversationId]?.question ?? null;
  if (question === null) await answerAgain(conversationId);
  else await sendMessage(conversationId, question);
}

export function stopTurn(conversationId: ConversationId): void {
  update(conversationId, (turn) => ({ ...turn, phase: 'stopping' }));
  controllers.get(conversationId)?.abort();
}

/** After a restart: turns that were saved are in the history again, so their failure needs no second place. */
export function forgetFailedTurns(): void {
  useTurns.setState(({ live }) => ({
    live: Object.fromEntries(
      Object.entries(live).filter(([, turn]) => turn.phase !== 'failed' || turn.question !== null),
    ),
  }));
}

async function runTurn(
  conversationId: ConversationId,
  begun: LiveTurn,
  open: (signal: AbortSignal) => TurnStream,
): Promise<void> {
  if (controllers.has(conversationId)) return;
  const controller = new AbortController();
  controllers.set(conversationId, controller);
  useTurns.setState(({ live }) => ({ live: { ...live, [conversationId]: begun } }));
  try {
    const { message } = await consume(conversationId, open(controller.signal));
    if (begun.kind === 'regenerate') conversations.dropLastAnswer(conversationId);
    conversations.placeMessage(conversationId, message);
    forget(conversationId);
  } catch (error) {
    const code = error instanceof RemoteError ? error.code : 'internal';
    // Stopped before it began: there is no answer, and nothing went wrong.
    if (code === 'stopped') return forget(conversationId);
    update(conversationId, (turn) => failTurn(turn, { code, message: messageOf(error) }));
  } finally {
    controllers.delete(conversationId);
  }
  // The list has a new order and perhaps a new title; where the engine is gone the reconnection asks again.
  if (usePeople.getState().currentId !== null) await conversations.loadConversations().catch(() => {});
}

async function consume(conversationId: ConversationId, stream: TurnStream): Promise<ChatResult> {
  const speech = speechOf(conversationId);
  const batch = textBatch((text) => {
    update(conversationId, (turn) => reduceTurn(turn, { type: 'text', text }));
    speech.text(text);
  });
  try {
    for (;;) {
      const step = await stream.next();
      if (step.done === true) return step.value;
      const event = step.value;
      if (event.type === 'text') {
        batch.push(event.text);
        continue;
      }
      // What was written before must stand before it is checked or withdrawn.
      batch.flush();
      if (event.type === 'saved') conversations.placeMessage(conversationId, event.message);
      update(conversationId, (turn) => reduceTurn(turn, event));
      if (event.type === 'verifying') speech.end();
      if (event.type === 'correction') speech.correct(useTurns.getState().live[conversationId]?.text ?? '');
    }
  } finally {
    batch.flush();
    speech.end();
  }
}

/** Says an answer sentence by sentence, as long as its chat is the open one. */
function speechOf(conversationId: ConversationId) {
  let cutter = new SentenceCutter();
  const say = (sentences: string[]) => {
    if (sentences.length > 0 && conversations.useConversations.getState().openId === conversationId) {
      announce(sentences.join(' '));
    }
  };
  return {
    text: (text: string) => say(cutter.push(text)),
    end: () => say(cutter.end()),
    /** The sentence in which the text was wrong is said again from its beginning. */
    correct: (kept: string) => {
      say(['Corrected after checking.']);
      cutter = new SentenceCutter();
      cutter.push(kept);
    },
  };
}

function update(conversationId: ConversationId, change: (turn: LiveTurn) => LiveTurn): void {
  useTurns.setState(({ live }) => {
    const turn = live[conversationId];
    return turn === undefined ? {} : { live: { ...live, [conversationId]: change(turn) } };
  });
}

function forget(conversationId: ConversationId): void {
  useTurns.setState(({ live }) => ({
    live: Object.fromEntries(Object.entries(live).filter(([id]) => id !== conversationId)),
  }));
}
