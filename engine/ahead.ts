// What is worth computing before anybody asks: a chat's beginning, a document for everyone, and exact rows for what an
// approximate turn left behind. Decides and describes; `background.ts` does the work.

import type { Background, ReadAhead } from './background.ts';
import type { DocumentId } from './contract/library.ts';
import type { ProfileId } from './contract/profiles.ts';
import type { Settings } from './contract/settings.ts';
import { conversationNotFound } from './conversations/messages.ts';
import type { OfConversation } from './conversations/messages.ts';
import type { LoadedModel } from './loaded-model.ts';
import { addWindows, vectorsOf } from './match/similar-windows.ts';
import type { Profiles } from './profiles/profiles.ts';
import { effective } from './profiles/reuse-choice.ts';
import type { EffectiveChoice } from './profiles/reuse-choice.ts';
import { readableScopes } from './profiles/scopes.ts';
import { conversationAhead, documentAhead } from './turn-prompt.ts';
import type { Texts } from './turn-prompt.ts';

export interface AheadParts extends Texts {
  loaded: () => LoadedModel | null;
  background: Background;
  profiles: Profiles;
  settings: () => Settings;
}

interface OfDocument {
  profileId: ProfileId;
  documentId: DocumentId;
}

/** Answers whose rows are made exact after a start, newest first; older ones when their chat is opened. */
const HEALED_AT_START = 8;
const HEALED_ON_REQUEST = 10_000;
const INDEX_STEP_MS = 20;
const ADDED_DOCUMENT_DELAY_MS = 3000;

export class Ahead {
  readonly #parts: AheadParts;

  /** From then on text is kept findable until the engine ends. */
  #similarWasAsked = false;
  /** Once each: what has to go again is less worth than what it would drive out. */
  readonly #readAgain = new Set<DocumentId>();

  constructor(parts: AheadParts) {
    this.#parts = parts;
    parts.background.onIdle = () => this.#evicted();
  }

  /** Reads everything that the next question in this chat will stand behind. Throws `not-found`. */
  conversation(of: OfConversation, priority: 0 | 1 = 1): void {
    if (this.#parts.conversations.documentIds(of) === null) throw conversationNotFound();
    this.#addConversation(of, priority, () => {});
  }

  /** Reads a document for everyone who may read it. 0 tokens where reuse is off, or the document is too long. */
  async document(of: OfDocument): Promise<{ tokens: number }> {
    const { library, background, loaded } = this.#parts;
    library.find(of.profileId, of.documentId);
    if (this.#choice(of.profileId).policy === 'off') return { tokens: 0 };
    this.#addDocument(of, 0);
    await background.settled(of.documentId);
    const model = loaded();
    if (model === null || !library.has(of.profileId, of.documentId)) return { tokens: 0 };
    const { prompt, tokens } = documentAhead(of, this.#parts, model.text);
    const kept = model.space.find(prompt.tokens.subarray(0, tokens), readableScopes(of.profileId));
    return { tokens: kept.tokens === tokens ? tokens : 0 };
  }

  /** Policy `hearth` reads library documents as they come; the other policies only on request. */
  documentAdded(of: OfDocument): void {
    if (this.#choice(of.profileId).policy === 'hearth') this.#addDocument(of, ADDED_DOCUMENT_DELAY_MS);
  }

  /** Somebody asked for similar text in one turn, whatever is set otherwise. */
  similarAsked(): void {
    this.#similarWasAsked = true;
  }

  healAtStart(): void {
    this.#heal(HEALED_AT_START, () => {});
  }

  /** Ends when every answer's rows are exact. Nothing of anybody's text is told, only how much was computed. */
  async heal(): Promise<{ healedTokens: number }> {
    let healedTokens = 0;
    this.#heal(HEALED_ON_REQUEST, (tokens) => (healedTokens += tokens));
    await this.#parts.background.settled();
    return { healedTokens };
  }

  /** Makes similar text findable, for those who want it found. True: there is more to do. */
  async indexWindows(loaded: LoadedModel | null): Promise<boolean> {
    if (loaded === null || !this.#similarIsWanted()) return false;
    return addWindows(vectorsOf(loaded.space), (ids) => loaded.model.embed(ids), INDEX_STEP_MS);
  }

  #similarIsWanted(): boolean {
    const { profiles, settings } = this.#parts;
    const set = settings();
    this.#similarWasAsked ||= profiles
      .list()
      .some((profile) => effective({ profile, settings: set, options: {} }).similar);
    return this.#similarWasAsked;
  }

  #heal(limit: number, done: (computedTokens: number) => void): void {
    const chats = new Map<string, OfConversation>();
    for (const { profileId, conversationId } of this.#parts.conversations.messages.unhealed(limit)) {
      chats.set(conversationId, { profileId, conversationId });
    }
    for (const of of chats.values()) this.#addConversation(of, 0, done);
  }

  #addConversation(of: OfConversation, priority: 0 | 1, done: (computedTokens: number) => void): void {
    const { conversations } = this.#parts;
    const { messages } = conversations;
    const texts = [...(conversations.documentIds(of) ?? []), ...messages.history(of).map(({ id }) => id)];
    this.#add({
      subject: of.conversationId,
      version: texts.join(),
      priority,
      profileId: of.profileId,
      text: (loaded) => conversationAhead(of, this.#parts, loaded.text),
      done: (computedTokens) => {
        for (const { id, report } of messages.history(of)) {
          if (report?.state === 'approximate' && !report.healed) messages.markHealed(id);
        }
        done(computedTokens);
      },
    });
  }

  /** Reads a library document again whose rows had to go, now that there is room and nobody waits. */
  #evicted(): void {
    const { loaded, library, profiles } = this.#parts;
    const documentId = loaded()?.space.evicted(this.#readAgain) ?? null;
    if (documentId === null) return;
    this.#readAgain.add(documentId);
    const everybody = profiles.list();
    const reader = everybody.find(({ id }) => library.has(id, documentId));
    if (reader === undefined) return;
    const { ownerId } = library.find(reader.id, documentId);
    const { id: profileId } = everybody.find(({ id }) => id === ownerId) ?? reader;
    if (this.#choice(profileId).policy === 'hearth') this.#addDocument({ profileId, documentId }, 0);
  }

  #addDocument(of: OfDocument, delayMs: number): void {
    this.#add({
      delayMs,
      subject: of.documentId,
      version: '',
      priority: 2,
      profileId: of.profileId,
      text: (loaded) => documentAhead(of, this.#parts, loaded.text),
      done: () => {},
    });
  }

  #add(job: Omit<ReadAhead, 'precision'>): void {
    const { policy, precision } = this.#choice(job.profileId);
    // What one turn was asked to reuse is healed whatever is set otherwise.
    if (policy !== 'off' || job.priority === 0) this.#parts.background.add({ ...job, precision });
  }

  #choice(profileId: ProfileId): EffectiveChoice {
    const { profiles, settings } = this.#parts;
    return effective({ profile: profiles.get(profileId), settings: settings(), options: {} });
  }
}
