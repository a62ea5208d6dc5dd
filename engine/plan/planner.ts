// Chooses the policy by its name.

import type { PolicyName } from '../contract/settings.ts';
import { exact } from './policies/exact.ts';
import { hearth } from './policies/hearth.ts';
import { off } from './policies/off.ts';
import type { Policy } from './policies/policy.ts';

const POLICIES_BY_NAME: Record<PolicyName, Policy> = { off, exact, hearth };

export function policyNamed(name: PolicyName): Policy {
  return POLICIES_BY_NAME[name];
}
