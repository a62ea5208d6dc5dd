// Scenario `ladder-chats`: verified answers through the engine as every client has it: chats, documents, idle time,
// the saved text. Each prompt is answered by `off` and then again by `hearth`, verified; the texts must be equal.

import type { ConversationId, Message, TurnOptions } from '../contract/chat.ts';
import type { DocumentId } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import { RemoteError } from '../contract/errors.ts';
import { BUILT_IN_SYSTEM_TEXT } from '../text/model-text.ts';
import { BenchEngine } from './bench-engine.ts';
import { chatRows } from './ladder-chat-rows.ts';
import type { ChatOutcome, ChatRow } from './ladder-chat-rows.ts';
import { describeMachine } from './machine.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { QUALITY } from './scenarios.ts';
import { qualityCase, WORKLOADS } from './workloads.ts';
import type { BenchChat, QualityCase } from './workloads.ts';

const SAMPLING = { temperature: 0, maxTokens: QUALITY.answerTokens };
const OFF: TurnOptions = { policy: 'off', sampling: SAMPLING };
const DONOR: TurnOptions = { policy: 'hearth', quality: 'balanced', verify: false, sampling: SAMPLING };
const VERIFIED: TurnOptions = { policy: 'hearth', quality: 'fast', verify: true, sampling: SAMPLING };

export async function runLadderChats(request: BenchRequest): Promise<BenchResult<ChatRow>> {
  const prompts = request.limit ?? (request.quick ? QUALITY.quickChatPrompts : QUALITY.chatPrompts);
  const engine = await BenchEngine.open(request);
  try {
    await engine.client.call('settings.set', { policy: 'hearth' });
    const { id: profileId } = await engine.client.call('profiles.create', { name: 'ana' });
    const outcomes: ChatOutcome[] = [];
    for (const workload of WORKLOADS) {
      process.stderr.write(`ladder-chats: ${prompts} prompts of ${workload}\n`);
      for (let index = 0; index < prompts; index++) {
        const of = new ChatCase(engine, profileId, qualityCase(workload, index, QUALITY.seed));
        outcomes.push(await of.run());
        await of.remove();
      }
    }
    const { name: model } = await engine.model();
    return { name: 'ladder-chats', machine: describeMachine(), model, rows: chatRows(outcomes) };
  } finally {
    await engine.close();
  }
}

/** One case as chats of one person. */
class ChatCase {
  readonly #engine: BenchEngine;
  readonly #profileId: ProfileId;
  readonly #case: QualityCase;
  readonly #documents = new Set<DocumentId>();
  readonly #chats: ConversationId[] = [];

  constructor(engine: BenchEngine, profileId: ProfileId, of: QualityCase) {
    this.#engine = engine;
    this.#profileId = profileId;
    this.#case = of;
  }

  async run(): Promise<ChatOutcome> {
    const { id, workload, donors, compiled, probe } = this.#case;
    const outcome = { caseId: id, workload };
    try {
      for (const text of compiled) await this.#add(text);
      for (const donor of donors) await this.#answer(await this.#open(donor), donor.questions[0]!, DONOR);
      await this.#engine.client.call('cache.heal', {});
      // A chat with an earlier question goes on; any other is new.
      const chat = probe.questions.length > 1 ? this.#chats[0]! : await this.#open(probe);
      const off = await this.#answer(chat, probe.questions.at(-1)!, OFF);
      const verified = await this.#answer(chat, null, VERIFIED);
      return { ...outcome, expected: off.text, actual: verified.text, report: verified.report };
    } catch (error) {
      if (error instanceof RemoteError && error.code === 'context-exceeded') {
        return { ...outcome, expected: '', actual: '', report: null };
      }
      throw error;
    }
  }

  async remove(): Promise<void> {
    const { client } = this.#engine;
    const profileId = this.#profileId;
    for (const conversationId of this.#chats) await client.call('conversations.remove', { profileId, conversationId });
    for (const documentId of this.#documents) await client.call('library.remove', { profileId, documentId });
  }

  async #open({ system, documents }: BenchChat): Promise<ConversationId> {
    const added: DocumentId[] = [];
    for (const text of documents) added.push(await this.#add(text));
    const { id } = await this.#engine.client.call('conversations.create', {
      profileId: this.#profileId,
      documents: added,
      ...(system === BUILT_IN_SYSTEM_TEXT ? {} : { system, systemScope: 'library' as const }),
    });
    this.#chats.push(id);
    return id;
  }

  async #add(text: string): Promise<DocumentId> {
    const { client } = this.#engine;
    const profileId = this.#profileId;
    const { id } = await client.call('library.add', { profileId, scope: 'library', title: 'A document', text });
    this.#documents.add(id);
    return id;
  }

  /** `text` null: the last question again. */
  async #answer(conversationId: ConversationId, text: string | null, options: TurnOptions): Promise<Message> {
    const of = { profileId: this.#profileId, conversationId, ...options };
    const { client } = this.#engine;
    const stream = text === null ? client.stream('chat.regenerate', of) : client.stream('chat.send', { ...of, text });
    for (;;) {
      const step = await stream.next();
      if (step.done === true) return step.value.message;
    }
  }
}
