// Chooses the policy by its name and lets it plan.

import type { PolicyName } from '../contract/settings.ts';
import { exact } from './policies/exact.ts';
import { off } from './policies/off.ts';
import type { Policy } from './policies/policy.ts';

const POLICIES_BY_NAME: Record<PolicyName, Policy> = { off, exact };

export function policyNamed(name: PolicyName): Policy {
  return POLICIES_BY_NAME[name];
}
