// Prefill of a plan with approximate rows, in short pieces: place what the cache holds, look at it with the shallow
// layers, choose what must be computed again, and run the deep layers over that and over everything fresh.
// Rows lie in the buffer in the order of their positions; a row that is not known yet is hidden from attention.

import type { LoadSpeed } from '../metrics/load-speed.ts';
import type { Pace, PrefillSpeed } from '../metrics/prefill-speed.ts';
import type { Model } from '../model/forward.ts';
import type { KvBuffer } from '../model/kv-buffer.ts';
import { MOST_QUERIES, PROBE_LAYERS } from '../plan/costs.ts';
import type { ApproximatePlan } from '../plan/reuse-plan.ts';
import { selectRows } from '../plan/selection.ts';
import type { TokenRange } from '../types.ts';
import { LOAD_STEP_MS } from './exact-rows.ts';
import type { PrefixSource, RowSource } from './exact-rows.ts';

/** Every row of a run is compared with all positions up to the last one: far apart they cost more than two runs. */
const RUN_REACH_TOKENS = 512;
/** A run takes some time whatever it computes. */
const LEAST_RUN_ROWS = 32;

/** Rows of one cached block, for the positions from `start` on. */
export interface SpanSource extends PrefixSource {
  /** The block that the rows lie in, uncut, and where in it they begin. */
  whole?: { rows: RowSource; offset: number } | undefined;
}

interface Work {
  plan: ApproximatePlan;
  sources: readonly SpanSource[];
  /** Holds the exact prefix. */
  kv: KvBuffer;
  tokens: Int32Array;
}

interface Parts {
  model: Model;
  speed: PrefillSpeed;
  loadSpeed: LoadSpeed;
  pace: () => Pace;
}

export class ApproximatePrefill {
  /** Known when `run` has ended: logits behind the last token, [vocabulary]. */
  logits: Float32Array = new Float32Array();
  loadMs = 0;
  computeMs = 0;
  rowLayers = 0;
  /** Span positions whose rows were there. */
  placed: TokenRange[] = [];
  /** Placed positions that the deep layers computed again, ascending. */
  recomputed: Int32Array = new Int32Array();
  readonly #work: Work;
  readonly #parts: Parts;
  readonly #prefix: number;
  /** By KVShare's measure, how far the values of each placed position are off. */
  readonly #changes = new Map<number, number>();
  /** Output of the shallow layers for the positions behind the prefix, [positions, hidden]; null: not computed. */
  #shallow: Float32Array | null = null;

  constructor(work: Work, parts: Parts) {
    this.#work = work;
    this.#parts = parts;
    this.#prefix = work.kv.rows;
  }

  /** Placed positions that were not computed again: the approximate rows. Known when rows were chosen. */
  approximateRows: Int32Array = new Int32Array();

  /** How far the values of each approximate row were off, where that was looked at; else null. */
  get approximateChanges(): Float32Array | null {
    if (this.#changes.size === 0) return null;
    return Float32Array.from(this.approximateRows, (position) => this.#changes.get(position) ?? 0);
  }

  /** First position whose row is approximate; null where everything was computed after all. */
  get approximateFrom(): number | null {
    return this.approximateRows[0] ?? null;
  }

  /** Each yield ends a short piece of work and says how many of the prompt's rows are known. */
  async *run(): AsyncGenerator<number> {
    const { kv, tokens, plan } = this.#work;
    kv.extend(tokens.length);
    yield* this.#place();
    const candidates = positionsOf(this.placed);
    if (plan.selector.influence && candidates.length > 0) yield* this.#runShallow();
    yield* this.#choose(candidates);
    yield* this.#runDeep();
  }

  async *#place(): AsyncGenerator<number> {
    const { kv, sources } = this.#work;
    let placed = 0;
    for (let next = 0; next < sources.length;) {
      const startedAt = performance.now();
      const before = placed;
      while (next < sources.length && performance.now() - startedAt < LOAD_STEP_MS) {
        const source = sources[next++]!;
        const rows = source.rows();
        // Gone or damaged: these positions are computed like any other.
        if (rows === null) continue;
        await this.#parts.model.place(kv, source.start, [rows]);
        this.placed.push({ start: source.start, end: source.end });
        placed += rows.count;
      }
      const ms = performance.now() - startedAt;
      this.#parts.loadSpeed.record(placed - before, ms);
      this.loadMs += ms;
      yield this.#prefix + placed;
    }
  }

  async *#runShallow(): AsyncGenerator<number> {
    const { kv, tokens } = this.#work;
    const { model } = this.#parts;
    const { hidden, layers, boundary } = model.shape;
    const output = new Float32Array((tokens.length - this.#prefix) * hidden);
    for (let start = this.#prefix; start < tokens.length;) {
      const end = Math.min(tokens.length, start + this.#chunkRows(start, boundary / layers));
      await this.#timed(async () => {
        const positions = Int32Array.from({ length: end - start }, (_, index) => start + index);
        output.set(await model.shallow(kv, tokens.subarray(start, end), positions), (start - this.#prefix) * hidden);
      });
      this.rowLayers += (end - start) * boundary;
      start = end;
      yield this.#prefix;
    }
    this.#shallow = output;
  }

  /** Scores the candidates as the plan wants it and fixes which of them are computed again. */
  async *#choose(candidates: Int32Array): AsyncGenerator<number> {
    const { plan } = this.#work;
    if (candidates.length === 0) return;
    const free = plan.recomputeTokens > lengthOf(plan.forced);
    const questions = this.#questionRows();
    let influence: Float32Array | null = null;
    let relevance: Float32Array | null = null;
    if (free && plan.selector.influence) {
      influence = await this.#timed(() => this.#influence(candidates, questions));
      yield this.#prefix;
    }
    if (free && plan.selector.relevance) {
      relevance = await this.#timed(() => this.#relevance(candidates, questions));
      yield this.#prefix;
    }
    this.recomputed = selectRows({ plan, candidates, influence, relevance });
    this.approximateRows = without(candidates, this.recomputed);
  }

  /** Rows whose attention says what matters: the end of the prompt, where the question stands. */
  #questionRows(): Int32Array {
    const { tokens } = this.#work;
    const lastPlaced = this.placed.at(-1)?.end ?? this.#prefix;
    const start = Math.max(lastPlaced, tokens.length - MOST_QUERIES);
    return Int32Array.from({ length: tokens.length - start }, (_, index) => start + index);
  }

  async #influence(candidates: Int32Array, questions: Int32Array): Promise<Float32Array> {
    if (this.#work.plan.selector.measure === 'dhd') return this.#deviation(candidates);
    const { model } = this.#parts;
    const positions = Int32Array.of(...candidates, ...questions);
    this.rowLayers += positions.length * PROBE_LAYERS;
    const y = this.#shallowRows(positions);
    return model.influence(
      this.#work.kv,
      { y, positions },
      {
        queries: questions.length,
        keyTerm: this.#work.plan.selector.keyTerm,
      },
    );
  }

  /** KVShare's score: what all rows that are computed anyway look at, times how far its values are off. */
  async #deviation(candidates: Int32Array): Promise<Float32Array> {
    const { kv, tokens } = this.#work;
    const fresh = without(positionsOf([{ start: this.#prefix, end: tokens.length }]), candidates);
    const positions = Int32Array.of(...candidates, ...fresh);
    this.rowLayers += positions.length * PROBE_LAYERS;
    const rows = { y: this.#shallowRows(positions), positions };
    const { attention, change } = await this.#parts.model.deviation(kv, rows, fresh.length);
    for (const [index, position] of candidates.entries()) this.#changes.set(position, change[index]!);
    return attention.map((value, index) => value * change[index]!);
  }

  /** How much the question looks at each candidate in the middle layers, with the rows as they are. */
  async #relevance(candidates: Int32Array, questions: Int32Array): Promise<Float32Array> {
    const { kv, tokens } = this.#work;
    const { model } = this.#parts;
    const { layers, boundary } = model.shape;
    const ids = tokens.subarray(questions[0]);
    const y = this.#shallow === null ? await model.shallow(kv, ids, questions) : this.#shallowRows(questions);
    const want = { positions: questions, logits: 'none', queries: true, write: false } as const;
    const { queries } = await model.deep(kv, y, want);
    this.rowLayers += questions.length * (this.#shallow === null ? layers : layers - boundary);
    const attention = await model.attention(kv, queries!, questions);
    return Float32Array.from(candidates, (position) => attention[position]!);
  }

  async *#runDeep(): AsyncGenerator<number> {
    const { kv, tokens } = this.#work;
    const { model } = this.#parts;
    const { layers, boundary } = model.shape;
    const rows = without(positionsOf([{ start: this.#prefix, end: tokens.length }]), this.approximateRows);
    const depth = this.#shallow === null ? layers : layers - boundary;
    for (let start = 0; start < rows.length;) {
      const end = runEnd(rows, start, this.#chunkRows(rows[start]!, depth / layers));
      const positions = rows.slice(start, end);
      const want = { positions, logits: end === rows.length ? 'last' : 'none' } as const;
      const { logits } = await this.#timed(() =>
        this.#shallow === null
          ? model.forward(
              kv,
              Int32Array.from(positions, (position) => tokens[position]!),
              want,
            )
          : model.deep(kv, this.#shallowRows(positions), want),
      );
      this.rowLayers += (end - start) * depth;
      if (logits !== null) this.logits = logits;
      start = end;
      if (start < rows.length) yield rows[start]!;
    }
  }

  #shallowRows(positions: Int32Array): Float32Array {
    const { hidden } = this.#parts.model.shape;
    const rows = new Float32Array(positions.length * hidden);
    for (const [index, position] of positions.entries()) {
      const from = (position - this.#prefix) * hidden;
      rows.set(this.#shallow!.subarray(from, from + hidden), index * hidden);
    }
    return rows;
  }

  /** Rows of a step through `share` of the layers. */
  #chunkRows(start: number, share: number): number {
    return Math.round(this.#parts.speed.chunkRows(start, this.#parts.pace()) / Math.max(share, 0.2));
  }

  async #timed<T>(act: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await act();
    this.computeMs += performance.now() - startedAt;
    return result;
  }
}

/** Rows start..end-1 go into one run: `most` at most, and none that lies far behind the first, unless they are few. */
export function runEnd(rows: Int32Array, start: number, most: number): number {
  const end = Math.min(rows.length, start + most);
  const reach = rows[start]! + RUN_REACH_TOKENS;
  const far = rows.subarray(start, end).findIndex((position) => position >= reach);
  return far === -1 ? end : Math.min(end, Math.max(start + far, start + LEAST_RUN_ROWS));
}

function lengthOf(ranges: readonly TokenRange[]): number {
  return ranges.reduce((sum, range) => sum + range.end - range.start, 0);
}

/** All positions of ascending ranges. */
function positionsOf(ranges: readonly TokenRange[]): Int32Array {
  const positions = new Int32Array(lengthOf(ranges));
  let at = 0;
  for (const { start, end } of ranges) {
    for (let position = start; position < end; position++) positions[at++] = position;
  }
  return positions;
}

/** Both ascending: those of `positions` that are not among `others`. */
function without(positions: Int32Array, others: Int32Array): Int32Array {
  let next = 0;
  return positions.filter((position) => {
    while (next < others.length && others[next]! < position) next++;
    return others[next] !== position;
  });
}
