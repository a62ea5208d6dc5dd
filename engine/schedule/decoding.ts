// The answer, token by token: chooses, feeds back, accepts what a draft guessed right, and lets approximate rows be
// computed again along the way.

import type { TurnReport } from '../contract/chat.ts';
import type { Model } from '../model/forward.ts';
import type { KvBuffer } from '../model/kv-buffer.ts';
import { DecodeRepair } from '../plan/repair.ts';
import type { Repair } from '../plan/repair.ts';
import type { RepairSchedule } from '../plan/reuse-plan.ts';
import { StepRepair } from '../plan/step-repair.ts';

export type Sample = (logits: Float32Array, output: readonly number[]) => number;

/** Guesses how an answer goes on; a wrong guess costs a little time and nothing else. */
export interface Draft {
  propose(output: readonly number[]): readonly number[];
}

export interface DecodingWork {
  tokens: Int32Array;
  kv: KvBuffer;
  model: Model;
  maxTokens: number;
  eosTokenIds: readonly number[];
  sampler: () => Sample;
  draft: Draft | null;
  emit: (event: { type: 'token'; id: number }) => void;
}

/** Logits [vocabulary] behind the `index`-th token of the answer. */
export type LayeredStep = (id: number, index: number) => Promise<Float32Array>;

type StopReason = TurnReport['stopReason'];

export class Decoding {
  readonly output: number[] = [];
  readonly drafted = { proposed: 0, accepted: 0 };
  ms = 0;
  repairedTokens = 0;
  /** Why the answer ends where it does; null while it goes on. */
  finished: StopReason | null = null;
  readonly #work: DecodingWork;
  #sample: Sample;
  #repair: Repair | null = null;
  #steps = 0;
  #layered: LayeredStep | null = null;

  constructor(work: DecodingWork) {
    this.#work = work;
    this.#sample = work.sampler();
  }

  finish(reason: StopReason): void {
    this.finished ??= reason;
  }

  /** From now on bursts of these prompt rows are computed again. `changes`: how far each is off, if that is known. */
  repair(schedule: RepairSchedule | null, approximateRows: Int32Array, changes: Float32Array | null = null): void {
    if (schedule === null || approximateRows.length === 0) this.#repair = null;
    else if (schedule.newest === true) this.#repair = new StepRepair(schedule.rows, approximateRows, changes);
    else this.#repair = new DecodeRepair(schedule, approximateRows);
  }

  /** From now on tokens are computed over rows that differ by layer, which are not in `kv`. */
  over(next: LayeredStep): void {
    this.#layered = next;
  }

  /** Chooses a token from the logits [vocabulary] behind everything so far. */
  take(logits: Float32Array): void {
    this.#accept(this.#sample(logits, this.output));
  }

  /** Goes on behind the first `keptTokens`, from rows that are exact. `sample` has chosen `next` already. */
  resume({ keptTokens, next, sample }: { keptTokens: number; next: number; sample: Sample }): void {
    this.output.length = keptTokens;
    this.finished = null;
    this.#sample = sample;
    this.#repair = null;
    this.#layered = null;
    this.#accept(next);
  }

  async *run(): AsyncGenerator<void, void> {
    while (this.finished === null) {
      yield;
      if (this.finished !== null) return;
      const startedAt = performance.now();
      await this.#step();
      this.ms += performance.now() - startedAt;
    }
  }

  async #step(): Promise<void> {
    const { kv, model, draft } = this.#work;
    const previous = this.output.at(-1);
    if (previous === undefined) throw new Error('assertion failed: decode before the first token');
    if (this.#layered !== null) return this.take(await this.#layered(previous, this.output.length - 1));
    const burst = this.#repair?.nextBurst(this.#steps++) ?? null;
    if (burst !== null && burst.length > 0) return this.#stepWithRepair(previous, burst);
    if (this.#repair?.finished === true) this.#repair = null;
    const guesses = this.#repair === null ? this.#fitting(draft?.propose(this.output) ?? []) : [];
    const queries = this.#repair?.wantsAttention === true;
    const first = kv.rows;
    const want = { logits: guesses.length === 0 ? 'last' : 'all', queries } as const;
    const result = await model.forward(kv, [previous, ...guesses], want);
    if (queries && result.queries !== null) await this.#observe(result.queries, Int32Array.of(first));
    this.#confirm(result.logits!, guesses);
  }

  /** The rows of a burst are computed in the run that computes the new token. */
  async #stepWithRepair(previous: number, burst: Int32Array): Promise<void> {
    const { kv, model, tokens } = this.#work;
    const ids = Int32Array.of(...Array.from(burst, (position) => tokens[position] ?? 0), previous);
    const positions = Int32Array.of(...burst, kv.rows);
    const asked = this.#repair?.wantsAttention === true;
    const { logits, queries } = await model.forward(kv, ids, { logits: 'last', positions, queries: asked });
    this.repairedTokens += burst.length;
    if (queries !== null) {
      await this.#observe(lastRow(queries, positions.length, model.shape.headSize), positions.slice(-1));
    }
    this.take(logits!);
  }

  async #observe(queries: Float32Array, positions: Int32Array): Promise<void> {
    const { kv, model } = this.#work;
    this.#repair?.observe(await model.attention(kv, queries, positions));
  }

  /** Guesses as far as there is room for them. */
  #fitting(guesses: readonly number[]): readonly number[] {
    const { kv, model, maxTokens } = this.#work;
    const room = Math.min(model.shape.context - kv.rows - 1, maxTokens - this.output.length - 1);
    return guesses.slice(0, Math.max(0, room));
  }

  /** Takes the model's own choice at every place, and stops at the first guess it did not choose. */
  #confirm(logits: Float32Array, guesses: readonly number[]): void {
    const { kv, model } = this.#work;
    const { vocabulary } = model.shape;
    const before = kv.rows - guesses.length;
    let right = 0;
    for (let at = 0; at <= guesses.length; at++) {
      this.take(logits.subarray(at * vocabulary, (at + 1) * vocabulary));
      if (this.finished !== null || this.output.at(-1) !== guesses[at]) break;
      right++;
    }
    this.drafted.proposed += guesses.length;
    this.drafted.accepted += right;
    kv.truncate(before + right);
  }

  #accept(id: number): void {
    const { model, tokens, maxTokens, eosTokenIds } = this.#work;
    if (eosTokenIds.includes(id)) return this.finish('end');
    this.output.push(id);
    this.#work.emit({ type: 'token', id });
    if (this.output.length >= maxTokens) this.finish('length');
    else if (tokens.length + this.output.length > model.shape.context) this.finish('context');
  }
}

/** Of queries [layers, heads, rows, headSize] those of the last row. */
function lastRow(queries: Float32Array, rows: number, headSize: number): Float32Array {
  const lanes = queries.length / (rows * headSize);
  const last = new Float32Array(lanes * headSize);
  for (let lane = 0; lane < lanes; lane++) {
    const end = (lane + 1) * rows * headSize;
    last.set(queries.subarray(end - headSize, end), lane * headSize);
  }
  return last;
}
