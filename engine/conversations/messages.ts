// The messages of a chat: the user's text is on disk before anybody computes on it, an answer is saved as it grows.
// It knows nothing of prompts, documents or models.

import { randomUUID } from 'node:crypto';
import type { ConversationId, Message, MessageId, MessageState, TurnReport } from '../contract/chat.ts';
import type { ProfileId } from '../contract/profiles.ts';
import { EngineError } from '../errors.ts';
import type { Database } from '../lib/database.ts';

/** Who asks, and for which chat: every public method checks that the one owns the other. */
export interface OfConversation {
  profileId: ProfileId;
  conversationId: ConversationId;
}

export interface AnswerEnd {
  text: string;
  /** `interrupted`: the turn failed; what had been written is kept. */
  state: Exclude<MessageState, 'streaming'>;
  report: TurnReport | null;
}

/** An answer given from approximate rows that nobody has computed exactly since. */
export interface UnhealedAnswer extends OfConversation {
  messageId: MessageId;
}

type Row = Omit<Message, 'report'> & { report: string | null; position: number };
type NewRow = Pick<Message, 'id' | 'role' | 'state' | 'text' | 'createdAt'> & { conversationId: ConversationId };

const SELECT = 'SELECT id, role, text, state, created_at AS createdAt, report, position FROM messages';
const TITLE_CHARACTERS = 60;

export class Messages {
  readonly #database: Database;
  readonly #owned;
  readonly #history;
  readonly #last;
  readonly #byId;
  readonly #insert;
  readonly #delete;
  readonly #grow;
  readonly #finish;
  readonly #interrupt;
  readonly #touch;
  readonly #markHealed;
  readonly #unhealed;

  constructor(database: Database) {
    this.#database = database;
    this.#owned = database.prepare<[OfConversation], { found: 1 }>(
      'SELECT 1 AS found FROM conversations WHERE id = @conversationId AND owner_id = @profileId',
    );
    this.#history = database.prepare<[ConversationId], Row>(`${SELECT} WHERE conversation_id = ? ORDER BY position`);
    this.#last = database.prepare<[ConversationId], Row>(
      `${SELECT} WHERE conversation_id = ? ORDER BY position DESC LIMIT 1`,
    );
    this.#byId = database.prepare<[MessageId], Row>(`${SELECT} WHERE id = ?`);
    this.#insert = database.prepare<[NewRow & { position: number }]>(
      `INSERT INTO messages (id, conversation_id, position, role, state, created_at, text)
       VALUES (@id, @conversationId, @position, @role, @state, @createdAt, @text)`,
    );
    this.#delete = database.prepare<[MessageId]>('DELETE FROM messages WHERE id = ?');
    this.#grow = database.prepare<[string, MessageId]>(
      "UPDATE messages SET text = ? WHERE id = ? AND state = 'streaming'",
    );
    this.#finish = database.prepare<[{ id: MessageId; text: string; state: MessageState; report: string | null }]>(
      "UPDATE messages SET text = @text, state = @state, report = @report WHERE id = @id AND state = 'streaming'",
    );
    this.#interrupt = database.prepare<[string, MessageId]>(
      "UPDATE messages SET text = ?, state = 'interrupted' WHERE id = ? AND state = 'streaming'",
    );
    this.#touch = database.prepare<[{ conversationId: ConversationId; title: string | null; now: number }]>(
      'UPDATE conversations SET updated_at = @now, title = COALESCE(title, @title) WHERE id = @conversationId',
    );
    this.#markHealed = database.prepare<[MessageId]>(
      `UPDATE messages SET report = json_set(report, '$.healed', json('true'))
       WHERE id = ? AND report ->> 'state' = 'approximate'`,
    );
    this.#unhealed = database.prepare<[number], UnhealedAnswer>(
      `SELECT c.owner_id AS profileId, m.conversation_id AS conversationId, m.id AS messageId
       FROM messages m JOIN conversations c ON c.id = m.conversation_id
       WHERE m.report ->> 'state' = 'approximate' AND m.report ->> 'healed' = 0
       ORDER BY m.created_at DESC, m.rowid DESC LIMIT ?`,
    );
  }

  /** Oldest first. Throws `not-found`. */
  history(of: OfConversation): Message[] {
    this.#requireOwned(of);
    return this.#history.all(of.conversationId).map(toMessage);
  }

  /**
   * On disk when it returns. The first message gives an untitled chat its title.
   * Throws `not-found`, and `model-busy` while an answer is being written in this chat.
   */
  appendUser(of: OfConversation, text: string): Message {
    return this.#database.transaction(() => {
      const last = this.#lastSettled(of);
      return this.#append({ conversationId: of.conversationId, role: 'user', state: 'complete', text }, last);
    })();
  }

  /**
   * A new, empty answer to the last user message, in state `streaming`. An earlier answer to it is replaced in the
   * same commit, so it is kept for as long as the new one has not begun.
   * Throws `not-found`, `model-busy` as `appendUser`, and `bad-request` when nothing was asked yet.
   */
  beginAnswer(of: OfConversation): Message {
    return this.#database.transaction(() => {
      let last = this.#lastSettled(of);
      if (last?.role === 'assistant') {
        this.#delete.run(last.id);
        last = this.#last.get(of.conversationId);
      }
      if (last?.role !== 'user') {
        throw new EngineError('bad-request', 'Nothing was asked in this chat yet. Write a message first.');
      }
      return this.#append({ conversationId: of.conversationId, role: 'assistant', state: 'streaming', text: '' }, last);
    })();
  }

  /**
   * Saves all of the answer so far; after a correction that may be less than before.
   * Does nothing once the answer has ended or its chat was removed.
   */
  updateAnswer(answerId: MessageId, text: string): void {
    this.#grow.run(text, answerId);
  }

  /** Saves how the answer ended. Throws `not-found` when the chat was removed in the meantime. */
  finishAnswer(answerId: MessageId, end: AnswerEnd): Message {
    const report = end.report === null ? null : JSON.stringify(end.report);
    this.#finish.run({ id: answerId, text: end.text, state: end.state, report });
    const row = this.#byId.get(answerId);
    if (row === undefined) throw conversationNotFound();
    return toMessage(row);
  }

  /** The turn failed: what was written is kept. Does nothing once it has ended or its chat was removed. */
  interrupt(answerId: MessageId, text: string): void {
    this.#interrupt.run(text, answerId);
  }

  /** Notes that the rows behind an approximate answer are exact by now. Does nothing to any other message. */
  markHealed(answerId: MessageId): void {
    this.#markHealed.run(answerId);
  }

  /** Everybody's answers that wait to be healed, newest first. For the engine alone: no client is told. */
  unhealed(limit: number): UnhealedAnswer[] {
    return this.#unhealed.all(limit);
  }

  /** The last message, once it is sure that no answer is being written. */
  #lastSettled(of: OfConversation): Row | undefined {
    this.#requireOwned(of);
    const last = this.#last.get(of.conversationId);
    if (last?.state === 'streaming') {
      throw new EngineError('model-busy', 'An answer is being written in this chat. Stop it or wait for its end.');
    }
    return last;
  }

  #append(message: Omit<NewRow, 'id' | 'createdAt'>, last: Row | undefined): Message {
    const { conversationId } = message;
    const id = randomUUID() as string as MessageId;
    const now = Date.now();
    this.#insert.run({ ...message, id, createdAt: now, position: (last?.position ?? -1) + 1 });
    this.#touch.run({ conversationId, title: message.role === 'user' ? titleFrom(message.text) : null, now });
    const row = this.#byId.get(id);
    if (row === undefined) throw new Error('a message just saved is not there');
    return toMessage(row);
  }

  #requireOwned(of: OfConversation): void {
    if (this.#owned.get(of) === undefined) throw conversationNotFound();
  }
}

/** The same words for another person's chat and for one that does not exist. */
export function conversationNotFound(): EngineError {
  return new EngineError('not-found', 'There is no such chat, or it is no longer there. Choose another one.');
}

function toMessage(row: Row): Message {
  const { position: _, ...message } = row;
  return { ...message, report: row.report === null ? null : readReport(row.report) };
}

/** A report that an older version stored lacks what it did not know of: its turns were exact, and not told by span. */
function readReport(stored: string): TurnReport {
  const added: Partial<TurnReport> = {
    healed: false,
    spans: [],
    repairedTokens: 0,
    kvBytes: 0,
    verification: null,
    draft: { proposed: 0, accepted: 0 },
  };
  return { ...added, ...(JSON.parse(stored) as TurnReport) };
}

/** The first line with text, cut at a word. */
function titleFrom(text: string): string | null {
  const line = text.trim().split('\n')[0]?.replace(/\s+/gu, ' ').trim() ?? '';
  const characters = Array.from(line);
  if (characters.length <= TITLE_CHARACTERS) return line === '' ? null : line;
  const head = characters.slice(0, TITLE_CHARACTERS).join('');
  const space = head.lastIndexOf(' ');
  return `${space > TITLE_CHARACTERS / 2 ? head.slice(0, space) : characters.slice(0, TITLE_CHARACTERS - 1).join('')}…`;
}
