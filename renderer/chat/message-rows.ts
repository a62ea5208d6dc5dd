// Which rows the message list shows: the history, and what is under way or went wrong at its end. Pure.

import type { Message } from '../../engine/contract/chat.ts';
import type { LiveTurn } from '../state/turn-reducer.ts';

export type Row =
  | { kind: 'message'; key: string; message: Message; last: boolean }
  /** A message the engine has not saved yet. */
  | { kind: 'question'; key: string; text: string }
  | { kind: 'live'; key: string; turn: LiveTurn }
  | { kind: 'failed'; key: string; turn: LiveTurn }
  /** The last message got no answer, and none is being written. */
  | { kind: 'unanswered'; key: string };

export function messageRows(history: readonly Message[], turn: LiveTurn | undefined): Row[] {
  const last = history.at(-1);
  const again = turn?.kind === 'regenerate' && turn.phase !== 'failed';
  // A message marked as streaming is the stored copy of the answer that the live row shows.
  const stale = last?.role === 'assistant' && (again || (turn !== undefined && last.state === 'streaming'));
  const shown = stale ? history.slice(0, -1) : history;
  const rows: Row[] = shown.map((message, index) => ({
    kind: 'message',
    key: message.id,
    message,
    last: index === shown.length - 1 && turn === undefined,
  }));
  if (turn === undefined) {
    if (last?.role === 'user') rows.push({ kind: 'unanswered', key: 'unanswered' });
    return rows;
  }
  if (turn.question !== null) rows.push({ kind: 'question', key: 'question', text: turn.question });
  if (turn.phase === 'failed') {
    if (turn.text !== '' && shown.at(-1)?.role !== 'assistant') rows.push({ kind: 'live', key: 'live', turn });
    rows.push({ kind: 'failed', key: 'failed', turn });
  } else {
    rows.push({ kind: 'live', key: 'live', turn });
  }
  return rows;
}
