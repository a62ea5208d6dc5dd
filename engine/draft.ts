// Where guesses for an answer come from: what the cache holds behind the same beginning (an earlier answer to this or
// a nearly equal question, in the same scopes), then the prompt.

import type { FoundRows } from './find-rows.ts';
import type { LoadedModel } from './loaded-model.ts';
import { LookupDraft } from './sample/lookup-draft.ts';

export function draftFor({ plan, scopes }: FoundRows, { space }: LoadedModel, tokens: Int32Array): LookupDraft | null {
  const last = plan.reuse.at(-1);
  if (last === undefined || plan.policy !== 'hearth') return null;
  return new LookupDraft([...space.following(last, scopes), tokens]);
}
