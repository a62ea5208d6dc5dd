// Chats: who owns them, their title, system text and documents. Every method is told who asks and answers `not-found`
// for other people's chats. The messages in them are in messages.ts.

import { randomUUID } from 'node:crypto';
import type { Conversation, ConversationId, ConversationSummary, NewConversation } from '../contract/chat.ts';
import type { DocumentId, DocumentScope } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { Database } from '../lib/database.ts';
import type { Profiles } from '../profiles/profiles.ts';
import { scopeOfSystem } from '../profiles/scopes.ts';
import type { Scope } from '../types.ts';
import type { Library } from './library.ts';
import { conversationNotFound, Messages } from './messages.ts';
import type { OfConversation } from './messages.ts';

interface Row extends Omit<ConversationSummary, 'title'> {
  title: string | null;
  system: string | null;
  systemScope: DocumentScope;
}

const SELECT = `SELECT id, owner_id AS profileId, title, system, system_scope AS systemScope, created_at AS createdAt,
  updated_at AS updatedAt, (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = conversations.id) AS messages
  FROM conversations`;

export class Conversations {
  readonly messages: Messages;
  readonly #database: Database;
  readonly #profiles: Profiles;
  readonly #library: Library;
  readonly #byId;
  readonly #ofProfile;
  readonly #insert;
  readonly #rename;
  readonly #delete;
  readonly #documents;
  readonly #detachAll;
  readonly #attach;
  readonly #documentsOnlyHere;
  readonly #deleteDocument;

  constructor(database: Database, profiles: Profiles, library: Library) {
    this.messages = new Messages(database);
    this.#database = database;
    this.#profiles = profiles;
    this.#library = library;
    this.#byId = database.prepare<[OfConversation], Row>(
      `${SELECT} WHERE id = @conversationId AND owner_id = @profileId`,
    );
    this.#ofProfile = database.prepare<[ProfileId], Row>(
      `${SELECT} WHERE owner_id = ? ORDER BY updated_at DESC, rowid DESC`,
    );
    this.#insert = database.prepare<[Record<string, string | number | null>]>(
      `INSERT INTO conversations (id, owner_id, title, system, system_scope, created_at, updated_at)
       VALUES (@id, @profileId, @title, @system, @systemScope, @now, @now)`,
    );
    this.#rename = database.prepare<[string, ConversationId]>('UPDATE conversations SET title = ? WHERE id = ?');
    this.#delete = database.prepare<[ConversationId]>('DELETE FROM conversations WHERE id = ?');
    this.#documents = database.prepare<[ConversationId], { id: DocumentId }>(
      'SELECT document_id AS id FROM conversation_documents WHERE conversation_id = ? ORDER BY position',
    );
    this.#detachAll = database.prepare<[ConversationId]>(
      'DELETE FROM conversation_documents WHERE conversation_id = ?',
    );
    this.#attach = database.prepare<[ConversationId, number, DocumentId]>(
      'INSERT INTO conversation_documents (conversation_id, position, document_id) VALUES (?, ?, ?)',
    );
    this.#documentsOnlyHere = database.prepare<[OfConversation], { id: DocumentId }>(
      `SELECT d.id FROM documents d JOIN conversation_documents here ON here.document_id = d.id
       WHERE here.conversation_id = @conversationId AND d.scope = 'private' AND d.owner_id = @profileId
       AND NOT EXISTS (SELECT 1 FROM conversation_documents other
         WHERE other.document_id = d.id AND other.conversation_id <> @conversationId)`,
    );
    this.#deleteDocument = database.prepare<[DocumentId]>('DELETE FROM documents WHERE id = ?');
  }

  /** Last used first. Throws `not-found` (no such profile). */
  list(profileId: ProfileId): ConversationSummary[] {
    this.#profiles.get(profileId);
    return this.#ofProfile.all(profileId).map(toSummary);
  }

  /** Throws `not-found` for an unknown profile, and for a document this person may not read. */
  create(wanted: NewConversation): Conversation {
    const profileId = this.#profiles.get(wanted.profileId).id;
    const conversationId = randomUUID() as string as ConversationId;
    return this.#database.transaction(() => {
      this.#insert.run({
        id: conversationId,
        profileId,
        title: wanted.title ?? null,
        system: wanted.system ?? null,
        systemScope: wanted.systemScope ?? 'private',
        now: Date.now(),
      });
      return this.setDocuments({ profileId, conversationId }, wanted.documents ?? []);
    })();
  }

  /** Throws `not-found`. */
  get(of: OfConversation): Conversation {
    const row = this.#row(of);
    const documents = this.#documents.all(of.conversationId).map(({ id }) => this.#library.find(of.profileId, id));
    return { ...toSummary(row), system: row.system, documents, history: this.messages.history(of) };
  }

  /** The documents of a chat, in order; null when there is no such chat of this person. */
  documentIds(of: OfConversation): DocumentId[] | null {
    if (this.#byId.get(of) === undefined) return null;
    return this.#documents.all(of.conversationId).map(({ id }) => id);
  }

  /** The system text (null: the built-in one) and who may reuse what is computed from it. Throws `not-found`. */
  system(of: OfConversation): { text: string | null; scope: Scope } {
    const { system: text, systemScope: scope, profileId: ownerId } = this.#row(of);
    return { text, scope: scopeOfSystem({ text, scope, ownerId }) };
  }

  /** Throws `not-found`. */
  rename(of: OfConversation, title: string): ConversationSummary {
    this.#row(of);
    this.#rename.run(title, of.conversationId);
    return toSummary(this.#row(of));
  }

  /** In this order, each once. Throws `not-found` for the chat, and for a document this person may not read. */
  setDocuments(of: OfConversation, documentIds: readonly DocumentId[]): Conversation {
    return this.#database.transaction(() => {
      this.#row(of);
      this.#detachAll.run(of.conversationId);
      for (const [position, documentId] of [...new Set(documentIds)].entries()) {
        this.#attach.run(of.conversationId, position, this.#library.find(of.profileId, documentId).id);
      }
      return this.get(of);
    })();
  }

  /**
   * Deletes the chat, and the private documents that no other chat uses; gives their ids, to be forgotten elsewhere
   * too. Throws `not-found`.
   */
  remove(of: OfConversation): DocumentId[] {
    const documentIds = this.#database.transaction(() => {
      this.#row(of);
      const alone = this.#documentsOnlyHere.all(of).map((document) => document.id);
      this.#delete.run(of.conversationId);
      for (const id of alone) this.#deleteDocument.run(id);
      return alone;
    })();
    // Until a checkpoint the write-ahead log still holds the deleted text.
    this.#database.pragma('wal_checkpoint(TRUNCATE)');
    return documentIds;
  }

  #row(of: OfConversation): Row {
    const row = this.#byId.get(of);
    if (row === undefined) throw conversationNotFound();
    return row;
  }
}

function toSummary(row: Row): ConversationSummary {
  const { system: _, systemScope: __, ...summary } = row;
  return { ...summary, title: row.title ?? 'New chat' };
}
