// Rows of the cache as the sequence wants them: asked for when they are needed, cut to what is used.

import type { BlockRef } from './cache/block.ts';
import { rankOf } from './cache/precision.ts';
import type { LoadedModel } from './loaded-model.ts';
import { finestOf } from './model/kv-buffer.ts';
import type { ReusePlan } from './plan/reuse-plan.ts';
import { sliceRows } from './model/kv-rows.ts';
import type { SpanSource } from './schedule/approximate-prefill.ts';
import type { PrefixSource, RowSource } from './schedule/exact-rows.ts';
import type { SequenceWork } from './schedule/sequence.ts';

export function prefixSources(refs: readonly BlockRef[], loaded: LoadedModel): PrefixSource[] {
  return refs.map((ref) => ({ start: ref.start, end: ref.start + ref.count, rows: rowsOf(ref, loaded) }));
}

/**
 * Up to where rows of the cache, and what is computed behind them, lost nothing when they were kept that the rows which
 * this model computes do not lose anyway.
 */
export function losslessRows(refs: readonly BlockRef[], { model }: LoadedModel): number {
  const least = rankOf(finestOf(model.liveRows));
  return refs.find(({ precision }) => rankOf(precision) > least)?.start ?? Infinity;
}

/** What a sequence is given of a plan's approximate part; null where it has none. */
export function approximateWork({ approximate }: ReusePlan, loaded: LoadedModel): SequenceWork['approximate'] {
  if (approximate === null) return null;
  const sources = approximate.spans.flatMap(({ rows, space = loaded.space }) =>
    spanSources(rows, { ...loaded, space }),
  );
  return { plan: approximate, sources };
}

export function spanSources(refs: readonly BlockRef[], loaded: LoadedModel): SpanSource[] {
  return refs.map((ref) => ({
    start: ref.start,
    end: ref.start + ref.count,
    rows: rowsOf(ref, loaded),
    whole: { rows: () => loaded.space.load(ref), offset: ref.offset },
  }));
}

function rowsOf(ref: BlockRef, { space, model }: LoadedModel): RowSource {
  return () => {
    const rows = space.load(ref);
    return rows === null ? null : sliceRows(rows, { start: ref.offset, end: ref.offset + ref.count }, model.shape);
  };
}
