// Chooses the policy by its name.

import type { PolicyName } from '../contract/settings.ts';
import { EngineError } from '../errors.ts';
import { exact } from './policies/exact.ts';
import { hearth } from './policies/hearth.ts';
import { kvshare } from './policies/kvshare.ts';
import { off } from './policies/off.ts';
import type { Policy } from './policies/policy.ts';
import { semsharekv } from './policies/semsharekv.ts';

const POLICIES_BY_NAME: Partial<Record<PolicyName, Policy>> = { off, exact, hearth, kvshare, semsharekv };

/** Throws `bad-request` for a name that has no policy in this version. */
export function policyNamed(name: PolicyName): Policy {
  const policy = POLICIES_BY_NAME[name];
  if (policy !== undefined) return policy;
  throw new EngineError(
    'bad-request',
    `The policy ${name} is not part of this version. Your message is kept; choose another policy and send again.`,
  );
}
