// The ways of answering that scenario `papers` compares: each as it was published, and each that has a share of rows to
// compute again at equal shares.

import type { LiveKv, Quality } from '../contract/settings.ts';
import { exact } from '../plan/policies/exact.ts';
import { hearthWith } from '../plan/policies/hearth.ts';
import { kvshareWith } from '../plan/policies/kvshare.ts';
import type { Policy } from '../plan/policies/policy.ts';
import { SEMSHAREKV, semsharekvWith } from '../plan/policies/semsharekv.ts';
import { cacheBlend, cacheReuse, epic, movedAsIs, prophetKv } from './papers-baselines.ts';

export interface PaperMethod {
  name: string;
  /** Share of the reused rows that it was told to compute again; null: as published. */
  ratio: number | null;
  /** `earlier`: the last prompt before this one. */
  policy: (earlier: Int32Array | null) => Policy;
  quality: Quality;
  verify: boolean;
  /** Whether the change of the values alone chooses, in place of KVShare's whole score. */
  deviationAlone: boolean;
  /** Whether it reuses what it found even where that saves little or nothing, as the others do. */
  eager: boolean;
  /** How rows are held while it answers. */
  liveKv: LiveKv;
}

export function method(name: string, policy: Policy, changes: Partial<PaperMethod> = {}): PaperMethod {
  return {
    name,
    ratio: null,
    policy: () => policy,
    quality: 'balanced',
    verify: false,
    deviationAlone: false,
    eager: false,
    liveKv: 'full',
    ...changes,
  };
}

/** Tells what its repair does from what its refusals do. */
export const EAGER = 'Hearth, nothing refused';
/** Led beside all of them. */
export const FULL = 'full prefill';
export const HEARTH = 'Hearth';
export const COMPACT = `${HEARTH} balanced, compact`;
export const VERIFIED = `${HEARTH} fast, verified`;

/** As published, or as they come. */
export const PUBLISHED: readonly PaperMethod[] = [
  method('exact prefix', exact),
  method('llama.cpp --cache-reuse', movedAsIs, { policy: cacheReuse }),
  method('moved, no repair', movedAsIs),
  method('CacheBlend-15', cacheBlend(0.15), { deviationAlone: true }),
  method('EPIC-16', epic({ tokens: 16 })),
  method('ProphetKV-20', prophetKv(0.2)),
  method('KVShare v1', kvshareWith({ version: 1 })),
  method('KVShare v2, prefill', kvshareWith({ repair: 'none' })),
  method('KVShare v2, prefill and decode', kvshareWith({})),
  method('KVShare v2, prefill and bursts', kvshareWith({ repair: 'bursts' })),
  method('SemShareKV', semsharekvWith({})),
  // Tells what its recomputation does from what dropping rows does.
  method('SemShareKV, all rows kept', semsharekvWith({ retain: { first: 1, peak: 2 } })),
  method(`${HEARTH} balanced`, hearthWith({})),
  // Half of the memory of plain rows, with nothing left out.
  method(COMPACT, hearthWith({}), { liveKv: 'compact' }),
  method(`${HEARTH} fast`, hearthWith({}), { quality: 'fast' }),
  method(VERIFIED, hearthWith({}), { quality: 'fast', verify: true }),
];

export const RATIOS: readonly number[] = [0.1, 0.2, 0.3, 0.4];

const BY_RATIO: readonly ((ratio: number) => PaperMethod)[] = [
  (ratio) => method('CacheBlend', cacheBlend(ratio), { ratio, deviationAlone: true }),
  (ratio) => method('EPIC', epic({ share: ratio }), { ratio }),
  (ratio) => method('ProphetKV', prophetKv(ratio), { ratio }),
  (ratio) => method('KVShare v2, prefill', kvshareWith({ recomputeShare: ratio, repair: 'none' }), { ratio }),
  (ratio) => method('KVShare v2, prefill and decode', kvshareWith({ recomputeShare: ratio }), { ratio }),
  semsharekvAt,
  hearthAt,
  (ratio) => ({ ...hearthAt(ratio), name: EAGER, eager: true }),
];

function hearthAt(ratio: number): PaperMethod {
  return method(HEARTH, hearthWith({ recomputeShare: ratio }), { ratio });
}

/** Whatever its share begins with may be computed again, also where that is more than the 40 % that are published. */
function semsharekvAt(ratio: number): PaperMethod {
  const recompute = decayOfMean(ratio);
  const highDeviation = Math.max(SEMSHAREKV.highDeviation, recompute.first);
  return method('SemShareKV', semsharekvWith({ recompute, highDeviation }), { ratio });
}

/** At equal shares; policy `hearth` also with what it computes again in any case alone, which counts as a share of 0. */
export const SWEEP: readonly PaperMethod[] = [
  hearthAt(0),
  { ...hearthAt(0), name: EAGER, eager: true },
  ...RATIOS.flatMap((ratio) => BY_RATIO.map((make) => make(ratio))),
];

/** SemShareKV's decay with depth, so scaled that the layers compute this share on average. */
export function decayOfMean(share: number): { first: number; last: number } {
  const { first, last } = SEMSHAREKV.recompute;
  const scale = (share * Math.log(first / last)) / (first - last);
  return { first: scale * first, last: scale * last };
}
