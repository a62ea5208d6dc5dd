// Hearth in the comparison with other engines: prompts in token ids, as the other one gets them, so no tokenizer, no
// queue and no wire counts for either. What finding and loading kept rows takes, counts.

import type { ProfileId } from '../../contract/profiles.ts';
import type { PolicyName, Quality } from '../../contract/settings.ts';
import { findRows } from '../../find-rows.ts';
import type { FoundRows } from '../../find-rows.ts';
import { likeliest } from '../../metrics/divergence.ts';
import { approximateWork, prefixSources } from '../../row-sources.ts';
import { Sequence } from '../../schedule/sequence.ts';
import type { Prompt } from '../../text/prompt.ts';
import { privateScope } from '../../types.ts';
import type { BenchModel } from '../bench-model.ts';
import type { PeerAnswer } from './llama-cpp.ts';

/** Whoever did not read the document first. */
const SECOND = 'second' as ProfileId;

export interface PromptText {
  system: string;
  document: string;
  question: string;
}

/** The prompt of the second person; the document is everybody's. */
export function secondPrompt({ loaded }: BenchModel, text: PromptText): Prompt {
  return loaded.text.prompt({
    system: { text: text.system, scope: 'library' },
    documents: [{ text: text.document, scope: 'library' }],
    messages: [{ role: 'user', text: text.question }],
    privateScope: privateScope(SECOND),
  });
}

export interface HearthAnswer extends PeerAnswer {
  /** Of reused rows that stood elsewhere, and those of them that were computed again. */
  movedTokens: number;
  recomputedTokens: number;
}

export interface Asking {
  /** Tokens of the answer; it does not end before. */
  count: number;
  /** `off`: computes all of it. */
  policy: PolicyName;
  quality?: Quality;
}

/** What the second person is given under this policy of rows that are kept, with the search for them. */
export async function answer(
  { loaded }: BenchModel,
  prompt: Prompt,
  { count, policy, quality = 'balanced' }: Asking,
): Promise<HearthAnswer> {
  const startedAt = performance.now();
  const choice = { policy, quality, verify: false, similar: false, precision: 'lossless' } as const;
  const { plan, refs }: FoundRows = await findRows({ prompt, profileId: SECOND, choice }, loaded);
  using _pins = loaded.space.pin(refs);
  const sequence = new Sequence(
    {
      tokens: prompt.tokens,
      reuse: prefixSources(plan.reuse, loaded),
      approximate: approximateWork(plan, loaded),
      maxTokens: count,
      eosTokenIds: [],
      draft: null,
      sampler: () => likeliest,
      signal: new AbortController().signal,
    },
    loaded,
  );
  sequence.pace = 'alone';
  let ttftMs = 0;
  while (!sequence.done) {
    await sequence.step();
    if (ttftMs === 0 && sequence.output.length > 0) ttftMs = performance.now() - startedAt;
  }
  const decodeMs = performance.now() - startedAt - ttftMs;
  for await (const _ of sequence.events());
  // Nothing rests for whoever comes next: what is kept is in the cache, or nowhere.
  sequence.release();
  return {
    output: [...sequence.output],
    reusedTokens: sequence.reusedTokens,
    movedTokens: sequence.placed.reduce((sum, { start, end }) => sum + end - start, 0),
    recomputedTokens: sequence.recomputed.length,
    ttftMs,
    decodeMs,
    childMs: 0,
  };
}
