// Puts into the cache what the donors of a case left there: answered and healed, so that every row is exact.

import { BUILT_IN_SYSTEM_TEXT } from '../text/model-text.ts';
import type { EntryRef } from '../cache/block.ts';
import { addWindows, vectorsOf } from '../match/similar-windows.ts';
import { likeliest } from '../metrics/divergence.ts';
import type { Prompt } from '../text/prompt.ts';
import { privateScope } from '../types.ts';
import { rowKeeper } from '../write-back.ts';
import type { BlockCut } from '../write-back.ts';
import type { BenchModel } from './bench-model.ts';
import { QUALITY } from './scenarios.ts';
import type { BenchChat, QualityCase } from './workloads.ts';

export interface PromptChat extends BenchChat {
  /** To all questions but the last one. */
  answers: readonly string[];
}

/** The prompt of a chat's last question, with texts that all may share. */
export function promptOf(
  { loaded, profileId }: BenchModel,
  { system, documents, questions, answers }: PromptChat,
): Prompt {
  const messages = questions.flatMap((text, at) => [
    { role: 'user', text } as const,
    ...(at < questions.length - 1 ? [{ role: 'assistant', text: answers[at] ?? '' } as const] : []),
  ]);
  return loaded.text.prompt({
    system: { text: system, scope: system === BUILT_IN_SYSTEM_TEXT ? 'app' : 'library' },
    documents: documents.map((text) => ({ text, scope: 'library' })),
    messages,
    privateScope: privateScope(profileId),
  });
}

/** Answers what the donors were asked and keeps all rows; gives the answers. */
export async function keepDonors(bench: BenchModel, { donors, compiled, id }: QualityCase): Promise<string[]> {
  const answers: string[] = [];
  for (const [at, donor] of donors.entries()) {
    const prompt = promptOf(bench, { ...donor, answers: [] });
    answers.push(await keep(bench, prompt, { name: `${id}-donor-${at}`, isWhole: true }));
  }
  for (const [at, document] of compiled.entries()) {
    const chat = { system: BUILT_IN_SYSTEM_TEXT, documents: [document], questions: ['x'], answers: [] };
    await keep(bench, promptOf(bench, chat), { name: `${id}-compiled-${at}`, isWhole: false });
  }
  const { space, model } = bench.loaded;
  while (await addWindows(vectorsOf(space), (ids) => model.embed(ids), Infinity));
  return answers;
}

async function keep(
  bench: BenchModel,
  prompt: Prompt,
  { name, isWhole }: { name: string; isWhole: boolean },
): Promise<string> {
  const { space, speed, model } = bench.loaded;
  const tokens = isWhole ? prompt.tokens : prompt.tokens.slice(0, prompt.documents[0]?.end ?? 0);
  const room = Math.max(0, model.shape.context - tokens.length);
  const computed = await bench.run({
    tokens,
    maxTokens: isWhole ? Math.min(QUALITY.answerTokens, room) : 0,
    sampler: () => likeliest,
  });
  const cut = { ...prompt, tokens };
  const entryOf = (block: BlockCut) => entryIn(prompt, block, name);
  rowKeeper({
    space,
    prompt: cut,
    reuse: [],
    computed,
    precision: 'lossless',
    speed,
    entryOf,
    isCurrent: () => true,
  })();
  return textOf(bench, computed.output);
}

/** A block belongs to the document it lies in, else to the chat. */
function entryIn({ documents }: Prompt, { start, end }: BlockCut, name: string): EntryRef {
  const at = documents.findIndex((range) => range !== null && start < range.end && end > range.start);
  const [kind, id] = at < 0 ? (['conversation', name] as const) : (['document', `${name}-document-${at}`] as const);
  return { kind, id, label: null };
}

export function textOf({ loaded }: BenchModel, output: readonly number[]): string {
  const detokenizer = loaded.text.detokenizer();
  return output.map((id) => detokenizer.push(id)).join('') + detokenizer.flush();
}
