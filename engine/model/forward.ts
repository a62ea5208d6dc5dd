// An open model: computes the next rows of a sequence, or takes rows that were computed before.
// Knows neither who asks nor what is cached.

import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import type { KvRows } from '../types.ts';
import { KvBuffer } from './kv-buffer.ts';
import { groupBlocks, joinBlocks } from './kv-rows.ts';
import { DEEP_FILE, readManifest, ROTATION_FILE, SHALLOW_FILE } from './manifest.ts';
import type { ModelManifest } from './manifest.ts';
import { rotateKeys } from './rope.ts';
import { Segment } from './segment.ts';
import { Session } from './sessions.ts';
import { deepLayers, planeFloatsPerRow, shallowLayers } from './shape.ts';
import type { ModelShape } from './shape.ts';

/** Enough to make the cost of a run small, and few enough to keep each one short. */
const ROWS_PER_ROTATION = 512;

interface Parts {
  shallow: Segment;
  deep: Segment;
  rotation: Session;
}

export class Model {
  readonly manifest: ModelManifest;
  readonly #parts: Parts;

  private constructor(manifest: ModelManifest, parts: Parts) {
    this.manifest = manifest;
    this.#parts = parts;
  }

  /** Opens an installed model. Throws `model-missing` or `model-damaged`. */
  static async open(folder: string, { threads }: { threads: number }): Promise<Model> {
    const manifest = await readManifest(folder);
    const { shape } = manifest;
    const [shallowFile, deepFile] = [join(folder, SHALLOW_FILE), join(folder, DEEP_FILE)];
    const shallow = await Segment.open(shallowFile, { shape, layers: shallowLayers(shape) }, { threads, spin: false });
    const deep = await Segment.open(deepFile, { shape, layers: deepLayers(shape) }, { threads, spin: true });
    const rotation = await Session.open(join(folder, ROTATION_FILE), { threads, spin: false });
    return new Model(manifest, { shallow, deep, rotation });
  }

  get shape(): ModelShape {
    return this.manifest.shape;
  }

  /** An empty sequence. */
  newKvBuffer(): KvBuffer {
    return new KvBuffer(this.shape);
  }

  /**
   * Appends the rows of `ids` at the positions kv.rows.. and, if asked, gives the logits after the last of them,
   * [vocabulary]. Throws `context-exceeded`; the sequence is then unchanged.
   */
  async forward(
    kv: KvBuffer,
    ids: Int32Array | readonly number[],
    want: { logits: boolean },
  ): Promise<Float32Array | null> {
    const tokens = this.#checkedIds(kv, ids);
    const [count, start] = [tokens.length, kv.rows];
    kv.reserve(count);
    const rowPositions = kv.positions.subarray(0, start + count);
    const step = { kv, rowPositions, positions: rowPositions.subarray(start) };
    const { shallow, deep } = this.#parts;
    const first = await shallow.run({
      ...step,
      inputs: { ids: { type: 'int32', data: tokens, dims: [1, count] } },
      fetch: 'y',
    });
    const wanted = want.logits ? Int32Array.of(count - 1) : new Int32Array();
    const second = await deep.run({
      ...step,
      inputs: {
        x: { type: 'float32', data: first.output, dims: [1, count, this.shape.hidden] },
        wanted: { type: 'int32', data: wanted, dims: [wanted.length] },
      },
      fetch: 'logits',
    });
    if (kv.rows !== start) throw new Error('two computations on one sequence at once');
    kv.write(shallow.layers.start, first.rows);
    kv.write(deep.layers.start, second.rows);
    kv.commit(count);
    return want.logits ? second.output : null;
  }

  /**
   * Appends rows from the cache at the positions kv.rows.., rotating their keys to those positions.
   * Throws `context-exceeded`; the sequence is then unchanged.
   */
  async load(kv: KvBuffer, blocks: readonly KvRows[]): Promise<void> {
    const floatsPerRow = planeFloatsPerRow(this.shape);
    for (const { count, k, v } of blocks) {
      if (k.length !== count * floatsPerRow || v.length !== k.length) throw new RangeError('rows of another model');
    }
    const total = blocks.reduce((sum, block) => sum + block.count, 0);
    if (total === 0) return;
    this.#checkRoom(kv, total);
    kv.reserve(total);
    for (const group of groupBlocks(blocks, ROWS_PER_ROTATION)) {
      const { count, k, v } = joinBlocks(group, this.shape);
      const start = kv.rows;
      const positions = kv.positions.subarray(start, start + count);
      const rotatedK = await rotateKeys(this.#parts.rotation, k, { of: positions, shape: this.shape });
      if (kv.rows !== start) throw new Error('two computations on one sequence at once');
      kv.write(0, { count, rotatedK, rawK: k, v });
      kv.commit(count);
    }
  }

  async close(): Promise<void> {
    const { shallow, deep, rotation } = this.#parts;
    for (const part of [shallow, deep, rotation]) await part.close();
  }

  #checkedIds(kv: KvBuffer, ids: Int32Array | readonly number[]): Int32Array {
    if (ids.length === 0) throw new RangeError('no tokens to compute');
    this.#checkRoom(kv, ids.length);
    const tokens = Int32Array.from(ids);
    for (const id of tokens)
      if (id < 0 || id >= this.shape.vocabulary) throw new RangeError(`token ${id} is not in the vocabulary`);
    return tokens;
  }

  #checkRoom(kv: KvBuffer, count: number): void {
    const { context } = this.shape;
    if (kv.rows + count <= context) return;
    throw new EngineError(
      'context-exceeded',
      `The text has ${kv.rows + count} tokens, but this model reads at most ${context}. Nothing was lost; shorten the text or start a new chat.`,
    );
  }
}
