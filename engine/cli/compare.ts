// `hearth compare`: how far the logits of a policy are from those of a full computation. It leaves nothing behind.

import type { Command } from 'commander';
import { MAX_COMPARED_TOKENS } from '../contract/checks.ts';
import type { Comparison } from '../contract/chat.ts';
import type { Profile, ProfileId } from '../contract/profiles.ts';
import type { EngineClient } from '../contract/rpc.ts';
import { printResult } from './output.ts';
import { anybody, ensureProfile } from './people.ts';
import { readDocument } from './read-document.ts';
import type { TextFile } from './read-document.ts';
import { reuseSummary } from './reuse-summary.ts';
import { openConversation } from './turn.ts';
import type { Question } from './turn.ts';
import { addPromptOptions, addReuseOptions, reuseOptionsOf, wholeNumber } from './turn-options.ts';
import type { PromptOptions, ReuseOptions } from './turn-options.ts';
import { withEngine } from './with-engine.ts';

interface CompareOptions extends PromptOptions, ReuseOptions {
  profile?: string;
  tokens: number;
}

export function addCompareCommand(program: Command): void {
  const command = program.command('compare').description('measure how far a policy is from computing everything');
  command
    .argument('<question>', 'the question')
    .option('--profile <name>', 'who would ask (default: who was added first)')
    .option(
      '--tokens <n>',
      'compare over this many tokens of the answer',
      wholeNumber({ least: 1, most: MAX_COMPARED_TOKENS }),
      64,
    );
  addReuseOptions(addPromptOptions(command)).action(async (question: string) => {
    if (question.trim() === '') command.error('error: the question is empty');
    await compare(question, command.optsWithGlobals<CompareOptions>());
  });
}

async function compare(question: string, options: CompareOptions): Promise<void> {
  const files = options.document.map(readDocument);
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  await withEngine(options, async (client) => {
    const { person, isNew } = await personFor(client, options.profile);
    try {
      const compared = await compareAs(client, person.id, { question, options, files, signal: interrupt.signal });
      printResult(options, compared, describe(compared));
    } finally {
      if (isNew) await client.call('profiles.remove', { profileId: person.id });
    }
  });
}

/** Somebody must ask: the one named, else the first there is, else somebody for this run only. */
async function personFor(client: EngineClient, name: string | undefined): Promise<{ person: Profile; isNew: boolean }> {
  if (name !== undefined) return { person: await ensureProfile(client, name), isNew: false };
  const person = await anybody(client);
  if (person !== null) return { person, isNew: false };
  return { person: await client.call('profiles.create', { name: 'Compare' }), isNew: true };
}

interface Compared {
  question: string;
  options: CompareOptions;
  files: TextFile[];
  signal: AbortSignal;
}

async function compareAs(client: EngineClient, profileId: ProfileId, asked: Compared): Promise<Comparison> {
  const { question: text, options, files, signal } = asked;
  const kept = new Set((await client.call('library.list', { profileId })).map((document) => document.id));
  const { id: conversationId, documents } = await openConversation(client, profileId, { options, files });
  try {
    return await comparison(client, { profileId, conversationId, text }, { options, signal });
  } finally {
    // A private document goes with the last chat that uses it: what was there before is taken out of this one first.
    await client.call('conversations.setDocuments', { profileId, conversationId, documents: [] });
    await client.call('conversations.remove', { profileId, conversationId });
    for (const { id } of documents) {
      if (!kept.has(id)) await client.call('library.remove', { profileId, documentId: id });
    }
  }
}

async function comparison(
  client: EngineClient,
  question: Question,
  { options, signal }: { options: CompareOptions; signal: AbortSignal },
): Promise<Comparison> {
  const params = { ...question, ...reuseOptionsOf(options), tokens: options.tokens };
  const stream = client.stream('chat.compare', params, signal);
  for (;;) {
    const step = await stream.next();
    if (step.done === true) return step.value;
  }
}

function describe({ tokens, meanKl, maxKl, top1Agreement, report }: Comparison): string[] {
  const same = `${(100 * top1Agreement).toFixed(1)} % of the likeliest tokens are the same`;
  const figures = `mean KL ${figure(meanKl)}, largest ${figure(maxKl)}`;
  return [`Over ${tokens} tokens ${same} as without reuse; ${figures}.`, reuseSummary(report)];
}

/** What is smaller than this is the noise of adding in another order. */
const NOISE = 1e-9;

function figure(divergence: number): string {
  return divergence < NOISE ? '0' : divergence.toPrecision(3);
}
