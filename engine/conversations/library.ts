// Documents: those shared with everybody here and those private to one person. Plain text in, plain text out;
// it counts no tokens and converts no file formats.

import { createHash, randomUUID } from 'node:crypto';
import type { DocumentId, DocumentScope, DocumentText, LibraryDocument, NewDocument } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import { EngineError } from '../errors.ts';
import type { Database } from '../lib/database.ts';
import type { Profiles } from '../profiles/profiles.ts';
import { mayRead, scopeOfDocument } from '../profiles/scopes.ts';

interface Row {
  id: DocumentId;
  scope: DocumentScope;
  addedBy: ProfileId;
  addedByName: string | null;
  title: string;
  characters: number;
  sha256: string;
  createdAt: number;
}

const SELECT = `SELECT d.id, d.scope, d.added_by AS addedBy, p.name AS addedByName, d.title, d.characters, d.sha256,
  d.created_at AS createdAt FROM documents d LEFT JOIN profiles p ON p.id = d.added_by`;

export class Library {
  readonly #database: Database;
  readonly #profiles: Profiles;
  readonly #byId;
  readonly #text;
  readonly #readable;
  readonly #shared;
  readonly #own;
  readonly #insert;

  constructor(database: Database, profiles: Profiles) {
    this.#database = database;
    this.#profiles = profiles;
    this.#byId = database.prepare<[string], Row>(`${SELECT} WHERE d.id = ?`);
    this.#text = database.prepare<[string], { text: string }>('SELECT text FROM documents WHERE id = ?');
    this.#readable = database.prepare<[ProfileId], Row>(
      `${SELECT} WHERE d.scope = 'library' OR d.owner_id = ? ORDER BY d.created_at, d.rowid`,
    );
    this.#shared = database.prepare<[string], Row>(`${SELECT} WHERE d.scope = 'library' AND d.sha256 = ?`);
    this.#own = database.prepare<[ProfileId, string], Row>(
      `${SELECT} WHERE d.scope = 'private' AND d.owner_id = ? AND d.sha256 = ?`,
    );
    this.#insert = database.prepare<[Record<string, string | number | null>]>(
      `INSERT INTO documents (id, scope, owner_id, added_by, title, characters, sha256, created_at, text)
       VALUES (@id, @scope, @ownerId, @addedBy, @title, @characters, @sha256, @createdAt, @text)`,
    );
  }

  /**
   * The same text is kept once in the library, and once per owner among private documents: the document that is
   * there already comes back, with its own title. Throws `document-unreadable`, `not-found` (no such profile).
   */
  add(wanted: NewDocument): LibraryDocument {
    const owner = this.#profiles.get(wanted.profileId);
    requireText(wanted);
    const sha256 = createHash('sha256').update(wanted.text, 'utf8').digest('hex');
    const kept = wanted.scope === 'library' ? this.#shared.get(sha256) : this.#own.get(owner.id, sha256);
    if (kept !== undefined) return toDocument(kept);
    const id = randomUUID() as string as DocumentId;
    this.#insert.run({
      id,
      scope: wanted.scope,
      ownerId: wanted.scope === 'library' ? null : owner.id,
      addedBy: owner.id,
      title: wanted.title,
      characters: wanted.text.length,
      sha256,
      createdAt: Date.now(),
      text: wanted.text,
    });
    return this.find(owner.id, id);
  }

  /** The shared documents and this person's own private ones, oldest first. */
  list(profileId: ProfileId): LibraryDocument[] {
    this.#profiles.get(profileId);
    return this.#readable.all(profileId).map(toDocument);
  }

  /** Throws `not-found`, in the same words for another person's document and for one that does not exist. */
  find(profileId: ProfileId, documentId: DocumentId): LibraryDocument {
    const row = this.#byId.get(documentId);
    const document = row === undefined ? null : toDocument(row);
    if (document === null || !mayRead(profileId, scopeOfDocument(document))) throw documentNotFound();
    return document;
  }

  /** Whether `find` would find it. */
  has(profileId: ProfileId, documentId: DocumentId): boolean {
    const row = this.#byId.get(documentId);
    return row !== undefined && mayRead(profileId, scopeOfDocument(toDocument(row)));
  }

  /** As `find`, with the text. */
  get(profileId: ProfileId, documentId: DocumentId): DocumentText {
    const document = this.find(profileId, documentId);
    return { ...document, text: this.#text.get(documentId)?.text ?? '' };
  }

  /** The shared document with this text; private ones are never looked at. */
  bySha256(sha256: string): LibraryDocument | null {
    const row = this.#shared.get(sha256);
    return row === undefined ? null : toDocument(row);
  }

  /**
   * Also takes it out of every chat. A shared document may be removed by who added it, and by anybody once that
   * person's profile is gone. Throws `not-found`, `forbidden`.
   */
  remove(profileId: ProfileId, documentId: DocumentId): void {
    this.#profiles.get(profileId);
    const document = this.find(profileId, documentId);
    const orphaned = this.#byId.get(documentId)?.addedByName === null;
    if (document.ownerId !== profileId && !orphaned) {
      const message = `${document.ownerName} added this document, so only ${document.ownerName} can remove it. It is kept.`;
      throw new EngineError('forbidden', message);
    }
    this.#database.prepare<[DocumentId]>('DELETE FROM documents WHERE id = ?').run(documentId);
    // Until a checkpoint the write-ahead log still holds the deleted text.
    this.#database.pragma('wal_checkpoint(TRUNCATE)');
  }
}

function toDocument(row: Row): LibraryDocument {
  const { addedBy, addedByName, ...rest } = row;
  return { ...rest, ownerId: addedBy, ownerName: addedByName ?? 'someone who left', tokens: null };
}

function documentNotFound(): EngineError {
  return new EngineError('not-found', 'There is no such document, or it is no longer there. Choose another one.');
}

function requireText({ title, text }: NewDocument): void {
  // A NUL or half a character pair never comes from a text file, and would not come back from storage as it went in.
  if (text.includes('\0') || !text.isWellFormed()) {
    const message = `"${title}" is not plain text. It was not added. Save it as a text or Markdown file, then add that.`;
    throw new EngineError('document-unreadable', message);
  }
  if (text.trim() === '') {
    throw new EngineError('document-unreadable', `"${title}" has no text in it. It was not added.`);
  }
}
