// What holds for one turn, out of what was asked for it, what its person chose and what is set for the machine. Pure.

import type { TurnOptions } from '../contract/chat.ts';
import type { Profile, ReuseChoice } from '../contract/profiles.ts';
import { KV_PRECISIONS } from '../contract/settings.ts';
import type { KvPrecision, PolicyName, Quality, Settings } from '../contract/settings.ts';

export interface Choosing {
  profile: Pick<Profile, 'kind' | keyof ReuseChoice>;
  settings: Pick<Settings, 'policy' | 'quality' | 'kvPrecision' | 'liveKv'>;
  /** What was asked for this turn alone. */
  options: Pick<TurnOptions, 'policy' | 'quality' | 'verify'>;
}

export interface EffectiveChoice {
  policy: PolicyName;
  quality: Quality;
  verify: boolean;
  /** Whether rows of text that is only similar may be used. */
  similar: boolean;
  /** How rows that this turn computes are kept. */
  precision: KvPrecision;
}

/** The turn's own wish goes before the person's choice, and that before the machine's setting. */
export function effective({ profile, settings, options }: Choosing): EffectiveChoice {
  const policy = options.policy ?? profile.policy ?? settings.policy;
  const quality = options.quality ?? profile.quality ?? settings.quality;
  const clinic = profile.kind === 'clinic';
  const verify = options.verify ?? profile.verify ?? clinic;
  // Where the answer is to be that of a full computation, rows that lost something would make it another one.
  // Of rows that were computed in 16 bits there are no better ones, and a full computation has no others.
  const finest = settings.liveKv === 'compact' ? 'fp16' : 'lossless';
  const lossless = clinic || verify || policy !== 'hearth' || quality === 'exact';
  // Four bits change words; where every answer is checked against rows computed anew, that costs a correction at most.
  const roughButChecked =
    verify && !clinic && policy === 'hearth' && quality !== 'exact' && settings.kvPrecision === 'int4';
  return {
    policy,
    quality,
    verify,
    similar: (policy === 'semsharekv' || (policy === 'hearth' && quality === 'fast')) && !clinic,
    precision: worse(finest, lossless && !roughButChecked ? 'lossless' : allowed(settings.kvPrecision, verify)),
  };
}

/** The precisions that a turn may read which keeps its own rows in `precision`: none below it. */
export function readablePrecisions(precision: KvPrecision): KvPrecision[] {
  return KV_PRECISIONS.slice(0, KV_PRECISIONS.indexOf(precision) + 1);
}

function worse(one: KvPrecision, other: KvPrecision): KvPrecision {
  return KV_PRECISIONS[Math.max(KV_PRECISIONS.indexOf(one), KV_PRECISIONS.indexOf(other))]!;
}

/** Four bits need somebody who checks the answer. */
function allowed(precision: KvPrecision, verify: boolean): KvPrecision {
  return precision === 'int4' && !verify ? 'int8' : precision;
}
