// One prompt on its way through the model: load what is reused, compute the rest, decode, and check where that was
// asked for. Its phases stand in `#run`, top to bottom; each `step` goes on to the next `yield`, one short piece of
// work. Who steps when is the scheduler's business.

import type { TimeSplit, TurnReport } from '../contract/chat.ts';
import type { LoadSpeed } from '../metrics/load-speed.ts';
import type { Pace, PrefillSpeed } from '../metrics/prefill-speed.ts';
import type { Model } from '../model/forward.ts';
import type { KvBuffer } from '../model/kv-buffer.ts';
import type { ApproximatePlan } from '../plan/reuse-plan.ts';
import type { TokenRange } from '../types.ts';
import { ApproximatePrefill } from './approximate-prefill.ts';
import type { SpanSource } from './approximate-prefill.ts';
import { Decoding } from './decoding.ts';
import type { Draft, Sample } from './decoding.ts';
import { loadRows, prefillRows } from './exact-rows.ts';
import type { PrefixSource } from './exact-rows.ts';
import { SemsharekvPrefill } from './semsharekv-prefill.ts';
import { checkAnswer } from './verification.ts';

export interface SequenceWork {
  tokens: Int32Array;
  /** Cached rows of the exact prefix, in order. */
  reuse: readonly PrefixSource[];
  /** Null: everything behind the prefix is computed. */
  approximate: { plan: ApproximatePlan; sources: readonly SpanSource[] } | null;
  /** From this position on the prefix lost precision when it was kept, and the answer is to be checked; null: neither. */
  roughFrom?: number | null;
  /** 0: only the rows are wanted, no answer. */
  maxTokens: number;
  eosTokenIds: readonly number[];
  /** A new one gives the same choices again for the same logits, so that an answer can be checked. */
  sampler: () => Sample;
  /** Guesses how the answer goes on; what the model does not confirm is dropped. */
  draft: Draft | null;
  signal: AbortSignal;
}

export interface SequenceParts {
  model: Model;
  speed: PrefillSpeed;
  loadSpeed: LoadSpeed;
}

export type SequenceEvent =
  | { type: 'progress'; doneTokens: number; totalTokens: number }
  | { type: 'token'; id: number }
  | { type: 'verifying' }
  /** Only the first `keptTokens` of the answer hold; tokens go on from there. */
  | { type: 'correction'; keptTokens: number };

export type StopReason = TurnReport['stopReason'];

export class Sequence {
  readonly kv: KvBuffer;
  readonly time: Pick<TimeSplit, 'loadMs' | 'prefillMs' | 'sampleMs'> = { loadMs: 0, prefillMs: 0, sampleMs: 0 };
  /** Rows × layers that were computed before the first token. */
  rowLayers = 0;
  /** Rows of the exact prefix that came from the cache; known once loading is over. */
  reusedTokens = 0;
  /** Span rows that really came from the cache, and those of them that were computed again. */
  placed: readonly TokenRange[] = [];
  recomputed: Int32Array = new Int32Array();
  /** Whoever steps it says whether others wait, or may come: how long its steps may be. */
  pace: Pace = 'shared';
  stopReason: StopReason | null = null;
  checkedTokens: number | null = null;
  readonly #work: SequenceWork;
  readonly #parts: SequenceParts;
  readonly #decoding: Decoding;
  readonly #phases: AsyncGenerator<void, void>;
  readonly #queue: SequenceEvent[] = [];
  #failure: { error: unknown } | null = null;
  #wake: () => void = () => {};
  /** First position whose row is approximate; null: none is. */
  #approximateFrom: number | null = null;
  #exactRows = 0;
  #isReleased = false;
  readonly #paceNow = () => this.pace;
  #layered: SemsharekvPrefill | null = null;

  constructor(work: SequenceWork, parts: SequenceParts) {
    this.#work = work;
    this.#parts = parts;
    const layered = work.approximate?.plan.layered !== undefined;
    const prefix = work.tokens.subarray(0, work.reuse.at(-1)?.end ?? 0);
    this.kv = layered ? parts.model.emptyKvBuffer() : parts.model.newKvBuffer(prefix);
    this.reusedTokens = this.kv.rows;
    // Room for the whole prompt at once: growing along the way would copy the rows again and again.
    if (!layered) this.kv.fit(work.tokens.length);
    this.#decoding = new Decoding({ ...work, kv: this.kv, model: parts.model, emit: (event) => this.#emit(event) });
    this.#phases = this.#run();
  }

  get done(): boolean {
    return this.stopReason !== null || this.#failure !== null;
  }

  /** Tokens of the answer so far. */
  get output(): readonly number[] {
    return this.#decoding.output;
  }

  /** Most bytes of keys and values that were held at once; cached blocks that they came from are not counted. */
  get kvBytes(): number {
    return Math.max(this.kv.bytes, this.#layered?.peakBytes ?? 0);
  }

  /** Whether rows of the prompt are missing in some layers. */
  get dropsRows(): boolean {
    return (this.#layered?.droppedRowLayers ?? 0) > 0;
  }

  get decodeMs(): number {
    return this.#decoding.ms;
  }

  get drafted(): { proposed: number; accepted: number } {
    return this.#decoding.drafted;
  }

  get repairedTokens(): number {
    return this.#decoding.repairedTokens;
  }

  /** Leading rows that are what a full prefill gives: only these may be kept for others. As of the last step's end. */
  get exactRows(): number {
    return Math.min(this.#exactRows, this.kv.rows);
  }

  /** Does the next piece of work. Never throws: an error ends the sequence and reaches whoever reads its events. */
  async step(): Promise<void> {
    try {
      if (this.#work.signal.aborted) return this.end('stopped');
      const phase = await this.#phases.next();
      this.#exactRows = this.#approximateFrom ?? this.kv.rows;
      if (phase.done === true) this.#settle(this.#decoding.finished ?? 'length');
    } catch (error) {
      this.#failure = { error };
      this.#wake();
    }
  }

  /** Ends the answer, from a stop string or by a person. A stop by a person ends the checking as well. */
  end(reason: StopReason): void {
    if (reason === 'stopped') this.#settle(reason);
    else this.#decoding.finish(reason);
  }

  /**
   * Lets go of the rows. Only when the sequence is done and nobody reads them any more. The first `keptRows` that are
   * exact are there for the next sequence that may reuse them.
   */
  release(keptRows = 0): void {
    this.#layered?.release();
    if (this.#isReleased) return;
    this.#isReleased = true;
    const tokens = Int32Array.from([...this.#work.tokens, ...this.output]);
    this.#parts.model.giveBack(this.kv, tokens.subarray(0, Math.min(keptRows, this.exactRows)));
  }

  /** What happens, in order, until the sequence is done. One reader. */
  async *events(): AsyncGenerator<SequenceEvent, void> {
    for (;;) {
      const event = this.#queue.shift();
      if (event !== undefined) {
        yield event;
        continue;
      }
      if (this.#failure !== null) throw this.#failure.error;
      if (this.stopReason !== null) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async *#run(): AsyncGenerator<void, void> {
    const { reuse, approximate, maxTokens } = this.#work;
    const layered = approximate?.plan.layered !== undefined;
    if (reuse.length > 0 && !layered) yield* this.#load();
    const logits =
      approximate === null
        ? yield* this.#prefill()
        : layered
          ? yield* this.#prefillLayered(approximate)
          : yield* this.#prefillApproximately(approximate);
    if (maxTokens === 0) return;
    const startedAt = performance.now();
    this.#decoding.take(logits);
    this.time.sampleMs = performance.now() - startedAt;
    yield* this.#decoding.run();
    const verify = approximate?.plan.verify === true || this.#roughFrom !== null;
    if (verify && this.#approximateFrom !== null) yield* this.#verify();
  }

  async *#load(): AsyncGenerator<void, void> {
    const { model, loadSpeed } = this.#parts;
    for await (const { rows, ms } of loadRows(this.kv, this.#work.reuse, model)) {
      loadSpeed.record(rows, ms);
      this.time.loadMs += ms;
      this.reusedTokens = this.kv.rows;
      this.#approximateFrom = this.#roughFrom;
      yield;
    }
  }

  /** Computes what is missing of the prompt; gives the logits behind it, or nothing where no answer is wanted. */
  async *#prefill(): AsyncGenerator<void, Float32Array> {
    const { tokens, maxTokens } = this.#work;
    const { model, speed } = this.#parts;
    const layers = model.shape.layers;
    for await (const chunk of prefillRows(this.kv, tokens, {
      model,
      speed,
      logits: maxTokens > 0,
      pace: this.#paceNow,
    })) {
      this.time.prefillMs += chunk.ms;
      this.rowLayers += (chunk.end - chunk.start) * layers;
      if (chunk.end === tokens.length) return chunk.logits ?? new Float32Array();
      this.#emit({ type: 'progress', doneTokens: chunk.end, totalTokens: tokens.length });
      yield;
    }
    return new Float32Array();
  }

  async *#prefillApproximately(work: NonNullable<SequenceWork['approximate']>): AsyncGenerator<void, Float32Array> {
    const { tokens } = this.#work;
    const prefill = new ApproximatePrefill({ ...work, kv: this.kv, tokens }, { ...this.#parts, pace: this.#paceNow });
    this.#approximateFrom = this.#roughFrom ?? this.kv.rows;
    for await (const doneTokens of prefill.run()) {
      this.#emit({ type: 'progress', doneTokens, totalTokens: tokens.length });
      yield;
    }
    this.time.loadMs += prefill.loadMs;
    this.time.prefillMs += prefill.computeMs;
    this.rowLayers += prefill.rowLayers;
    this.placed = prefill.placed;
    this.recomputed = prefill.recomputed;
    this.#approximateFrom = this.#roughFrom ?? prefill.approximateFrom;
    this.#decoding.repair(work.plan.repair, prefill.approximateRows, prefill.approximateChanges);
    return prefill.logits;
  }

  /** Its rows are not in `kv`, which stays empty: nothing of it is exact, and nothing is kept for others. */
  async *#prefillLayered({
    plan,
    sources,
  }: NonNullable<SequenceWork['approximate']>): AsyncGenerator<void, Float32Array> {
    const { tokens, reuse } = this.#work;
    const prefill = new SemsharekvPrefill(
      { plan: plan.layered!, reuse, sources, tokens },
      { ...this.#parts, pace: this.#paceNow },
    );
    this.#layered = prefill;
    this.#approximateFrom = 0;
    for await (const doneTokens of prefill.run()) {
      this.#emit({ type: 'progress', doneTokens, totalTokens: tokens.length });
      yield;
    }
    this.time.loadMs += prefill.loadMs;
    this.time.prefillMs += prefill.computeMs;
    this.rowLayers += prefill.rowLayers;
    this.reusedTokens = prefill.reusedTokens;
    this.placed = prefill.placed;
    this.recomputed = prefill.recomputed;
    this.#decoding.over((id, index) => prefill.next(id, index));
    return prefill.logits;
  }

  async *#verify(): AsyncGenerator<void, void> {
    const { tokens, sampler } = this.#work;
    this.#emit({ type: 'verifying' });
    if (this.#layered !== null) {
      this.#layered.release();
      yield* this.#load();
      this.#exactRows = this.kv.rows;
    }
    const sample = sampler();
    const answer = { tokens, output: this.#decoding.output, endsItself: this.#decoding.finished === 'end' };
    this.kv.truncate(this.exactRows);
    // From here on every row is computed in order: each one is exact as soon as it is there.
    this.#approximateFrom = null;
    const checked = yield* checkAnswer({ kv: this.kv, answer, sample }, { ...this.#parts, pace: this.#paceNow });
    this.checkedTokens = checked.confirmed;
    if (checked.next === null) return;
    this.#emit({ type: 'correction', keptTokens: checked.confirmed });
    this.#decoding.resume({ keptTokens: checked.confirmed, next: checked.next, sample });
    yield* this.#decoding.run();
  }

  get #roughFrom(): number | null {
    const { roughFrom } = this.#work;
    return roughFrom === undefined || roughFrom === null || roughFrom >= this.reusedTokens ? null : roughFrom;
  }

  #settle(reason: StopReason): void {
    this.stopReason ??= reason;
    this.#wake();
  }

  #emit(event: SequenceEvent): void {
    this.#queue.push(event);
    this.#wake();
  }
}
