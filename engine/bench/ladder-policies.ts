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
  questionLines: false,
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

const FORCED_ALONE: Partial<AblationOptions> = { influence: 'never', questionLines: false, recomputeShare: 0 };

function changed(name: string, ideas: Partial<AblationOptions>): ReuseWay {
  return { name, quality: 'balanced', verify: false, ideas };
}

const MOVED: readonly WorkloadName[] = ['moved', 'swapped'];
const EDITED: readonly WorkloadName[] = ['inserted', 'number-changed', 'name-changed', 'negated'];
const ALL: readonly WorkloadName[] = [...MOVED, 'moved-compiled', ...EDITED];
const CHOSEN: readonly WorkloadName[] = [...MOVED, 'number-changed'];

/** Each on the workloads where it could matter. */
export const ABLATIONS: readonly { way: ReuseWay; workloads: readonly WorkloadName[] }[] = [
  { way: changed('all ideas', {}), workloads: ALL },
  { way: changed('no lines of the question', { questionLines: false }), workloads: CHOSEN },
  { way: changed('look', { influence: 'always' }), workloads: CHOSEN },
  { way: changed('look, no grouping', { influence: 'always', grouping: false }), workloads: CHOSEN },
  { way: changed('look, no key term', { influence: 'always', keyTerm: false }), workloads: CHOSEN },
  { way: changed('look, and query term', { influence: 'always', relevance: true }), workloads: CHOSEN },
  { way: changed('query term', { influence: 'never', relevance: true }), workloads: CHOSEN },
  { way: changed('forced rows alone', FORCED_ALONE), workloads: ALL },
  { way: changed('a tenth again', { recomputeShare: 0.1 }), workloads: MOVED },
  { way: changed('no seams', { seams: false }), workloads: [...MOVED, 'inserted'] },
  { way: changed('4 rows of a chunk’s start', { chunkStartTokens: 4 }), workloads: MOVED },
  { way: changed('no chunk start', { chunkStartTokens: 0 }), workloads: MOVED },
  { way: changed('compiled as any other', { canonical: false }), workloads: ['moved-compiled'] },
  { way: changed('no edit windows', { editWindows: false }), workloads: EDITED },
  { way: changed('no bursts', { bursts: false }), workloads: CHOSEN },
  { way: changed('stale', NOTHING_REPAIRED), workloads: ALL },
];
