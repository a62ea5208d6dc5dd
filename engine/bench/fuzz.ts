// Days of disorder in minutes: random people ask about random versions of documents under random policies, stop in the
// middle, remove what they asked about, and the engine heals, evicts and starts again in between. What must hold
// afterwards is counted: exact answers are those of `off`, nothing is damaged, nothing stays pinned, nothing grows.

import type { ChatEvent, ConversationId, Message, TurnOptions } from '../contract/chat.ts';
import type { ProfileId } from '../contract/profiles.ts';
import { seededRandom } from '../sample/random.ts';
import { person, startTestEngine } from '../testing/start-engine.ts';
import type { TestEngine } from '../testing/start-engine.ts';

export interface FuzzRow {
  rounds: number;
  answers: number;
  stopped: number;
  restarts: number;
  /** Answers that called themselves exact, or were verified, and were compared with `off`. */
  compared: number;
  /** Of those, the ones that were not what `off` answers. */
  different: number;
  /** Answers from rows that were moved, edited or similar, verified ones included. */
  approximate: number;
  reusedTokens: number;
  /** Reports whose spans do not cover the prompt in order. */
  brokenReports: number;
  evictions: number;
  damagedBlocks: number;
  cleanAtTheEnd: boolean;
  blocksInUseAtTheEnd: number;
  /** Resident memory at half of the rounds and at the end, MB. */
  rssHalfMb: number;
  rssEndMb: number;
}

interface OfChat {
  profileId: ProfileId;
  conversationId: ConversationId;
}

const WORDS = [
  'lamp',
  'clinic',
  'soup',
  '12',
  'Tuesday',
  'Ana',
  'key',
  'red',
  'bus',
  '0.5 mg',
  'garden',
  'never',
  'room 7',
];
const SYSTEMS = [undefined, 'Be brief and exact.', 'You answer for the clinic, with care and in full sentences.'];
const WAYS: (TurnOptions & { isExact: boolean })[] = [
  { policy: 'exact', isExact: true },
  { policy: 'hearth', quality: 'exact', isExact: true },
  { policy: 'hearth', quality: 'balanced', verify: true, isExact: true },
  { policy: 'hearth', quality: 'fast', verify: true, isExact: true },
  { policy: 'hearth', quality: 'balanced', isExact: false },
  { policy: 'hearth', quality: 'balanced', isExact: false },
  { policy: 'hearth', quality: 'fast', isExact: false },
];
const COMPARED_SHARE = 0.3;
const SAMPLING = { temperature: 0, maxTokens: 12 };
/** Small, so that blocks are evicted from memory and from the disk all the time. */
const LIMITS = { cacheQuotaBytes: 40_000_000, memoryBudgetBytes: 8_000_000 };

export async function fuzz(rounds: number, seed: number): Promise<FuzzRow> {
  const engine = await startTestEngine({ tiny: { seed: 1, layers: 8, hidden: 256, context: 2048 } });
  try {
    return await new Fuzz(engine, seed).run(rounds);
  } finally {
    await engine.close();
  }
}

class Fuzz {
  readonly #engine: TestEngine;
  readonly #random: () => number;
  readonly #texts: string[][];
  readonly #row: FuzzRow;
  #people: ProfileId[] = [];

  constructor(engine: TestEngine, seed: number) {
    this.#engine = engine;
    this.#random = seededRandom(seed);
    this.#texts = Array.from({ length: 4 }, () => Array.from({ length: 12 }, () => this.#sentence()));
    const none = { answers: 0, stopped: 0, restarts: 0, compared: 0, different: 0, approximate: 0, reusedTokens: 0 };
    const end = { evictions: 0, damagedBlocks: 0, cleanAtTheEnd: false, blocksInUseAtTheEnd: 0 };
    this.#row = { rounds: 0, ...none, brokenReports: 0, ...end, rssHalfMb: 0, rssEndMb: 0 };
  }

  async run(rounds: number): Promise<FuzzRow> {
    this.#people = await Promise.all(['ana', 'ben', 'cleo'].map((name) => person(this.#client, name)));
    await this.#client.call('settings.set', { ...LIMITS, policy: 'hearth' });
    for (let round = 1; round <= rounds; round++) {
      await this.#round();
      this.#row.rounds = round;
      if (round === Math.floor(rounds / 2)) this.#row.rssHalfMb = rssMb();
    }
    await this.#client.call('cache.heal', {});
    const stats = await this.#client.call('cache.stats', {});
    const { clean, damaged } = await this.#client.call('cache.verify', {});
    return Object.assign(this.#row, {
      evictions: stats.evictions,
      damagedBlocks: stats.damaged + damaged,
      cleanAtTheEnd: clean,
      blocksInUseAtTheEnd: stats.blocksInUse,
      rssEndMb: rssMb(),
    });
  }

  get #client() {
    return this.#engine.client;
  }

  async #round(): Promise<void> {
    const dice = this.#random();
    if (dice < 0.02) return this.#restart();
    if (dice < 0.05) return void (await this.#client.call('cache.heal', {}));
    if (dice < 0.07)
      return void (await this.#client.call('cache.clear', { scope: this.#pick(['private', 'library']) }));
    if (dice < 0.1) this.#edit();
    await this.#chat();
  }

  async #restart(): Promise<void> {
    await this.#engine.restart();
    this.#row.restarts++;
  }

  /** A document is changed for good: a sentence goes, comes, or says something else. */
  #edit(): void {
    const text = this.#pick(this.#texts);
    const at = Math.floor(this.#random() * text.length);
    const kind = this.#random();
    if (kind < 0.3 && text.length > 6) text.splice(at, 1);
    else text.splice(at, kind < 0.6 ? 1 : 0, this.#sentence());
  }

  async #chat(): Promise<void> {
    const profileId = this.#pick(this.#people);
    const scope = this.#random() < 0.6 ? 'library' : 'private';
    const documents = [];
    for (const lines of [this.#pick(this.#texts), this.#pick(this.#texts)].slice(
      0,
      1 + Math.floor(this.#random() * 2),
    )) {
      const text = lines.join('\n');
      documents.push((await this.#client.call('library.add', { profileId, title: 'A text', text, scope })).id);
    }
    const system = this.#pick(SYSTEMS);
    const { id: conversationId } = await this.#client.call('conversations.create', {
      profileId,
      documents: [...new Set(documents)],
      system,
    });
    const of = { profileId, conversationId };
    if (this.#random() < 0.2) await this.#client.call('conversations.prepare', of);
    await this.#turn(of);
    if (this.#random() < 0.3) await this.#turn(of);
    if (this.#random() < 0.3) await this.#client.call('conversations.remove', of);
  }

  async #turn(of: OfChat): Promise<void> {
    const { isExact, ...way } = this.#pick(WAYS);
    const stopAfter = this.#random() < 0.15 ? Math.floor(this.#random() * 6) : null;
    const answer = await this.#answer(of, { ...way, text: this.#sentence() }, stopAfter);
    if (answer === null || answer.report === null) return;
    const { report, text } = answer;
    this.#row.answers++;
    this.#row.reusedTokens += report.promptTokens - report.tokens.fresh;
    if (report.tokens.moved + report.tokens.edited + report.tokens.similar > 0) this.#row.approximate++;
    let position = 0;
    for (const { start, end } of report.spans) position = start === position && end > start ? end : -1;
    if (position !== report.promptTokens) this.#row.brokenReports++;
    const claimsExact = isExact || report.state === 'exact';
    if (!claimsExact || report.stopReason === 'stopped' || this.#random() > COMPARED_SHARE) return;
    const off = await this.#answer(of, { policy: 'off', text: null }, null);
    this.#row.compared++;
    if (off?.text !== text) this.#row.different++;
  }

  /** Null: stopped before anything was answered. */
  async #answer(
    of: OfChat,
    asked: TurnOptions & { text: string | null },
    stopAfterEvents: number | null,
  ): Promise<Message | null> {
    const { text, ...options } = asked;
    const controller = new AbortController();
    const params = { ...of, ...options, sampling: SAMPLING };
    const stream =
      text === null
        ? this.#client.stream('chat.regenerate', params, controller.signal)
        : this.#client.stream('chat.send', { ...params, text }, controller.signal);
    let events = 0;
    try {
      for (;;) {
        const step: IteratorResult<ChatEvent, { message: Message }> = await stream.next();
        if (step.done === true) return step.value.message;
        if (stopAfterEvents !== null && ++events > stopAfterEvents) controller.abort();
      }
    } catch (error) {
      if (!controller.signal.aborted) throw error;
      return null;
    } finally {
      if (controller.signal.aborted) this.#row.stopped++;
    }
  }

  #sentence(): string {
    return `${Array.from({ length: 4 + Math.floor(this.#random() * 6) }, () => this.#pick(WORDS)).join(' ')}.`;
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }
}

function rssMb(): number {
  return Math.round(process.memoryUsage.rss() / 1e6);
}
