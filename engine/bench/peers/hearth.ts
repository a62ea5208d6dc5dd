// Hearth in the comparison with other engines: prompts in token ids, as the other one gets them, so no tokenizer, no
// queue and no wire counts for either. What finding and loading kept rows takes, counts.

import { matchPrompt } from '../../match/matcher.ts';
import { exact } from '../../plan/policies/exact.ts';
import type { ProfileId } from '../../contract/profiles.ts';
import { prefixSources } from '../../row-sources.ts';
import { Sequence } from '../../schedule/sequence.ts';
import type { PrefixSource } from '../../schedule/exact-rows.ts';
import { likeliest } from '../../metrics/divergence.ts';
import type { Prompt } from '../../text/prompt.ts';
import { privateScope } from '../../types.ts';
import type { BenchModel } from '../bench-model.ts';
import type { PeerAnswer } from './llama-cpp.ts';

/** Whoever did not read the document first. */
const SECOND = 'second' as ProfileId;
const PRECISIONS = ['lossless'] as const;

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

/** Computes all of it. */
export function answerCold(bench: BenchModel, tokens: Int32Array, count: number): Promise<PeerAnswer> {
  return answer(bench, { tokens, count }, performance.now());
}

/** What the second person is given of rows that are kept, under policy `exact`, with the search for them. */
export async function answerWarm(bench: BenchModel, prompt: Prompt, count: number): Promise<PeerAnswer> {
  const { loaded } = bench;
  const startedAt = performance.now();
  const wish = { quality: 'balanced', verify: false, costs: loaded.costs } as const;
  const wanted = { ...exact.wants(wish), precisions: PRECISIONS };
  const match = await matchPrompt(loaded, { prompt, profileId: SECOND }, wanted);
  const { reuse } = exact.plan(prompt, match, wish);
  return answer(bench, { tokens: prompt.tokens, count, reuse: prefixSources(reuse, loaded) }, startedAt);
}

async function answer(
  { loaded }: BenchModel,
  { tokens, count, reuse = [] }: { tokens: Int32Array; count: number; reuse?: PrefixSource[] },
  startedAt: number,
): Promise<PeerAnswer> {
  const work = { tokens, reuse, approximate: null, maxTokens: count, eosTokenIds: [], draft: null };
  const sequence = new Sequence({ ...work, sampler: () => likeliest, signal: new AbortController().signal }, loaded);
  sequence.pace = 'alone';
  let ttftMs = 0;
  while (!sequence.done) {
    await sequence.step();
    if (ttftMs === 0 && sequence.output.length > 0) ttftMs = performance.now() - startedAt;
  }
  const decodeMs = performance.now() - startedAt - ttftMs;
  for await (const _ of sequence.events());
  sequence.release();
  return { output: [...sequence.output], reusedTokens: sequence.reusedTokens, ttftMs, decodeMs };
}
