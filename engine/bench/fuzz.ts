// Scenario `fuzz`: days of disorder in minutes. Random people ask about random versions of documents under random
// policies, alone and at once, stop in the middle, remove what they asked about, and the engine heals, evicts and starts
// again in between. What must hold is counted: exact answers are those of `off`, nothing is damaged, nothing stays
// pinned, nothing grows. Engine and people share this process, so that its memory tells of many restarts; the bench
// program gives it the environment of an engine's own process.

import type { ChatEvent, ConversationId, Message, TurnOptions } from '../contract/chat.ts';
import type { ProfileId } from '../contract/profiles.ts';
import { seededRandom } from '../sample/random.ts';
import { person, startTestEngine } from '../testing/start-engine.ts';
import type { TestEngine } from '../testing/start-engine.ts';
import { modelSource, temporaryFolder } from './bench-engine.ts';
import { allocatorSettings, footprint, mostResidentMb } from './fuzz-memory.ts';
import { courseOf } from './fuzz-rows.ts';
import type { FuzzCounts, FuzzPoint, FuzzSummary } from './fuzz-rows.ts';
import { ChangingTexts, LIMITS, pick, sentence, SYSTEMS, WAYS } from './fuzz-world.ts';
import type { Random } from './fuzz-world.ts';
import { describeMachine } from './machine.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { FUZZ } from './scenarios.ts';

export interface FuzzResult extends BenchResult<FuzzPoint> {
  summary: FuzzSummary;
  /** Where no model was asked for. */
  weights?: string;
  allocator: ReturnType<typeof allocatorSettings>;
}

interface FuzzOptions {
  rounds: number;
  seed: number;
  /** How often it is looked at memory. */
  looks: number;
  /** Absent: a small one with seeded weights, large enough that reuse pays. */
  modelId?: string | undefined;
  /** Aborted, the run ends after the round under way. */
  signal?: AbortSignal | undefined;
  /** Told at each look. */
  progress?: (counts: FuzzCounts, point: FuzzPoint) => void;
}

interface Fuzzed {
  model: string;
  points: FuzzPoint[];
  summary: FuzzSummary;
}

interface OfChat {
  profileId: ProfileId;
  conversationId: ConversationId;
}

const SEEDED = { seed: 1, layers: 8, hidden: 256, context: 2048 };
const PEOPLE = ['ana', 'ben', 'cleo'];
const COMPARED_SHARE = 0.3;
const SAMPLING = { temperature: 0, maxTokens: 12 };
const TOLD_PROBLEMS = 20;

export async function runFuzz(request: BenchRequest): Promise<FuzzResult> {
  const rounds = request.limit ?? (request.quick ? FUZZ.quickRounds : FUZZ.rounds);
  const isGiven = request.model !== undefined || request.shape !== undefined;
  const modelId = isGiven ? ((await modelSource(temporaryFolder(), request)) ?? 'starter') : undefined;
  const progress = ({ answers, compared, different }: FuzzCounts, { round, restarts, rssMb }: FuzzPoint) =>
    process.stderr.write(
      `fuzz: round ${round} of ${rounds}, ${answers} answers, ${different} of ${compared} different, ` +
        `${restarts} restarts, ${Math.round(rssMb)} MB\n`,
    );
  const signal = request.endEarly?.();
  const { seed, looks } = FUZZ;
  const { model, points, summary } = await fuzz({ rounds, seed, looks, modelId, signal, progress });
  return {
    name: 'fuzz',
    machine: describeMachine(),
    model,
    rows: points,
    summary,
    allocator: allocatorSettings(),
    ...(modelId === undefined ? { weights: 'seeded, of 8 layers' } : {}),
    ...(signal?.aborted === true ? { isCut: true } : {}),
  };
}

export async function fuzz(options: FuzzOptions): Promise<Fuzzed> {
  const { modelId } = options;
  const dataFolder = temporaryFolder();
  const engine = await startTestEngine({ dataFolder, tiny: SEEDED, ...(modelId === undefined ? {} : { modelId }) });
  try {
    return await new Fuzz(engine, options).run();
  } finally {
    await engine.close();
  }
}

class Fuzz {
  readonly #engine: TestEngine;
  readonly #options: FuzzOptions;
  readonly #random: Random;
  readonly #texts: ChangingTexts;
  readonly #points: FuzzPoint[] = [];
  readonly #problems: string[] = [];
  readonly #counts: FuzzCounts;
  #people: ProfileId[] = [];

  constructor(engine: TestEngine, options: FuzzOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#texts = new ChangingTexts(this.#random);
    const none = { answers: 0, stopped: 0, approximate: 0, compared: 0, different: 0, brokenReports: 0 };
    this.#counts = { rounds: 0, restarts: 0, edits: 0, ...none, reusedTokens: 0 };
  }

  async run(): Promise<Fuzzed> {
    const { rounds, looks, signal } = this.#options;
    const lookEvery = Math.max(1, Math.floor(rounds / looks));
    const { model } = await this.#client.call('status', {});
    this.#people = await Promise.all(PEOPLE.map((name) => person(this.#client, name)));
    await this.#client.call('settings.set', { ...LIMITS[0], policy: 'hearth' });
    for (let round = 1; round <= rounds; round++) {
      if (signal?.aborted === true) break;
      this.#counts.rounds = round;
      await this.#round();
      if (round % lookEvery === 0) await this.#look();
    }
    return { model: model?.name ?? '', points: this.#points, summary: await this.#summary() };
  }

  get #client() {
    return this.#engine.client;
  }

  async #look(): Promise<void> {
    const { rounds, restarts } = this.#counts;
    const point = { round: rounds, restarts, ...(await footprint(this.#engine)) };
    this.#points.push(point);
    this.#options.progress?.(this.#counts, point);
  }

  async #summary(): Promise<FuzzSummary> {
    await this.#client.call('cache.heal', {});
    const stats = await this.#client.call('cache.stats', {});
    const { clean, damaged } = await this.#client.call('cache.verify', {});
    const points = this.#points;
    return {
      seed: this.#options.seed,
      ...this.#counts,
      evictions: stats.evictions,
      damagedBlocks: stats.damaged + damaged,
      cleanAtTheEnd: clean,
      blocksInUseAtTheEnd: stats.blocksInUse,
      memory: {
        rss: courseOf(points, 'rssMb'),
        heap: courseOf(points, 'heapMb'),
        heapPages: courseOf(points, 'heapPagesMb'),
        external: courseOf(points, 'externalMb'),
        native: courseOf(points, 'nativeMb'),
      },
      mostResidentMb: mostResidentMb(),
      mostCacheOnDiskMb: courseOf(points, 'cacheOnDiskMb').most,
      quotaMb: LIMITS[0].cacheQuotaBytes / 1e6,
      problems: this.#problems,
    };
  }

  async #round(): Promise<void> {
    const random = this.#random;
    const dice = random();
    if (dice < 0.02) return this.#restart();
    if (dice < 0.05) return void (await this.#client.call('cache.heal', {}));
    if (dice < 0.06) return void (await this.#client.call('settings.set', pick(LIMITS, random)));
    if (dice < 0.07) {
      return void (await this.#client.call('cache.clear', { scope: pick(['private', 'library'] as const, random) }));
    }
    if (dice < 0.1) this.#edit();
    if (dice < 0.9) return this.#chat(pick(this.#people, random), random);
    // All at once, each with dice of their own: who is first differs from run to run.
    const chats = this.#people.map((profileId) => this.#chat(profileId, seededRandom(random() * 2 ** 32)));
    await Promise.all(chats);
  }

  async #restart(): Promise<void> {
    await this.#engine.restart();
    this.#counts.restarts++;
  }

  #edit(): void {
    this.#texts.edit(this.#random);
    this.#counts.edits++;
  }

  async #chat(profileId: ProfileId, random: Random): Promise<void> {
    const scope = random() < 0.6 ? 'library' : 'private';
    const documents = [];
    for (const text of this.#texts.some(random)) {
      documents.push((await this.#client.call('library.add', { profileId, title: 'A text', text, scope })).id);
    }
    const { id: conversationId } = await this.#client.call('conversations.create', {
      profileId,
      documents: [...new Set(documents)],
      system: pick(SYSTEMS, random),
    });
    const of = { profileId, conversationId };
    if (random() < 0.2) await this.#client.call('conversations.prepare', of);
    await this.#turn(of, random);
    if (random() < 0.3) await this.#turn(of, random);
    if (random() < 0.3) await this.#client.call('conversations.remove', of);
  }

  async #turn(of: OfChat, random: Random): Promise<void> {
    const { isExact, ...way } = pick(WAYS, random);
    const stopAfter = random() < 0.15 ? Math.floor(random() * 6) : null;
    const answer = await this.#answer(of, { ...way, text: sentence(random) }, stopAfter);
    if (answer === null || answer.report === null) return;
    const { report, text } = answer;
    const counts = this.#counts;
    counts.answers++;
    counts.reusedTokens += report.promptTokens - report.tokens.fresh;
    if (report.tokens.moved + report.tokens.edited + report.tokens.similar > 0) counts.approximate++;
    let position = 0;
    for (const { start, end } of report.spans) position = start === position && end > start ? end : -1;
    if (position !== report.promptTokens) {
      counts.brokenReports++;
      this.#problem(`the spans of a report end at ${position} of ${report.promptTokens} tokens (${report.policy})`);
    }
    const claimsExact = isExact || report.state === 'exact';
    if (!claimsExact || report.stopReason === 'stopped' || random() > COMPARED_SHARE) return;
    const off = await this.#answer(of, { policy: 'off', text: null }, null);
    counts.compared++;
    if (off?.text === text) return;
    counts.different++;
    this.#problem(
      `${JSON.stringify(way)} answered ${JSON.stringify(text)}, off ${JSON.stringify(off?.text ?? null)} ` +
        `(${JSON.stringify(report.tokens)})`,
    );
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
      if (controller.signal.aborted) this.#counts.stopped++;
    }
  }

  #problem(what: string): void {
    if (this.#problems.length < TOLD_PROBLEMS) this.#problems.push(`round ${this.#counts.rounds}: ${what}`);
  }
}
