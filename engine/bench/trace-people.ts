// The people of a trace and their chats, made as they come up: one profile per person, documents added to the shared
// library or attached privately as the trace has it.

import type { Conversation } from '../contract/chat.ts';
import type { DocumentId } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { BenchEngine } from './bench-engine.ts';
import { BenchFailure } from './request.ts';
import type { Trace, TraceTurn } from './trace-file.ts';

const MOST_TITLE_CHARACTERS = 200;

export class TracePeople {
  readonly #engine: BenchEngine;
  readonly #trace: Trace;
  readonly #people = new Map<string, ProfileId>();
  readonly #chats = new Map<string, Conversation>();
  readonly #apart: boolean;

  /** `apart`: every document and system text is private, so that nobody reuses what somebody else computed. */
  constructor(engine: BenchEngine, trace: Trace, { apart }: { apart: boolean }) {
    this.#engine = engine;
    this.#trace = trace;
    this.#apart = apart;
  }

  async chatOf(turn: TraceTurn): Promise<Conversation> {
    const known = this.#chats.get(turn.chat);
    if (known !== undefined) return known;
    const chat = await this.#open(turn, await this.#person(turn.profile));
    this.#chats.set(turn.chat, chat);
    return chat;
  }

  /** The same chat of somebody who has never asked anything. */
  async chatOfStranger(turn: TraceTurn, name: string): Promise<Conversation> {
    return this.#open(turn, await this.#person(name));
  }

  async #open(turn: TraceTurn, profileId: ProfileId): Promise<Conversation> {
    const { client } = this.#engine;
    const documents: DocumentId[] = [];
    for (const id of turn.documents) documents.push(await this.#add(id, profileId));
    const { system } = turn;
    const systemScope = this.#apart ? 'private' : turn.scope;
    return client.call('conversations.create', { profileId, system, systemScope, documents });
  }

  async #add(id: string, profileId: ProfileId): Promise<DocumentId> {
    const document = this.#trace.documents.get(id);
    if (document === undefined) throw new BenchFailure(`The trace has no document ${id}.`, { usage: false });
    const { text } = document;
    const scope = this.#apart ? 'private' : document.scope;
    const title = document.title.trim().slice(0, MOST_TITLE_CHARACTERS) || id;
    return (await this.#engine.client.call('library.add', { profileId, scope, text, title })).id;
  }

  async #person(name: string): Promise<ProfileId> {
    const known = this.#people.get(name);
    if (known !== undefined) return known;
    const { id } = await this.#engine.client.call('profiles.create', { name });
    this.#people.set(name, id);
    return id;
  }
}
