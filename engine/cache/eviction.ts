// Which blocks leave a full disk first: those with the least (seconds saved × chance of reuse) / bytes.
// Pure; knows neither the disk nor the index.

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
