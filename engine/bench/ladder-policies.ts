// The ways of answering that the ladder compares, and the ideas of policy `hearth` taken away one at a time.

import type { Quality } from '../contract/settings.ts';
import type { AblationOptions } from '../plan/ablation.ts';
import type { WorkloadName } from './workloads.ts';

export interface ReuseWay {
  name: string;
  quality: Quality;
  verify: boolean;
  ideas: Partial<AblationOptions>;
}

/** Rows of moved, edited and similar text as they are. */
const NOTHING_REPAIRED: Partial<AblationOptions> = {
  seams: false,
  chunkStartTokens: 0,
  editWindows: false,
  influence: 'never',
  relevance: false,
  recomputeShare: 0,
  bursts: false,
};

export const LADDER_WAYS: readonly ReuseWay[] = [
  { name: 'exact', quality: 'exact', verify: false, ideas: {} },
  { name: 'balanced', quality: 'balanced', verify: false, ideas: {} },
  { name: 'fast', quality: 'fast', verify: false, ideas: {} },
  { name: 'verified', quality: 'fast', verify: true, ideas: {} },
  { name: 'stale', quality: 'fast', verify: false, ideas: NOTHING_REPAIRED },
];

function without(name: string, ideas: Partial<AblationOptions>): ReuseWay {
  return { name, quality: 'balanced', verify: false, ideas };
}

/** Each on the workloads where it could matter. */
export const ABLATIONS: readonly { way: ReuseWay; workloads: readonly WorkloadName[] }[] = [
  {
    way: without('all ideas', {}),
    workloads: ['moved', 'moved-compiled', 'swapped', 'inserted', 'number-changed', 'name-changed', 'negated'],
  },
  { way: without('no grouping', { grouping: false }), workloads: ['moved', 'swapped', 'number-changed'] },
  {
    way: without('no look at shallow layers', { influence: 'never' }),
    workloads: ['moved', 'swapped', 'number-changed'],
  },
  { way: without('no key term', { keyTerm: false }), workloads: ['moved', 'swapped', 'number-changed'] },
  { way: without('no query term', { relevance: false }), workloads: ['moved', 'swapped', 'number-changed'] },
  { way: without('no seams', { seams: false }), workloads: ['moved', 'swapped', 'inserted'] },
  { way: without('no chunk start', { chunkStartTokens: 0 }), workloads: ['moved', 'swapped'] },
  { way: without('compiled as any other', { canonical: false }), workloads: ['moved-compiled'] },
  {
    way: without('no edit windows', { editWindows: false }),
    workloads: ['inserted', 'number-changed', 'name-changed', 'negated'],
  },
  { way: without('no bursts', { bursts: false }), workloads: ['moved', 'swapped', 'number-changed'] },
  {
    way: without('stale', NOTHING_REPAIRED),
    workloads: ['moved', 'moved-compiled', 'swapped', 'inserted', 'number-changed', 'name-changed', 'negated'],
  },
];
