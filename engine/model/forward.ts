// An open model: computes rows of a sequence, or takes rows that were computed before, and scores them.
// Knows neither who asks nor what is cached.

import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import type { KvRows } from '../types.ts';
import { KvBuffer } from './kv-buffer.ts';
import type { FreshRows, LiveRows } from './kv-buffer.ts';
import { KvPool } from './kv-pool.ts';
import { liveGraphFiles } from './live-graphs.ts';
import { graphFile, readManifest } from './manifest.ts';
import type { GraphName, ModelManifest } from './manifest.ts';
import { rotateKeys, Turns } from './rope.ts';
import { RowScores } from './row-scores.ts';
import type { Deviation, FreshStream, InfluenceOptions } from './row-scores.ts';
import { Segment } from './segment.ts';
import { SegmentedModel } from './segmented.ts';
import { Session } from './sessions.ts';
import { planeFloatsPerRow } from './shape.ts';
import type { ModelShape } from './shape.ts';

export interface Want {
  /** After which of the computed rows logits are wanted. */
  logits: 'none' | 'last' | 'all';
  /** Whether the rotated queries of the computed rows are wanted, for `attention`. */
  queries?: boolean;
  /** Whether the rows must come out the same, bit by bit, however many of them are computed in one run. */
  sameBits?: boolean;
}

export interface Computed {
  /** [rows asked for, vocabulary]; null when none were. */
  logits: Float32Array | null;
  /** [relevance layers, heads, rows, headSize]; null unless asked for. */
  queries: Float32Array | null;
}

export interface ModelOptions {
  threads: number;
  /** How sequences hold their rows. What is exact is so among sequences that hold theirs in the same way. */
  liveRows?: LiveRows;
}

interface Parts {
  shallow: Segment;
  deep: Segment;
  rotation: Session;
  embedding: Session;
  scores: RowScores;
}

export class Model {
  readonly manifest: ModelManifest;
  readonly #parts: Parts;
  readonly #pool = new KvPool();
  readonly #turns: Turns;
  readonly #installed: Required<ModelOptions> & { folder: string };
  #segmented: Promise<SegmentedModel> | null = null;

  private constructor(manifest: ModelManifest, parts: Parts, installed: Required<ModelOptions> & { folder: string }) {
    this.manifest = manifest;
    this.#parts = parts;
    this.#turns = new Turns(manifest.shape);
    this.#installed = installed;
  }

  /** Opens an installed model. Throws `model-missing` or `model-damaged`; for 16-bit rows also `storage-full`. */
  static async open(folder: string, { threads, liveRows = 'fp32' }: ModelOptions): Promise<Model> {
    const manifest = await readManifest(folder);
    const { shape } = manifest;
    const file = (name: GraphName) => join(folder, graphFile(name));
    const live = await liveGraphFiles(folder, shape, liveRows);
    const quiet = { threads, spin: false };
    const parts = {
      shallow: await Segment.open('shallow', { file: live.shallow, shape }, { ...quiet, arena: true }),
      deep: await Segment.open('deep', { file: live.deep, shape }, { threads, spin: true, arena: true }),
      rotation: await Session.open(live.rotation, quiet),
      embedding: await Session.open(file('embedding'), quiet),
      scores: await RowScores.open({ ...live, probe: file('probe') }, shape, quiet),
    };
    return new Model(manifest, parts, { folder, threads, liveRows });
  }

  get shape(): ModelShape {
    return this.manifest.shape;
  }

  get liveRows(): LiveRows {
    return this.#installed.liveRows;
  }

  /** A sequence that holds exact rows of some beginning of `prefix`: as many as one that was given back has, often none. */
  newKvBuffer(prefix: Int32Array = new Int32Array()): KvBuffer {
    return this.#pool.take(prefix) ?? new KvBuffer(this.shape, this.liveRows);
  }

  /** An empty sequence that holds no memory, and none is kept for another one: rows will be elsewhere. */
  emptyKvBuffer(): KvBuffer {
    this.#pool.clear();
    return new KvBuffer(this.shape, this.liveRows);
  }

  /** Nobody will use this buffer any more. `tokens`: those of its leading rows that are what a full prefill gives. */
  giveBack(kv: KvBuffer, tokens: Int32Array = new Int32Array()): void {
    this.#pool.giveBack(kv, tokens);
  }

  /** Most bytes for the rows of sequences that are over. */
  limitRested(bytes: number): void {
    this.#pool.limit(bytes);
  }

  /** Forgets the rows of sequences that are over. */
  forgetRested(): void {
    this.#pool.forget();
  }

  /**
   * Computes and shows the rows of `ids`: at the positions kv.rows.., or at the ascending `positions`, where those in
   * use are overwritten and the last ones may append without a gap. A row sees the shown rows before it and those
   * computed with it. Throws `context-exceeded`; the sequence is then unchanged.
   */
  async forward(
    kv: KvBuffer,
    ids: Int32Array | readonly number[],
    want: Want & { positions?: Int32Array },
  ): Promise<Computed> {
    const tokens = this.#checkedIds(ids);
    const positions = want.positions ?? Int32Array.from(tokens, (_, index) => kv.rows + index);
    const rows = this.#rowsAfter(kv, positions, tokens.length);
    kv.reserve(rows - kv.rows);
    const { revision } = kv;
    const first = await this.#runShallow(kv, tokens, { ...want, positions });
    const second = await this.#runDeep(kv, first.y, { ...want, positions, write: true });
    checkUnchanged(kv, revision);
    if (rows > kv.rows) kv.extend(rows);
    kv.write('shallow', positions, first.rows);
    kv.write('deep', positions, second.rows!);
    return second.computed;
  }

  /**
   * Only the shallow segment, at ascending positions in use: its rows are written, the rows of the deep one and
   * whether they are shown stay as they are. Gives the residual stream for `deep` and `influence`, [ids.length, hidden].
   */
  async shallow(kv: KvBuffer, ids: Int32Array | readonly number[], positions: Int32Array): Promise<Float32Array> {
    const tokens = this.#checkedIds(ids);
    this.#checkInUse(kv, positions, tokens.length);
    const { revision } = kv;
    const { y, rows } = await this.#runShallow(kv, tokens, { positions });
    checkUnchanged(kv, revision);
    kv.write('shallow', positions, rows);
    return y;
  }

  /**
   * Only the deep segment, over rows `x` of `shallow` at their ascending positions. Its rows are written and shown,
   * unless `write` is false: then the sequence stays as it is.
   */
  async deep(
    kv: KvBuffer,
    x: Float32Array,
    want: Want & { positions: Int32Array; write?: boolean },
  ): Promise<Computed> {
    const { positions, write = true } = want;
    this.#checkInUse(kv, positions, x.length / this.shape.hidden);
    const { revision } = kv;
    const { computed, rows } = await this.#runDeep(kv, x, { ...want, write });
    checkUnchanged(kv, revision);
    if (rows !== null) kv.write('deep', positions, rows);
    return computed;
  }

  /**
   * Appends rows from the cache at the positions kv.rows.., rotating their keys to those positions. The blocks are
   * referred to, not copied whole: they must not change. Throws `context-exceeded`; the sequence is then unchanged.
   */
  async load(kv: KvBuffer, blocks: readonly KvRows[]): Promise<void> {
    const start = kv.rows;
    const total = blocks.reduce((sum, block) => sum + block.count, 0);
    this.#checkContext(start + total);
    for (const block of blocks) this.#checkBlock(block);
    kv.extend(start + total);
    let position = start;
    for (const block of blocks) {
      await this.#placeExact(kv, position, block);
      position += block.count;
    }
  }

  /**
   * Overwrites rows in use, from `start` on, with rows from the cache, turned to their new positions, and shows them.
   * What leaves the same position again is what came; the turned keys are those of `load` but for rounding.
   */
  async place(kv: KvBuffer, start: number, blocks: readonly KvRows[]): Promise<void> {
    const end = blocks.reduce((position, block) => position + block.count, start);
    if (start < 0 || end > kv.rows) throw new RangeError(`rows ${start}..${end} of ${kv.rows}`);
    for (const block of blocks) this.#checkBlock(block);
    let position = start;
    for (const block of blocks) {
      if (this.liveRows === 'fp32') kv.placeTurned(position, block, this.#turns);
      else await this.#placeExact(kv, position, block);
      position += block.count;
    }
  }

  /** Rows of the embedding table, [ids.length, hidden]. */
  async embed(ids: Int32Array | readonly number[]): Promise<Float32Array> {
    const tokens = this.#checkedIds(ids);
    const inputs = { ids: { type: 'int32', data: tokens, dims: [tokens.length] } } as const;
    return (await this.#parts.embedding.run(inputs, ['embedded']))['embedded']!;
  }

  /**
   * First-order influence of each candidate's deviation on what the queries' attention gives at the first deep layer,
   * summed over heads, mean over queries: p · (‖Δv‖ + ‖v − o‖ · |q·Δk| / √headSize), Δ being the row as computed from
   * `rows` minus the row in `kv`. Zero for hidden rows, which deviate from nothing. [candidates]
   */
  async influence(kv: KvBuffer, rows: FreshStream, options: InfluenceOptions): Promise<Float32Array> {
    this.#checkInUse(kv, rows.positions.toSorted(), rows.y.length / this.shape.hidden);
    return this.#parts.scores.influence(kv, rows, options);
  }

  /**
   * How much the last `queries` of `rows` look at each of the others at the first deep layer, all of them as computed
   * from `rows`, and how far the values in `kv` are from theirs: the factors of KVShare's score. [candidates] each
   */
  async deviation(kv: KvBuffer, rows: FreshStream, queries: number): Promise<Deviation> {
    this.#checkInUse(kv, rows.positions.toSorted(), rows.y.length / this.shape.hidden);
    return this.#parts.scores.deviation(kv, rows, queries);
  }

  /**
   * Mean attention of `queries` (as `forward` and `deep` give them, over their layers, heads and rows) at `positions`
   * on every row of the sequence; hidden and later rows get none. Sums to 1. [kv.rows]
   */
  attention(kv: KvBuffer, queries: Float32Array, positions: Int32Array): Promise<Float32Array> {
    return this.#parts.scores.attention(kv, queries, positions);
  }

  /** The same layers in segments whose rows may differ, always fp32. Opened when it is first asked for: it holds the weights again. */
  segmented(): Promise<SegmentedModel> {
    this.#segmented ??= SegmentedModel.open(this.#installed.folder, this.shape, this.#installed).catch((error) => {
      this.#segmented = null;
      throw error;
    });
    return this.#segmented;
  }

  async close(): Promise<void> {
    const segmented = await this.#segmented?.catch(() => null);
    await segmented?.close();
    this.#pool.clear();
    const { shallow, deep, rotation, embedding, scores } = this.#parts;
    for (const part of [shallow, deep, rotation, embedding, scores]) await part.close();
  }

  async #placeExact(kv: KvBuffer, start: number, block: KvRows): Promise<void> {
    if (block.count === 0) return;
    const { revision } = kv;
    const { shape, liveRows } = this;
    const rows = await rotateKeys(this.#parts.rotation, block, { start, shape, liveRows });
    checkUnchanged(kv, revision);
    kv.place(start, block, rows);
  }

  async #runShallow(
    kv: KvBuffer,
    ids: Int32Array,
    { positions, sameBits }: { positions: Int32Array; sameBits?: boolean | undefined },
  ): Promise<{ y: Float32Array; rows: FreshRows }> {
    const inputs = { ids: { type: 'int32', data: ids, dims: [1, ids.length] } } as const;
    const { outputs, rows } = await this.#parts.shallow.run({
      inputs,
      positions,
      kv,
      sameBits,
      fetch: ['y'],
      rows: true,
    });
    return { y: outputs['y']!, rows: rows! };
  }

  async #runDeep(
    kv: KvBuffer,
    x: Float32Array,
    { positions, logits, queries = false, sameBits, write }: Want & { positions: Int32Array; write: boolean },
  ): Promise<{ computed: Computed; rows: FreshRows | null }> {
    const count = positions.length;
    const every = Int32Array.from({ length: count }, (_, index) => index);
    const wanted = { none: every.subarray(0, 0), last: every.subarray(count - 1), all: every }[logits];
    const asked = queries ? every : every.subarray(0, 0);
    const { outputs, rows } = await this.#parts.deep.run({
      inputs: {
        x: { type: 'float32', data: x, dims: [1, count, this.shape.hidden] },
        wanted: { type: 'int32', data: wanted, dims: [wanted.length] },
        asked: { type: 'int32', data: asked, dims: [asked.length] },
      },
      positions,
      kv,
      sameBits,
      fetch: [...(logits === 'none' ? [] : ['logits']), ...(queries ? ['queries'] : [])],
      rows: write,
    });
    return { computed: { logits: outputs['logits'] ?? null, queries: outputs['queries'] ?? null }, rows };
  }

  #checkedIds(ids: Int32Array | readonly number[]): Int32Array {
    if (ids.length === 0) throw new RangeError('no tokens to compute');
    const tokens = Int32Array.from(ids);
    for (const id of tokens)
      if (id < 0 || id >= this.shape.vocabulary) throw new RangeError(`token ${id} is not in the vocabulary`);
    return tokens;
  }

  /** Rows in use once `positions` are computed. */
  #rowsAfter(kv: KvBuffer, positions: Int32Array, count: number): number {
    const appended = positions.findIndex((position) => position >= kv.rows);
    const old = appended === -1 ? positions : positions.subarray(0, appended);
    const rows = kv.rows + positions.length - old.length;
    this.#checkContext(rows);
    if (appended !== -1 && positions.at(-1) !== rows - 1) throw new RangeError('positions leave a gap');
    checkPositions(positions, count, rows);
    return rows;
  }

  #checkInUse(kv: KvBuffer, positions: Int32Array, count: number): void {
    if (positions.length === 0) throw new RangeError('no rows to compute');
    checkPositions(positions, count, kv.rows);
  }

  #checkBlock({ count, k, v }: KvRows): void {
    if (k.length !== count * planeFloatsPerRow(this.shape) || v.length !== k.length)
      throw new RangeError('rows of another model');
  }

  #checkContext(rows: number): void {
    const { context } = this.shape;
    if (rows <= context) return;
    throw new EngineError(
      'context-exceeded',
      `The text has ${rows} tokens, but this model reads at most ${context}. Nothing was lost; shorten the text or start a new chat.`,
    );
  }
}

function checkPositions(positions: Int32Array, count: number, rows: number): void {
  if (positions.length !== count) throw new RangeError(`${positions.length} positions for ${count} rows`);
  const ascending = positions.every((position, index) => position > (positions[index - 1] ?? -1));
  if (!ascending || positions.at(-1)! >= rows) throw new RangeError(`positions must ascend below ${rows}`);
}

function checkUnchanged(kv: KvBuffer, revision: number): void {
  if (kv.revision !== revision) throw new Error('two computations on one sequence at once');
}
