// Whether two engines compute the same: their greedy answers to the same prompts, token by token.

import type { BenchModel } from '../bench-model.ts';
import { BenchFailure } from '../request.ts';
import { PEERS } from '../scenarios.ts';
import { documentOfWords, question } from '../text.ts';
import { answer, secondPrompt } from './hearth.ts';
import type { LlamaCpp } from './llama-cpp.ts';

export interface SameAnswers {
  prompts: number;
  /** Answers that are the same to the last token. */
  same: number;
  /** Tokens of each answer. */
  tokens: number;
}

/** Throws if they must agree and do not: then their speeds say nothing about each other. */
export async function checkSameAnswers(
  model: BenchModel,
  peer: LlamaCpp,
  { mustAgree, prompts }: { mustAgree: boolean; prompts: number },
): Promise<SameAnswers> {
  const { checkedTokens: count, seed } = PEERS;
  let same = 0;
  for (let index = 0; index < prompts; index++) {
    const document = documentOfWords(1 + 4 * index, seed + index);
    const prompt = secondPrompt(model, { system: 'Be brief.', document, question: question(index) });
    const ours = await answer(model, prompt, { count, policy: 'off' });
    const theirs = await peer.answer({ tokens: prompt.tokens, count, sequence: 0, fresh: true });
    if (ours.output.join() === theirs.output.join()) same++;
  }
  if (mustAgree && same < prompts) {
    const message = `llama.cpp answers ${prompts - same} of ${prompts} prompts differently, so it does not run the same model.`;
    throw new BenchFailure(message, { usage: false });
  }
  return { prompts, same, tokens: count };
}
