// Which blocks leave a full disk first: those with the least (seconds saved × chance of reuse) / bytes.
// Nobody can flush another's blocks: room comes from those who hold more than their share.
// Pure; knows neither the disk nor the index.

import type { Scope } from '../types.ts';

/** Time after which an unused block is half as likely to be used again; each earlier hit makes it one longer. */
const HALF_LIFE_MS = 12 * 60 * 60 * 1000;
/** Rows whose computing time is unknown are taken to have cost this much each. */
const UNKNOWN_ROW_MS = 0.05;

export interface EvictionFacts {
  count: number;
  bytes: number;
  prefillMs: number;
  hits: number;
  usedAt: number;
}

/** Between 0 and 1: grows with earlier hits, falls with the time since the last use. */
export function chanceOfReuse(block: Pick<EvictionFacts, 'hits' | 'usedAt'>, now: number): number {
  const idleMs = Math.max(0, now - block.usedAt);
  const halfLifeMs = HALF_LIFE_MS * (1 + block.hits);
  return ((block.hits + 1) / (block.hits + 2)) * (halfLifeMs / (halfLifeMs + idleMs));
}

/** Expected seconds saved per byte kept. */
export function evictionValue(block: EvictionFacts, now: number): number {
  const seconds = Math.max(block.prefillMs, block.count * UNKNOWN_ROW_MS) / 1000;
  return (seconds * chanceOfReuse(block, now)) / block.bytes;
}

/** A copy, least valuable first; among equals the longest unused first. */
export function leastValuableFirst<Block extends EvictionFacts>(blocks: readonly Block[], now: number): Block[] {
  const valued = blocks.map((block) => ({ block, value: evictionValue(block, now) }));
  valued.sort((left, right) => left.value - right.value || left.block.usedAt - right.block.usedAt);
  return valued.map(({ block }) => block);
}

/** Into a list that is least valuable first. */
export function insertByValue<Block extends EvictionFacts>(blocks: Block[], block: Block, now: number): void {
  const value = evictionValue(block, now);
  const at = blocks.findIndex((other) => evictionValue(other, now) > value);
  blocks.splice(at === -1 ? blocks.length : at, 0, block);
}

export interface Shares {
  /** Bytes of each owner: each person with private blocks, the library and the app are one each. */
  held: ReadonlyMap<Scope, number>;
  /** What all of them together may hold. */
  roomBytes: number;
  /** For whom the room is made; its new block counts in `held`. Null: for nobody. */
  writer: Scope | null;
}

/** In this order: the writer, if it holds more than an equal share; all who do; the writer, and all who hold more. */
export const GIVERS = ['own', 'over their share', 'over the writer'] as const;

/** Whether a block of this owner may leave at a stage. With no writer, at last everybody's may. */
export function mayGive(owner: Scope, stage: (typeof GIVERS)[number], { held, roomBytes, writer }: Shares): boolean {
  const bytes = held.get(owner) ?? 0;
  if (stage === 'over the writer') return writer === null || owner === writer || bytes > (held.get(writer) ?? 0);
  return bytes > roomBytes / held.size && (stage !== 'own' || owner === writer);
}
