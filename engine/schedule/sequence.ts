// One prompt on its way through the model: load what is reused, prefill the rest, decode. Each `step` is one short
// piece of work; who steps when is the scheduler's business.

import type { TimeSplit, TurnReport } from '../contract/chat.ts';
import type { KvRows } from '../types.ts';
import type { Model } from '../model/forward.ts';
import type { KvBuffer } from '../model/kv-buffer.ts';
import type { PrefillSpeed } from '../metrics/prefill-speed.ts';

/** A step that loads cached rows ends after about this long. */
const LOAD_STEP_MS = 50;

export interface SequenceWork {
  tokens: Int32Array;
  /** Cached rows in order; a source that gives null ends the reuse there. */
  reuse: readonly (() => KvRows | null)[];
  maxTokens: number;
  eosTokenIds: readonly number[];
  sample: (logits: Float32Array, tokens: readonly number[]) => number;
  signal: AbortSignal;
}

export type SequenceEvent =
  | { type: 'progress'; doneTokens: number; totalTokens: number }
  | { type: 'prefilled' }
  | { type: 'token'; id: number };

export type StopReason = TurnReport['stopReason'];

export class Sequence {
  readonly kv: KvBuffer;
  readonly output: number[] = [];
  readonly time: Pick<TimeSplit, 'loadMs' | 'prefillMs' | 'sampleMs'> = { loadMs: 0, prefillMs: 0, sampleMs: 0 };
  decodeMs = 0;
  /** Rows that came from the cache; known once loading is over. */
  reusedTokens = 0;
  stopReason: StopReason | null = null;
  readonly #work: SequenceWork;
  readonly #parts: { model: Model; speed: PrefillSpeed };
  readonly #queue: SequenceEvent[] = [];
  #failure: { error: unknown } | null = null;
  #wake: () => void = () => {};
  #nextSource = 0;

  constructor(work: SequenceWork, parts: { model: Model; speed: PrefillSpeed }) {
    this.#work = work;
    this.#parts = parts;
    this.kv = parts.model.newKvBuffer();
    // Room for the whole prompt at once: growing along the way would copy the rows again and again.
    this.kv.reserve(work.tokens.length);
  }

  get done(): boolean {
    return this.stopReason !== null || this.#failure !== null;
  }

  /** Does the next piece of work. Never throws: an error ends the sequence and reaches whoever reads its events. */
  async step(): Promise<void> {
    try {
      if (this.#work.signal.aborted) this.end('stopped');
      else if (this.#nextSource < this.#work.reuse.length) await this.#load();
      else if (this.kv.rows < this.#work.tokens.length) await this.#prefill();
      else await this.#decode();
    } catch (error) {
      this.#failure = { error };
      this.#wake();
    }
  }

  /** Ends the answer, from a stop string or by a person. */
  end(reason: StopReason): void {
    this.stopReason ??= reason;
    this.#wake();
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

  #emit(event: SequenceEvent): void {
    this.#queue.push(event);
    this.#wake();
  }

  async #load(): Promise<void> {
    const startedAt = performance.now();
    const rows: KvRows[] = [];
    while (this.#nextSource < this.#work.reuse.length && performance.now() - startedAt < LOAD_STEP_MS) {
      const block = this.#work.reuse[this.#nextSource]?.() ?? null;
      this.#nextSource = block === null ? this.#work.reuse.length : this.#nextSource + 1;
      if (block !== null) rows.push(block);
    }
    await this.#parts.model.load(this.kv, rows);
    this.reusedTokens = this.kv.rows;
    this.time.loadMs += performance.now() - startedAt;
  }

  async #prefill(): Promise<void> {
    const { tokens } = this.#work;
    const start = this.kv.rows;
    const end = Math.min(tokens.length, start + this.#parts.speed.chunkRows(start));
    const last = end === tokens.length;
    const startedAt = performance.now();
    const logits = await this.#parts.model.forward(this.kv, tokens.subarray(start, end), { logits: last });
    const ms = performance.now() - startedAt;
    this.time.prefillMs += ms;
    this.#parts.speed.record(start, end, ms);
    if (logits === null) this.#emit({ type: 'progress', doneTokens: end, totalTokens: tokens.length });
    else this.#pick(logits);
    if (last) this.#emit({ type: 'prefilled' });
  }

  async #decode(): Promise<void> {
    const previous = this.output.at(-1);
    if (previous === undefined) throw new Error('assertion failed: decode before the first token');
    const startedAt = performance.now();
    const logits = await this.#parts.model.forward(this.kv, [previous], { logits: true });
    if (logits !== null) this.#pick(logits);
    this.decodeMs += performance.now() - startedAt;
  }

  #pick(logits: Float32Array): void {
    const startedAt = performance.now();
    const id = this.#work.sample(logits, this.output);
    this.time.sampleMs += this.output.length === 0 ? performance.now() - startedAt : 0;
    if (this.#work.eosTokenIds.includes(id)) return this.end('end');
    this.output.push(id);
    this.#emit({ type: 'token', id });
    if (this.output.length >= this.#work.maxTokens) this.end('length');
    else if (this.kv.rows >= this.#parts.model.shape.context) this.end('context');
  }
}
