// Where guesses for an answer come from: what the cache holds behind the same beginning (an earlier answer to this or
// a nearly equal question, in the same scopes), then the prompt.

import type { FoundRows } from './find-rows.ts';
import type { LoadedModel } from './loaded-model.ts';
import { LookupDraft } from './sample/lookup-draft.ts';
import type { Draft } from './schedule/decoding.ts';

/** Null where policy or prompt give nothing to guess from. */
export function draftFor({ plan, scopes }: FoundRows, { space }: LoadedModel, tokens: Int32Array): Draft | null {
  const donors = [plan.reuse.at(-1), plan.approximate?.spans.at(-1)?.rows.at(-1)].filter((ref) => ref !== undefined);
  if (donors.length === 0 || plan.policy !== 'hearth') return null;
  let draft: LookupDraft | null = null;
  // Looked for behind the first token, which nothing is guessed for.
  const look = () => new LookupDraft([...donors.flatMap((ref) => space.following(ref, scopes)), tokens]);
  return { propose: (output) => (draft ??= look()).propose(output) };
}
