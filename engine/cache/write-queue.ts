// Blocks that wait for the disk, oldest first, bounded in bytes. Does not write: the store takes them out one by one.

import { rowBytes } from './block.ts';
import type { BlockKey, BlockShape } from './block.ts';
import type { KvPrecision } from '../contract/settings.ts';
import type { KvRows } from '../types.ts';

export interface QueuedBlock {
  key: BlockKey;
  shape: BlockShape;
  rows: KvRows;
  precision: KvPrecision;
  coding: KvPrecision;
}

export class WriteQueue {
  readonly #limitBytes: number;
  readonly #blocks = new Map<BlockKey, QueuedBlock>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get length(): number {
    return this.#blocks.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: BlockKey): QueuedBlock | undefined {
    return this.#blocks.get(key);
  }

  has(key: BlockKey): boolean {
    return this.#blocks.has(key);
  }

  /** False, and nothing kept, when the queue would grow over its limit. */
  push(block: QueuedBlock): boolean {
    const bytes = rowBytes(block.rows);
    if (this.#blocks.has(block.key)) return true;
    if (this.#bytes + bytes > this.#limitBytes) return false;
    this.#blocks.set(block.key, block);
    this.#bytes += bytes;
    return true;
  }

  shift(): QueuedBlock | null {
    const first = this.#blocks.values().next().value;
    if (!first) return null;
    this.delete(first.key);
    return first;
  }

  delete(key: BlockKey): void {
    const block = this.#blocks.get(key);
    if (!block) return;
    this.#blocks.delete(key);
    this.#bytes -= rowBytes(block.rows);
  }

  clear(): void {
    this.#blocks.clear();
    this.#bytes = 0;
  }
}
