// The people on this machine: names, avatars, colours, and what they chose for their answers. It knows no passwords,
// and of their text only what to forget.

import { randomUUID } from 'node:crypto';
import type { ConversationId } from '../contract/chat.ts';
import type { DocumentId } from '../contract/library.ts';
import { PROFILE_COLOURS } from '../contract/profiles.ts';
import type { NewProfile, Profile, ProfileColour, ProfileId, ReuseChoice } from '../contract/profiles.ts';
import { POLICIES, QUALITIES } from '../contract/settings.ts';
import { EngineError } from '../errors.ts';
import type { Database } from '../lib/database.ts';

/** What was deleted with a profile and must be forgotten wherever something was computed from it. */
export interface RemovedProfile {
  profileId: ProfileId;
  conversationIds: ConversationId[];
  /** Private documents. Library documents stay. */
  documentIds: DocumentId[];
}

type Row = Omit<Profile, 'policy' | 'quality' | 'verify'> & {
  policy: string | null;
  quality: string | null;
  verify: 0 | 1 | null;
};
type NewRow = Row & { key: string };

const COLUMNS = 'id, name, avatar, colour, kind, policy, quality, verify, created_at AS createdAt';

export class Profiles {
  readonly #database: Database;
  readonly #all;
  readonly #byId;
  readonly #byKey;
  readonly #insert;
  readonly #update;

  constructor(database: Database) {
    this.#database = database;
    this.#all = database.prepare<[], Row>(`SELECT ${COLUMNS} FROM profiles ORDER BY created_at, rowid`);
    this.#byId = database.prepare<[ProfileId], Row>(`SELECT ${COLUMNS} FROM profiles WHERE id = ?`);
    this.#byKey = database.prepare<[string], Row>(`SELECT ${COLUMNS} FROM profiles WHERE name_key = ?`);
    this.#insert = database.prepare<[NewRow]>(
      `INSERT INTO profiles (id, name, name_key, avatar, colour, kind, policy, quality, verify, created_at)
       VALUES (@id, @name, @key, @avatar, @colour, @kind, @policy, @quality, @verify, @createdAt)`,
    );
    this.#update = database.prepare<[NewRow]>(
      `UPDATE profiles SET name = @name, name_key = @key, avatar = @avatar, colour = @colour, kind = @kind,
       policy = @policy, quality = @quality, verify = @verify WHERE id = @id`,
    );
  }

  /** Oldest first. */
  list(): Profile[] {
    return this.#all.all().map(toProfile);
  }

  /** Throws `not-found`. */
  get(profileId: ProfileId): Profile {
    const row = this.#byId.get(profileId);
    if (row === undefined) throw new EngineError('not-found', 'There is no such person here. Choose a profile again.');
    return toProfile(row);
  }

  /** Names are compared without regard to case, width and surrounding space. */
  byName(name: string): Profile | null {
    const row = this.#byKey.get(keyOf(tidy(name)));
    return row === undefined ? null : toProfile(row);
  }

  /** Throws `already-exists`, and `bad-request` for a name without a character. */
  create(wanted: NewProfile): Profile {
    const name = tidy(wanted.name);
    this.#requireFree(name, null);
    const profile: Profile = {
      id: randomUUID() as string as ProfileId,
      name,
      avatar: wanted.avatar ?? initials(name),
      colour: wanted.colour ?? this.#nextColour(),
      kind: wanted.kind ?? 'personal',
      policy: wanted.policy ?? null,
      quality: wanted.quality ?? null,
      verify: wanted.verify ?? null,
      createdAt: Date.now(),
    };
    this.#insert.run(toRow(profile));
    return profile;
  }

  /** The profile of that name, made if new. */
  ensure(name: string): Profile {
    return this.byName(name) ?? this.create({ name });
  }

  /**
   * Changes what is given; null takes a choice back. An avatar that was the initials follows a new name.
   * Throws `not-found`, `already-exists`, `bad-request`.
   */
  update(profileId: ProfileId, changes: Partial<NewProfile>): Profile {
    const before = this.get(profileId);
    const name = changes.name === undefined ? before.name : tidy(changes.name);
    this.#requireFree(name, profileId);
    const avatar = changes.avatar ?? (before.avatar === initials(before.name) ? initials(name) : before.avatar);
    const { colour = before.colour, kind = before.kind } = changes;
    const { policy = before.policy, quality = before.quality, verify = before.verify } = changes;
    const after: Profile = { ...before, name, avatar, colour, kind, policy, quality, verify };
    this.#update.run(toRow(after));
    return after;
  }

  /** Deletes the person with their chats and private documents. Throws `not-found`. */
  remove(profileId: ProfileId): RemovedProfile {
    const removed = this.#database.transaction(() => {
      this.get(profileId);
      const conversationIds = this.#idsOwnedBy<ConversationId>('conversations', profileId);
      const documentIds = this.#idsOwnedBy<DocumentId>('documents', profileId);
      this.#database.prepare<[ProfileId]>('DELETE FROM profiles WHERE id = ?').run(profileId);
      return { profileId, conversationIds, documentIds };
    })();
    // Until a checkpoint the write-ahead log still holds the deleted text.
    this.#database.pragma('wal_checkpoint(TRUNCATE)');
    return removed;
  }

  #idsOwnedBy<Id extends string>(table: 'conversations' | 'documents', profileId: ProfileId): Id[] {
    const rows = this.#database.prepare<[ProfileId], { id: Id }>(`SELECT id FROM ${table} WHERE owner_id = ?`);
    return rows.all(profileId).map((row) => row.id);
  }

  #requireFree(name: string, exceptId: ProfileId | null): void {
    if (name === '') throw new EngineError('bad-request', 'A profile needs a name. Type at least one letter.');
    const taken = this.byName(name);
    if (taken === null || taken.id === exceptId) return;
    throw new EngineError('already-exists', `There is already a profile named ${taken.name}. Choose another name.`);
  }

  /** The colour fewest people have; in the order of the list, so that new people go round it. */
  #nextColour(): ProfileColour {
    const uses = new Map<ProfileColour, number>(PROFILE_COLOURS.map((colour) => [colour, 0]));
    for (const profile of this.list()) uses.set(profile.colour, (uses.get(profile.colour) ?? 0) + 1);
    const fewest = Math.min(...uses.values());
    return PROFILE_COLOURS.find((colour) => uses.get(colour) === fewest) ?? PROFILE_COLOURS[0];
  }
}

function toRow(profile: Profile): NewRow {
  const verify = profile.verify === null ? null : profile.verify ? 1 : 0;
  return { ...profile, verify, key: keyOf(profile.name) };
}

function toProfile(row: Row): Profile {
  const choice: ReuseChoice = {
    policy: POLICIES.find((policy) => policy === row.policy) ?? null,
    quality: QUALITIES.find((quality) => quality === row.quality) ?? null,
    verify: row.verify === null ? null : row.verify === 1,
  };
  return { ...row, ...choice };
}

function tidy(name: string): string {
  return name.trim().replace(/\s+/gu, ' ');
}

function keyOf(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** The first letters of the first and the last word, or the emoji that the name begins with. */
function initials(name: string): string {
  const words = name.split(' ').map((word) => graphemes.segment(word).containing(0)?.segment ?? '');
  const first = words[0] ?? '';
  if (words.length === 1 || /\p{Extended_Pictographic}/u.test(first)) return first.toUpperCase();
  return (first + (words.at(-1) ?? '')).toUpperCase();
}
