// Perplexity of the replies of held-out chats: the model is led along each reply and what it thought of every token is
// kept. The chats are read with their documents and without them: the difference is what reading is worth.

import { BUILT_IN_SYSTEM_TEXT } from '../text/model-text.ts';
import type { BenchModel } from './bench-model.ts';
import { promptOf } from './quality-donors.ts';
import { HELD_OUT_CHATS } from './starter-chats.ts';
import type { HeldOutChat } from './starter-chats.ts';
import { perplexityRow } from './starter-rows.ts';
import type { PerplexityRow } from './starter-rows.ts';

interface Reply {
  logs: number[];
  text: string;
}

export async function measurePerplexity(bench: BenchModel): Promise<PerplexityRow[]> {
  const replies = async (withDocument: boolean) => {
    const all: Reply[] = [];
    for (const chat of HELD_OUT_CHATS) {
      for (const turn of chat.turns.keys()) all.push(await readReply(bench, chat, { turn, withDocument }));
    }
    return all;
  };
  return [
    perplexityRow('held-out chats', await replies(true)),
    perplexityRow('the same without their documents', await replies(false)),
  ];
}

async function readReply(
  bench: BenchModel,
  { document, turns }: HeldOutChat,
  { turn, withDocument }: { turn: number; withDocument: boolean },
): Promise<Reply> {
  const asked = turns.slice(0, turn + 1);
  const chat = {
    system: BUILT_IN_SYSTEM_TEXT,
    documents: withDocument ? [document] : [],
    questions: asked.map(([question]) => question),
    answers: asked.map(([, reply]) => reply),
  };
  const { tokens } = promptOf(bench, chat);
  // Behind the reply the next question begins: with it the reply's tokens are those of a chat that goes on.
  const longer = promptOf(bench, { ...chat, questions: [...chat.questions, 'x'] }).tokens;
  if (tokens.some((id, at) => longer[at] !== id)) throw new Error('a reply changes the tokens before it');
  const rest = longer.subarray(tokens.length);
  const { eosTokenIds } = bench.loaded.model.shape;
  const end = rest.findIndex((id) => eosTokenIds.includes(id));
  const reply = rest.subarray(0, end + 1);
  const logs: number[] = [];
  await bench.run({
    tokens,
    maxTokens: reply.length,
    sampler: () => (logits) => {
      const id = reply[logs.length]!;
      logs.push(logProbability(logits, id));
      return id;
    },
  });
  return { logs, text: asked.at(-1)![1] };
}

/** Natural logarithm of the probability that logits [vocabulary] give a token. */
export function logProbability(logits: Float32Array, id: number): number {
  const most = logits.reduce((left, right) => Math.max(left, right), -Infinity);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);
  return logits[id]! - most - Math.log(sum);
}
