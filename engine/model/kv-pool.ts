// Buffers of sequences that are over. The next sequence with the same beginning goes on in one of them, without loading
// a row, and any other one saves the time in which the system hands out new memory. Does not know who asks: a caller
// names only tokens whose rows it may reuse anyway.

import type { KvBuffer } from './kv-buffer.ts';

/** What the leading rows of a buffer were computed from, without loss. */
type Rested = { kv: KvBuffer; tokens: Int32Array };

/** As many as are computed at a time. */
const MOST_BUFFERS = 4;
/** Fewer rows are loaded sooner than a buffer that somebody may go on in is given away for them. */
const LEAST_SHARED_ROWS = 32;

export class KvPool {
  /** Bytes that resting buffers may hold; one is kept in any case, though without its rows. */
  #limitBytes = Infinity;
  /** Used longest ago first. */
  #rested: Rested[] = [];

  /** A buffer that holds the rows of the longest known part of `prefix` and no others; null: none is there. */
  take(prefix: Int32Array): KvBuffer | null {
    const found = this.#sharing(prefix) ?? this.#emptiest();
    if (found === null) return null;
    this.#rested = this.#rested.filter((rested) => rested !== found.rested);
    found.rested.kv.truncate(found.rows);
    return found.rested.kv;
  }

  /** Nobody computes on this buffer any more. `tokens`: those of its leading rows, as far as they are exact. */
  giveBack(kv: KvBuffer, tokens: Int32Array): void {
    if (kv.capacity === 0) return;
    const known = Math.min(tokens.length, kv.rows);
    const rows = known < LEAST_SHARED_ROWS ? 0 : known;
    kv.truncate(rows);
    this.#rested.push({ kv, tokens: tokens.slice(0, rows) });
    this.#trim();
  }

  /** Room for rows of sequences that are over. */
  limit(bytes: number): void {
    this.#limitBytes = bytes;
    this.#trim();
  }

  /** Forgets all rows; their memory stays for the next sequences. */
  forget(): void {
    for (const rested of this.#rested) empty(rested);
  }

  /** Lets all memory go. */
  clear(): void {
    this.#rested = [];
  }

  #sharing(prefix: Int32Array): { rested: Rested; rows: number } | null {
    let best: { rested: Rested; rows: number } | null = null;
    for (const rested of this.#rested) {
      const rows = commonLength(rested.tokens, prefix);
      if (rows >= LEAST_SHARED_ROWS && rows >= (best?.rows ?? 0)) best = { rested, rows };
    }
    return best;
  }

  /** New memory is cheaper than rows that somebody may come back for, while there is room. */
  #emptiest(): { rested: Rested; rows: number } | null {
    const rested = this.#rested.find(({ tokens }) => tokens.length === 0) ?? (this.#isFull() ? this.#rested[0] : null);
    return rested ? { rested, rows: 0 } : null;
  }

  #isFull(): boolean {
    const most = Math.max(0, ...this.#rested.map(({ kv }) => kv.bytes));
    return this.#rested.length >= MOST_BUFFERS || this.#bytes + most > this.#limitBytes;
  }

  get #bytes(): number {
    return this.#rested.reduce((sum, { kv }) => sum + kv.bytes, 0);
  }

  #trim(): void {
    while (this.#rested.length > MOST_BUFFERS || (this.#rested.length > 1 && this.#bytes > this.#limitBytes)) {
      const empty = this.#rested.findIndex(({ tokens }) => tokens.length === 0);
      this.#rested.splice(Math.max(0, empty), 1);
    }
    const [last] = this.#rested;
    if (last !== undefined && this.#bytes > this.#limitBytes) empty(last);
  }
}

function empty(rested: Rested): void {
  rested.tokens = new Int32Array();
  rested.kv.truncate(0);
}

function commonLength(a: Int32Array, b: Int32Array): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}
