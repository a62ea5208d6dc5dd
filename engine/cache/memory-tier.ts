// Rows in memory: least recently used first out, under a budget in bytes; held (pinned) rows stay whatever it costs.
// Decides nothing about what becomes of the rows that must leave: it names them, the store lets them go.

import { LRUCache } from 'lru-cache';
import { rowBytes } from './block.ts';
import type { BlockKey } from './block.ts';
import type { KvRows } from '../types.ts';

export interface MemoryBlock {
  rows: KvRows;
  entryId: string;
  /** Whether the rows are what the block's file gives: not yet where writing loses something. */
  isAsStored: boolean;
}

export class MemoryTier {
  budgetBytes: number;
  /** The library's own limit is out of reach: held rows count too, and leaving is the store's decision. */
  readonly #free = new LRUCache<BlockKey, MemoryBlock>({
    maxSize: Number.MAX_SAFE_INTEGER,
    sizeCalculation: (block) => Math.max(1, rowBytes(block.rows)),
  });
  readonly #held = new Map<BlockKey, MemoryBlock>();
  readonly #holds = new Map<BlockKey, number>();
  #heldBytes = 0;

  constructor(budgetBytes: number) {
    this.budgetBytes = budgetBytes;
  }

  get bytes(): number {
    return this.#free.calculatedSize + this.#heldBytes;
  }

  /** Blocks with at least one hold, in memory or not. */
  get heldBlocks(): number {
    return this.#holds.size;
  }

  has(key: BlockKey): boolean {
    return this.#held.has(key) || this.#free.has(key);
  }

  /** Marks the block as just used. */
  get(key: BlockKey): MemoryBlock | undefined {
    return this.#held.get(key) ?? this.#free.get(key);
  }

  put(key: BlockKey, block: MemoryBlock): void {
    this.drop(key);
    if (!this.#holds.has(key)) {
      this.#free.set(key, block);
      return;
    }
    this.#held.set(key, block);
    this.#heldBytes += rowBytes(block.rows);
  }

  drop(key: BlockKey): void {
    const held = this.#held.get(key);
    if (held) this.#heldBytes -= rowBytes(held.rows);
    this.#held.delete(key);
    this.#free.delete(key);
  }

  isHeld(key: BlockKey): boolean {
    return this.#holds.has(key);
  }

  hold(key: BlockKey): void {
    this.#holds.set(key, (this.#holds.get(key) ?? 0) + 1);
    const block = this.#free.get(key);
    if (!block) return;
    this.#free.delete(key);
    this.#held.set(key, block);
    this.#heldBytes += rowBytes(block.rows);
  }

  release(key: BlockKey): void {
    const holds = (this.#holds.get(key) ?? 0) - 1;
    if (holds > 0) {
      this.#holds.set(key, holds);
      return;
    }
    this.#holds.delete(key);
    const block = this.#held.get(key);
    if (!block) return;
    this.drop(key);
    this.#free.set(key, block);
  }

  /** The block that should leave next, or null while the budget is kept or only held rows remain. */
  overdue(): BlockKey | null {
    if (this.bytes <= this.budgetBytes) return null;
    return this.#free.rkeys().next().value ?? null;
  }

  /** Entries with at least one block in memory. */
  entryIds(): Set<string> {
    return new Set([...this.#free.values(), ...this.#held.values()].map((block) => block.entryId));
  }

  clear(): void {
    this.#free.clear();
    this.#held.clear();
    this.#heldBytes = 0;
  }
}
