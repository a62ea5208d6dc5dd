// Prefill of a layered plan, in short pieces: segment by segment, from the first layer to the last. Each places what the
// cache holds, computes its rows over that, drops what it need not keep, and only then does the next one begin, so that
// never more than one segment holds the rows of the whole prompt. Rows lie by position until some are dropped.

import type { Pace, PrefillSpeed } from '../metrics/prefill-speed.ts';
import type { Model } from '../model/forward.ts';
import type { SegmentedModel } from '../model/segmented.ts';
import type { SegmentedRows } from '../model/segmented-rows.ts';
import { PROBE_LAYERS } from '../plan/costs.ts';
import { highDeviation, recomputedRows, retainedRows, retention, shareAt } from '../plan/policies/semsharekv-rows.ts';
import type { LayeredPlan } from '../plan/reuse-plan.ts';
import type { TokenRange } from '../types.ts';
import { runEnd } from './approximate-prefill.ts';
import type { SpanSource } from './approximate-prefill.ts';
import { LOAD_STEP_MS } from './exact-rows.ts';
import type { PrefixSource } from './exact-rows.ts';

import { lookingAmong, meanAttention } from './semsharekv-attention.ts';
import type { Looking } from './semsharekv-attention.ts';
import { loadPiece, pieceLayers } from './semsharekv-pieces.ts';
import type { Cached, Piece } from './semsharekv-pieces.ts';

interface Work {
  plan: LayeredPlan;
  /** Cached rows of the exact prefix, in order. */
  reuse: readonly PrefixSource[];
  sources: readonly SpanSource[];
  tokens: Int32Array;
}

interface Parts {
  model: Model;
  speed: PrefillSpeed;
  pace: () => Pace;
}

/** Cached rows that are put in place in one step. */
const PLACED_AT_ONCE = 256;

/** What one segment computed, for the next one. */
interface Stream {
  /** Positions, ascending, and the residual stream behind them, [positions, hidden]. */
  positions: Int32Array;
  y: Float32Array;
  /** By position: mean attention on its row, of the queries that see it. */
  attention: Float64Array;
}

export class SemsharekvPrefill {
  /** Known when `run` has ended: logits behind the last token, [vocabulary]. */
  logits: Float32Array = new Float32Array();
  loadMs = 0;
  computeMs = 0;
  rowLayers = 0;
  reusedTokens = 0;
  /** Positions behind the prefix whose rows were there. */
  placed: TokenRange[] = [];
  /** Placed positions that all layers computed again, ascending. */
  recomputed: Int32Array = new Int32Array();
  /** Rows × layers that are not there any more. */
  droppedRowLayers = 0;
  readonly #work: Work;
  readonly #parts: Parts;
  readonly #pieces: Piece[] = [];
  #opened: { model: SegmentedModel; rows: SegmentedRows } | null = null;
  #releasedPeakBytes = 0;
  #matched: ReadonlySet<number> = new Set();
  #deviation: Float32Array;
  #deviating: Int32Array = new Int32Array();

  constructor(work: Work, parts: Parts) {
    this.#work = work;
    this.#parts = parts;
    this.#deviation = new Float32Array(work.tokens.length);
  }

  /** Most bytes of keys and values held at once. The blocks that rows came from belong to the cache. */
  get peakBytes(): number {
    return this.#opened?.rows.peakBytes ?? this.#releasedPeakBytes;
  }

  /** Positions whose rows each segment has. */
  get kept(): Int32Array[] {
    return this.#opened?.rows.segments.map((held) => held.seen(held.count)) ?? [];
  }

  /** Lets all rows go. */
  release(): void {
    this.#releasedPeakBytes = this.peakBytes;
    this.#opened = null;
    this.#pieces.length = 0;
  }

  /** Logits behind one more token of the answer, the `index`-th, [vocabulary]. */
  async next(id: number, index: number): Promise<Float32Array> {
    const { model, rows } = this.#opened!;
    return model.next(rows, id, this.#work.tokens.length + index);
  }

  /** Each yield ends a short piece of work and says how much of the prompt is done. */
  async *run(): AsyncGenerator<number> {
    const startedAt = performance.now();
    const model = await this.#parts.model.segmented();
    this.loadMs += performance.now() - startedAt;
    this.#opened = { model, rows: model.newRows() };
    yield* this.#load();
    const first = Int32Array.from(this.#work.tokens.keys()).subarray(this.reusedTokens);
    let before: Stream | null = null;
    for (const [segment] of model.segments.entries()) {
      yield* this.#place(segment);
      const positions: Int32Array = before === null ? first : this.#chosen(segment, before);
      before = yield* this.#compute(segment, positions, before);
      this.#retain(segment, before.attention);
    }
    // The blocks are the cache's own again.
    this.#pieces.length = 0;
    this.recomputed = before!.positions.filter((position) => this.#matched.has(position));
  }

  async *#load(): AsyncGenerator<number> {
    const { reuse, sources } = this.#work;
    const queue: Cached[] = [...reuse.map(({ rows }) => ({ start: null, rows })), ...sources];
    const matched = new Set<number>();
    let isPrefixWhole = true;
    for (let next = 0; next < queue.length;) {
      const startedAt = performance.now();
      while (next < queue.length && performance.now() - startedAt < LOAD_STEP_MS) {
        const isPrefix = next < reuse.length;
        const source = queue[next++]!;
        const piece = isPrefix && !isPrefixWhole ? null : loadPiece(source, this.reusedTokens);
        // Gone or damaged: of the prefix nothing behind counts, elsewhere these positions are computed like any other.
        if (piece === null) isPrefixWhole &&= !isPrefix;
        else if (isPrefix) this.reusedTokens += piece.count;
        else for (let row = 0; row < piece.count; row++) matched.add(piece.start + row);
        if (piece !== null) this.#pieces.push(piece);
      }
      this.loadMs += performance.now() - startedAt;
      yield 0;
    }
    this.#matched = matched;
    this.placed = rangesOf(matched);
  }

  /** Makes room for the whole prompt in one segment, and fills in what the cache holds. */
  async *#place(segment: number): AsyncGenerator<number> {
    const { model, rows } = this.#opened!;
    const layers = model.segments[segment]!;
    rows.segments[segment]!.extend(this.#work.tokens.length);
    for (let next = 0; next < this.#pieces.length;) {
      const startedAt = performance.now();
      const batch: Piece[] = [];
      let count = 0;
      while (next < this.#pieces.length && count < PLACED_AT_ONCE) {
        const piece = this.#pieces[next++]!;
        batch.push(piece);
        count += piece.count;
      }
      await model.place(rows, segment, pieceLayers(batch, layers, this.#parts.model.shape));
      this.loadMs += performance.now() - startedAt;
      yield this.#done(segment, 0);
    }
  }

  #chosen(segment: number, before: Stream): Int32Array {
    const { plan } = this.#work;
    const depths = this.#opened!.model.segments.length - 2;
    if (segment === 1) {
      const matched = Int32Array.from(this.#matched).sort();
      this.#deviating = highDeviation(
        { matched, deviation: this.#deviation, attention: before.attention },
        plan.highDeviation,
      );
    }
    return recomputedRows({
      plan,
      depth: depths === 0 ? 0 : (segment - 1) / depths,
      computed: before.positions,
      matched: this.#matched,
      deviating: this.#deviating,
      attention: before.attention,
    });
  }

  async *#compute(segment: number, positions: Int32Array, before: Stream | null): AsyncGenerator<number, Stream> {
    const { model, rows } = this.#opened!;
    const { hidden, layers } = this.#parts.model.shape;
    const { start: firstLayer, end: endLayer } = model.segments[segment]!;
    const depth = endLayer - firstLayer;
    const y = new Float32Array(positions.length * hidden);
    const looking: Looking[] = [];
    const asks = lookingAmong(positions);
    for (let start = 0; start < positions.length;) {
      const end = runEnd(positions, start, this.#chunkRows(positions[start]!, depth / layers));
      const chunk = positions.slice(start, end);
      const asked = Int32Array.from(chunk.keys()).filter((index) => asks.has(chunk[index]!));
      const ran = await this.#timed(() =>
        model.run(rows, segment, {
          rows: chunk,
          positions: chunk,
          input:
            before === null ? chunk.map((position) => this.#work.tokens[position]!) : streamOf(before, chunk, hidden),
          asked,
          logits: end === positions.length,
          deviation: before === null,
        }),
      );
      y.set(ran.y, start * hidden);
      ran.deviation?.forEach((value, index) => (this.#deviation[chunk[index]!] = value));
      if (ran.queries !== null) looking.push({ queries: ran.queries, positions: asked.map((index) => chunk[index]!) });
      if (ran.logits !== null) this.logits = ran.logits;
      this.rowLayers += chunk.length * depth;
      start = end;
      yield this.#done(segment, end / positions.length);
    }
    const attention = await this.#timed(() => meanAttention(this.#opened!, segment, looking));
    this.rowLayers += asks.size * depth * PROBE_LAYERS;
    yield this.#done(segment, 1);
    return { positions, y, attention };
  }

  #retain(segment: number, attention: Float64Array): void {
    const { segments } = this.#opened!.model;
    // Where nothing came from the cache the answer is exact, and stays so.
    const isExact = this.#matched.size === 0 || segments.length === 1;
    const decay = retention(
      this.#work.plan.retain,
      segments.map(({ start, end }) => end - start),
    );
    const share = isExact ? 1 : shareAt(decay, segment / (segments.length - 1));
    const kept = retainedRows(attention, share);
    this.#opened!.rows.segments[segment]!.keep(kept);
    const { start, end } = segments[segment]!;
    this.droppedRowLayers += (attention.length - kept.length) * (end - start);
  }

  #done(segment: number, share: number): number {
    return Math.floor((this.#work.tokens.length * (segment + share)) / this.#opened!.model.segments.length);
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

/** Rows of the stream at `positions`, all of which it has; both ascend. */
function streamOf(stream: Stream, positions: Int32Array, hidden: number): Float32Array {
  const rows = new Float32Array(positions.length * hidden);
  let from = 0;
  for (const [index, position] of positions.entries()) {
    while (stream.positions[from] !== position) from++;
    rows.set(stream.y.subarray(from * hidden, (from + 1) * hidden), index * hidden);
  }
  return rows;
}

function rangesOf(positions: ReadonlySet<number>): TokenRange[] {
  const ranges: TokenRange[] = [];
  for (const position of [...positions].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.end === position) last.end++;
    else ranges.push({ start: position, end: position + 1 });
  }
  return ranges;
}
