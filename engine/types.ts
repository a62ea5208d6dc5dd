// Words that every part of the engine shares.

import type { ScopeKind } from './contract/cache.ts';
import type { ProfileId } from './contract/profiles.ts';

/** Who may reuse what was computed from a text. `private` names its owner. */
export type Scope = 'app' | 'library' | `private:${ProfileId}`;

/** Keys and values of `count` consecutive positions, both [layers, kvHeads, count, headSize], K before RoPE. */
export interface KvRows {
  count: number;
  k: Float32Array;
  v: Float32Array;
}

/** A range of token positions, `end` exclusive. */
export interface TokenRange {
  start: number;
  end: number;
}

export function scopeKind(scope: Scope): ScopeKind {
  return scope === 'app' || scope === 'library' ? scope : 'private';
}

export function privateScope(profileId: ProfileId): Scope {
  return `private:${profileId}`;
}

/** How narrow a scope is: 0 for everybody's, 2 for one person's. Along a prompt it never falls. */
export function narrowness(scope: Scope): 0 | 1 | 2 {
  if (scope === 'app') return 0;
  return scope === 'library' ? 1 : 2;
}
