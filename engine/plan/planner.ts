// Chooses the policy by its name.

import type { PolicyName } from '../contract/settings.ts';
import { exact } from './policies/exact.ts';
import { hearth } from './policies/hearth.ts';
import { kvshare } from './policies/kvshare.ts';
import { off } from './policies/off.ts';
import type { Policy } from './policies/policy.ts';
import { semsharekv } from './policies/semsharekv.ts';

const POLICIES_BY_NAME: Record<PolicyName, Policy> = { off, exact, hearth, kvshare, semsharekv };

export function policyNamed(name: PolicyName): Policy {
  return POLICIES_BY_NAME[name];
}
