// Which rows a chat shows, at rest, under way and after a failure.

import { describe, expect, it } from 'vitest';
import type { Message, MessageId } from '../../engine/contract/chat.ts';
import { beginTurn, failTurn, reduceTurn } from '../state/turn-reducer.ts';
import { messageRows } from './message-rows.ts';

const message = (id: string, role: Message['role'], state: Message['state'] = 'complete'): Message => ({
  id: id as MessageId,
  role,
  text: id,
  state,
  createdAt: 0,
  report: null,
});
const kinds = (...given: Parameters<typeof messageRows>) => messageRows(...given).map((row) => row.kind);
const history = [message('q1', 'user'), message('a1', 'assistant')];

describe('the rows of a chat', () => {
  it('are its messages while nothing is under way, and only the last answer can be given again', () => {
    const rows = messageRows(history, undefined);
    expect(rows.map((row) => row.kind === 'message' && row.last)).toEqual([false, true]);
  });

  it('offer an answer to a last message that has none', () => {
    expect(kinds([message('q1', 'user')], undefined)).toEqual(['message', 'unanswered']);
  });

  it('show what was typed until the engine has saved it', () => {
    const turn = beginTurn('send', 'more');
    expect(kinds(history, turn)).toEqual(['message', 'message', 'question', 'live']);
    const saved = reduceTurn(turn, { type: 'saved', message: message('q2', 'user') });
    expect(kinds([...history, message('q2', 'user')], saved)).toEqual(['message', 'message', 'message', 'live']);
  });

  it('hide the answer that is being given again, and the stored copy of the one being written', () => {
    expect(kinds(history, beginTurn('regenerate', null))).toEqual(['message', 'live']);
    const stored = [message('q1', 'user'), message('a1', 'assistant', 'streaming')];
    expect(kinds(stored, beginTurn('send', null))).toEqual(['message', 'live']);
  });

  it('keep what had been written when a turn fails, and say so below', () => {
    const error = { code: 'engine-gone' as const, message: 'gone' };
    const written = reduceTurn(beginTurn('send', null), { type: 'text', text: 'half' });
    expect(kinds([message('q1', 'user')], failTurn(written, error))).toEqual(['message', 'live', 'failed']);
    expect(kinds(history, failTurn(beginTurn('regenerate', null), error))).toEqual(['message', 'message', 'failed']);
  });
});
