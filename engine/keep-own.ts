// The writer of policies that keep their blends as donors (KVShare): hands all rows of a finished turn, approximate ones
// too, to the space that only this policy and this person ever see.

import type { Space } from './cache/space.ts';
import type { ProfileId } from './contract/profiles.ts';
import type { Sequence } from './schedule/sequence.ts';
import { privateScope } from './types.ts';
import { rowKeeper } from './write-back.ts';
import type { RowsToKeep } from './write-back.ts';

export interface OwnRows extends Pick<RowsToKeep, 'prompt' | 'speed' | 'entryOf' | 'isCurrent'> {
  /** Null: the policy keeps nothing for itself. */
  own: Space | null;
  sequence: Sequence;
  profileId: ProfileId;
}

/** Does nothing before the turn's end, nor where all rows are exact: those are kept where everybody finds them. */
export function ownKeeper({ own, sequence, profileId, prompt, ...rest }: OwnRows): () => void {
  if (own === null) return () => {};
  return () => {
    const { kv, output, done, exactRows } = sequence;
    // Stopped before its first token, it has rows that are not known yet.
    if (!done || output.length === 0 || exactRows === kv.rows) return;
    const scope = privateScope(profileId);
    const scopes = [{ start: 0, end: prompt.tokens.length, scope }];
    const computed = { kv, output, exactRows: kv.rows, reusedTokens: 0 };
    rowKeeper({ ...rest, space: own, prompt: { ...prompt, scopes }, reuse: [], computed, precision: 'lossless' })();
  };
}
