// Rows of the index that stand for entries: what a person sees, and what deleting goes by.
// One entry per (document or chat, scope, layout), so its scope is the scope of each of its blocks.

import { createHash } from 'node:crypto';
import { scopeColumns } from '../block.ts';
import type { BlockKey, EntryRef, ScopeColumns } from '../block.ts';
import type { EntryId, ScopeKind } from '../../contract/cache.ts';
import type { ConversationId } from '../../contract/chat.ts';
import type { DocumentId } from '../../contract/library.ts';
import type { ProfileId } from '../../contract/profiles.ts';
import type { Database } from '../../lib/database.ts';
import type { Scope } from '../../types.ts';

export interface EntryRow extends ScopeColumns {
  id: EntryId;
  kind: EntryRef['kind'];
  source_id: string;
  scope: ScopeKind;
  layout: string;
  model_id: string;
  label: string | null;
  pinned: number;
  hits: number;
  saved_ms: number;
  created_at: number;
  used_at: number;
}

/** All that are given must hold; none given: everything. */
export interface EntryFilter {
  entryId?: EntryId | undefined;
  scope?: ScopeKind | undefined;
  /** Whose private entries. */
  profileId?: ProfileId | undefined;
  conversationId?: ConversationId | undefined;
  documentId?: DocumentId | undefined;
  modelId?: string | undefined;
}

export interface EntryUse {
  hits: number;
  savedMs: number;
  now: number;
}

export function entryIdOf(ref: EntryRef, scope: Scope, layout: string): EntryId {
  return createHash('sha256')
    .update(JSON.stringify([ref.kind, ref.id, scope, layout]))
    .digest('hex')
    .slice(0, 32) as EntryId;
}

export class EntryTable {
  readonly #database: Database;
  readonly #get;
  readonly #upsert;
  readonly #use;

  constructor(database: Database) {
    this.#database = database;
    this.#get = database.prepare<[string], EntryRow>('SELECT * FROM entries WHERE id = ?');
    this.#upsert = database.prepare<[EntryRow]>(
      `INSERT INTO entries VALUES (@id, @kind, @source_id, @scope, @owner, @layout, @model_id, @label, @pinned,
         @hits, @saved_ms, @created_at, @used_at)
       ON CONFLICT (id) DO UPDATE SET label = coalesce(excluded.label, label), hits = hits + excluded.hits,
         saved_ms = saved_ms + excluded.saved_ms, used_at = max(used_at, excluded.used_at)`,
    );
    this.#use = database.prepare<[EntryUse & { id: string }]>(
      `UPDATE entries SET hits = hits + @hits, saved_ms = saved_ms + @savedMs, used_at = max(used_at, @now)
       WHERE id = @id`,
    );
  }

  get(id: string): EntryRow | null {
    return this.#get.get(id) ?? null;
  }

  all(): EntryRow[] {
    return this.#database.prepare<[], EntryRow>('SELECT * FROM entries').all();
  }

  /** Adds the entry, or adds its label, hits and saved time to the one that is there. */
  upsert(entry: EntryRow): void {
    this.#upsert.run(entry);
  }

  /** Whether there is such an entry. */
  use(id: string, use: EntryUse): boolean {
    return this.#use.run({ ...use, id }).changes > 0;
  }

  /** Hits and saved time have been copied elsewhere. */
  resetUse(id: string): void {
    this.#database.prepare<[string]>('UPDATE entries SET hits = 0, saved_ms = 0 WHERE id = ?').run(id);
  }

  setPinned(id: EntryId, pinned: boolean): void {
    this.#database.prepare<[number, string]>('UPDATE entries SET pinned = ? WHERE id = ?').run(pinned ? 1 : 0, id);
  }

  blocksOf(filter: EntryFilter): BlockKey[] {
    const { where, values } = conditions(filter);
    return this.#database
      .prepare<string[], { key: BlockKey }>(
        `SELECT b.key FROM blocks b JOIN entries e ON e.id = b.entry_id WHERE ${where}`,
      )
      .all(...values)
      .map((row) => row.key);
  }

  /** Deletes entries with their labels and tombstones. Their blocks must be gone. */
  deleteWhere(filter: EntryFilter): void {
    const { where, values } = conditions(filter);
    this.#database.prepare<string[]>(`DELETE FROM entries AS e WHERE ${where}`).run(...values);
  }

  /** Forgets entries of which neither a block nor a tombstone is left. */
  prune(): void {
    this.#database.exec(
      `DELETE FROM entries AS e WHERE NOT EXISTS (SELECT 1 FROM blocks WHERE entry_id = e.id)
         AND NOT EXISTS (SELECT 1 FROM tombstones WHERE entry_id = e.id)`,
    );
  }

  layouts(): string[] {
    return this.#database
      .prepare<[], { layout: string }>('SELECT DISTINCT layout FROM entries')
      .all()
      .map((row) => row.layout);
  }
}

export function newEntry(ref: EntryRef, scope: Scope, of: { layout: string; modelId: string; now: number }): EntryRow {
  return {
    ...scopeColumns(scope),
    id: entryIdOf(ref, scope, of.layout),
    kind: ref.kind,
    source_id: ref.id,
    layout: of.layout,
    model_id: of.modelId,
    label: ref.label,
    pinned: 0,
    hits: 0,
    saved_ms: 0,
    created_at: of.now,
    used_at: of.now,
  };
}

/** The same question as the SQL of `conditions`, for an entry that is in no index yet. */
export function isMatch(entry: EntryRow, filter: EntryFilter): boolean {
  return (
    holds(filter.entryId, entry.id) &&
    holds(filter.scope, entry.scope) &&
    holds(filter.profileId, entry.owner, entry.scope === 'private') &&
    holds(filter.conversationId, entry.source_id, entry.kind === 'conversation') &&
    holds(filter.documentId, entry.source_id, entry.kind === 'document') &&
    holds(filter.modelId, entry.model_id)
  );
}

function holds(wanted: string | undefined, actual: string, kind = true): boolean {
  return wanted === undefined || (kind && wanted === actual);
}

function conditions(filter: EntryFilter): { where: string; values: string[] } {
  const clauses: string[] = [];
  const values: string[] = [];
  const add = (clause: string, value: string | undefined): void => {
    if (value === undefined) return;
    clauses.push(clause);
    values.push(value);
  };
  add('e.id = ?', filter.entryId);
  add('e.scope = ?', filter.scope);
  add(`e.scope = 'private' AND e.owner = ?`, filter.profileId);
  add(`e.kind = 'conversation' AND e.source_id = ?`, filter.conversationId);
  add(`e.kind = 'document' AND e.source_id = ?`, filter.documentId);
  add('e.model_id = ?', filter.modelId);
  return { where: clauses.length === 0 ? 'true' : clauses.join(' AND '), values };
}
