// Which rows of a layered plan are computed again and which are kept, layer by layer. Pure.

import type { Decay, LayeredPlan } from '../reuse-plan.ts';

/** What the last layers keep in any case, of a model with so few layers that no share would do. */
const LEAST_RETAINED = 0.01;

/** A share that falls exponentially with depth (0: where it begins, 1: at the last layers). */
export function shareAt({ first, last }: Decay, depth: number): number {
  return first === 0 ? 0 : first * (last / first) ** depth;
}

/**
 * How the share of kept rows falls over segments of so many layers, if the first keeps a given share and never more
 * than the `peak` share of all rows is held: those that the segments before have kept, all of the one at work, and,
 * while it lets rows go, the ones that it keeps of half a layer twice.
 */
export function retention({ first, peak }: LayeredPlan['retain'], layers: readonly number[]): Decay {
  const total = layers.reduce((sum, count) => sum + count, 0);
  const fits = (last: number): boolean => {
    let kept = 0;
    return layers.every((count, segment) => {
      const share = shareAt({ first, last }, segment / Math.max(1, layers.length - 1));
      const held = kept + count + share / 2;
      kept += share * count;
      return held <= peak * total;
    });
  };
  if (fits(first)) return { first, last: first };
  let [least, most] = [LEAST_RETAINED, first];
  for (let step = 0; step < 20; step++) {
    const middle = (least + most) / 2;
    if (fits(middle)) least = middle;
    else most = middle;
  }
  return { first, last: least };
}

export interface LayerOneView {
  /** Positions with cached rows, ascending. */
  matched: Int32Array;
  /** By position: ‖ΔK‖ + ‖ΔV‖ in the first layer, and the attention on the row there. */
  deviation: Float32Array;
  attention: Float64Array;
}

/**
 * The share of the matched positions that deviate most in the first layer, most first. There keys and values depend on
 * the token alone, so the same token deviates by nothing; among equals attention decides, then position.
 */
export function highDeviation({ matched, deviation, attention }: LayerOneView, share: number): Int32Array {
  const ranked = matched.toSorted((a, b) => deviation[b]! - deviation[a]! || attention[b]! - attention[a]! || a - b);
  return ranked.slice(0, Math.ceil(share * matched.length));
}

/** The fewest positions that together get `recovery` of all attention, most attended first. */
export function hotRows(attention: Float64Array, recovery: number): Int32Array {
  const total = attention.reduce((sum, value) => sum + value, 0);
  const ranked = Int32Array.from(attention.keys()).sort((a, b) => attention[b]! - attention[a]! || a - b);
  let [count, sum] = [0, 0];
  while (count < ranked.length && sum < recovery * total) sum += attention[ranked[count++]!]!;
  return ranked.slice(0, count);
}

export interface RecomputeChoice {
  plan: Pick<LayeredPlan, 'recompute' | 'recovery'>;
  /** Of the deep segments, 0 for the first and 1 for the last. */
  depth: number;
  /** Positions that the segment before computed, ascending: only these can go on. */
  computed: Int32Array;
  matched: ReadonlySet<number>;
  /** From `highDeviation`. */
  deviating: Int32Array;
  /** By position, in the segment before. */
  attention: Float64Array;
}

/**
 * Positions that the next segment computes, ascending: all that have no cached row, and of the others as many as the
 * depth allows, high-deviation ones first, then hot ones.
 */
export function recomputedRows(choice: RecomputeChoice): Int32Array {
  const { plan, depth, computed, matched, deviating, attention } = choice;
  const there = new Set(computed);
  const room = Math.round(shareAt(plan.recompute, depth) * matched.size);
  const queue = new Set([...deviating, ...hotRows(attention, plan.recovery)]);
  const again = [...queue].filter((position) => there.has(position) && matched.has(position)).slice(0, room);
  const chosen = new Set(again);
  return computed.filter((position) => !matched.has(position) || chosen.has(position));
}

/** Rows that stay, ascending: the most attended ones, and always the last, behind which the answer begins. */
export function retainedRows(attention: Float64Array, share: number): Int32Array {
  const rows = attention.length;
  const kept = Math.min(rows, Math.max(1, Math.ceil(share * rows)));
  const ranked = Int32Array.from({ length: rows - 1 }, (_, row) => row);
  ranked.sort((a, b) => attention[b]! - attention[a]! || a - b);
  return Int32Array.of(...ranked.slice(0, kept - 1), rows - 1).sort();
}
