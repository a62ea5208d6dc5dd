// Work for when nobody waits: computing exactly what an approximate turn left behind, and reading ahead what the next
// question will need. Both are the same thing: an ordinary prefill of a text, kept block by block, one step at a time,
// so that a request never waits for more than one step.

import type { EntryRef } from './cache/block.ts';
import type { ConversationId } from './contract/chat.ts';
import type { DocumentId } from './contract/library.ts';
import type { ProfileId } from './contract/profiles.ts';
import type { KvPrecision } from './contract/settings.ts';
import { log } from './lib/log.ts';
import type { LoadedModel } from './loaded-model.ts';
import { readableScopes } from './profiles/scopes.ts';
import { Sequence } from './schedule/sequence.ts';
import type { Prompt } from './text/prompt.ts';
import { losslessRows, prefixSources } from './row-sources.ts';
import { rowKeeper } from './write-back.ts';
import type { BlockCut, KeepRows } from './write-back.ts';

/** A beginning of a prompt whose rows are wanted. */
export interface ReadAheadText {
  /** Only its first `tokens` are computed. */
  prompt: Prompt;
  tokens: number;
  entryOf: (cut: BlockCut) => EntryRef;
  isCurrent: () => boolean;
}

export interface ReadAhead {
  /** A job for a newer version of the same subject takes the place of the older one. */
  subject: ConversationId | DocumentId;
  /** What the text was made of: a job for the same version is not begun twice. */
  version: string;
  /** Healing comes before reading ahead, and that before documents for everybody. */
  priority: 0 | 1 | 2;
  /** Waits until this long after it was added: whoever adds a text often asks about it at once, and reads it then. */
  delayMs?: number;
  profileId: ProfileId;
  precision: KvPrecision;
  /** Asked for when the work begins. Null, or an error: there is nothing to do any more. */
  text: (model: LoadedModel) => ReadAheadText | null;
  /** All rows are exact and kept. `computedTokens` had to be computed for it. */
  done: (computedTokens: number) => void;
}

interface Waiting extends ReadAhead {
  /** On the clock of `performance.now`. */
  notBefore: number;
}

interface Running {
  job: ReadAhead;
  model: LoadedModel;
  sequence: Sequence;
  keep: KeepRows;
  pin: Disposable;
  /** Leading rows that lost nothing when they were kept. */
  lossless: number;
  controller: AbortController;
}

export class Background {
  readonly #loaded: () => LoadedModel | null;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: Running | null = null;
  #stepping: Promise<unknown> = Promise.resolve();
  readonly #settled = new Set<() => void>();
  /** Called when there is something to do. */
  onWork: () => void = () => {};
  /** Called when there is nothing to do: whoever knows more may add it. */
  onIdle: () => void = () => {};

  constructor(loaded: () => LoadedModel | null) {
    this.#loaded = loaded;
  }

  add(job: ReadAhead): void {
    const same = [this.#running?.job, ...this.#waiting].find((other) => other?.subject === job.subject);
    if (same?.version === job.version && same.priority <= job.priority) return;
    this.drop(job.subject);
    this.#waiting.push({ ...job, notBefore: performance.now() + (job.delayMs ?? 0) });
    this.#waiting.sort((one, other) => one.priority - other.priority);
    this.onWork();
  }

  /** Ends the work for a subject; what it has computed so far is kept. */
  drop(subject: ReadAhead['subject']): void {
    this.#waiting = this.#waiting.filter((job) => job.subject !== subject);
    if (this.#running?.job.subject === subject) this.#leave();
    this.#tell();
  }

  /** Hands what was computed so far to the cache, for a request that is about to look there. */
  keep(): void {
    this.#running?.keep({ partial: false });
  }

  /** Ends all work, or that for one person, and waits for the step under way; what was computed is kept. */
  async clear(profileId?: ProfileId): Promise<void> {
    const stays = (job: ReadAhead) => profileId !== undefined && job.profileId !== profileId;
    this.#waiting = this.#waiting.filter(stays);
    if (this.#waiting.length === 0) clearTimeout(this.#timer);
    if (this.#running === null || !stays(this.#running.job)) this.#leave();
    await this.#stepping;
  }

  /** Resolves when nothing is left to do for a subject, or for anybody. Nothing of it waits any longer. */
  async settled(subject?: ReadAhead['subject']): Promise<void> {
    for (const job of this.#waiting) if (subject === undefined || job.subject === subject) job.notBefore = 0;
    this.onWork();
    const isBusy = () =>
      [this.#running?.job, ...this.#waiting].some(
        (job) => job !== undefined && (subject === undefined || job.subject === subject),
      );
    while (isBusy()) await new Promise<void>((resolve) => this.#settled.add(resolve));
  }

  /** One short piece of work; false when there is nothing left. Never throws. */
  async step(): Promise<boolean> {
    const stepping = this.#step();
    this.#stepping = stepping;
    return stepping;
  }

  async #step(): Promise<boolean> {
    try {
      this.#running ??= this.#begin();
      const running = this.#running;
      if (running === null) this.onIdle();
      await running?.sequence.step();
      // It may have been dropped, or its model changed, while the step ran.
      if (running !== null && this.#running === running) this.#after(running);
    } catch (error) {
      log('warn', 'work ahead of time was given up', {
        reason: error instanceof Error ? error.message : String(error),
      });
      this.#leave();
    }
    return this.#running !== null || this.#isReady();
  }

  /** Whether a job may begin now; if one may later, the loop is called then. */
  #isReady(): boolean {
    const next = Math.min(...this.#waiting.map((job) => job.notBefore)) - performance.now();
    clearTimeout(this.#timer);
    if (next > 0 && next !== Infinity) this.#timer = setTimeout(() => this.onWork(), next).unref();
    return next <= 0;
  }

  #begin(): Running | null {
    for (;;) {
      const model = this.#loaded();
      const now = performance.now();
      const at = this.#waiting.findIndex((waiting) => waiting.notBefore <= now);
      const [job] = at === -1 ? [] : this.#waiting.splice(at, 1);
      if (job === undefined) return null;
      const begun = model === null ? null : begin(job, model);
      if (begun === 'complete') job.done(0);
      else if (begun !== null) return begun;
      this.#tell();
    }
  }

  #after(running: Running): void {
    const { sequence, keep, job, model } = running;
    if (model !== this.#loaded()) return this.#leave();
    keep({ partial: sequence.done });
    if (!sequence.done) return;
    this.#leave();
    const { kv, reusedTokens } = sequence;
    if (sequence.exactRows === kv.rows) job.done(kv.rows - reusedTokens);
  }

  #leave(): void {
    const running = this.#running;
    this.#running = null;
    if (running !== null) {
      running.keep({ partial: true });
      running.controller.abort();
      running.pin[Symbol.dispose]();
      // A step that is under way still writes into its rows.
      void this.#stepping.then(() => running.sequence.release(running.lossless));
    }
    this.#tell();
  }

  #tell(): void {
    for (const resolve of this.#settled) resolve();
    this.#settled.clear();
  }
}

/** Null: there is nothing to work on. */
function begin(job: ReadAhead, loaded: LoadedModel): Running | 'complete' | null {
  const { model, space, speed, loadSpeed } = loaded;
  const text = readText(job, loaded);
  if (text === null || text.tokens === 0 || text.tokens > model.shape.context) return null;
  const tokens = text.prompt.tokens.slice(0, text.tokens);
  const prompt = { ...text.prompt, tokens };
  const found = space.find(tokens, readableScopes(job.profileId), [job.precision]);
  if (found.tokens === tokens.length) return 'complete';
  const controller = new AbortController();
  const work = {
    tokens,
    reuse: prefixSources(found.refs, loaded),
    approximate: null,
    maxTokens: 0,
    eosTokenIds: [],
    sampler: () => () => 0,
    draft: null,
    signal: controller.signal,
  };
  const pin = space.pin(found.refs);
  const sequence = new Sequence(work, { model, speed, loadSpeed });
  sequence.pace = 'idle';
  const { precision } = job;
  const keep = rowKeeper({ ...text, space, prompt, reuse: found.refs, computed: sequence, precision, speed });
  return { job, model: loaded, sequence, keep, pin, controller, lossless: losslessRows(found.refs, loaded) };
}

/** A text that was removed in the meantime is nothing to work on. */
function readText(job: ReadAhead, loaded: LoadedModel): ReadAheadText | null {
  try {
    return job.text(loaded);
  } catch {
    return null;
  }
}
