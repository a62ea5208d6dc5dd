// `hearth compare`: how far the logits of a policy are from those of a full computation. It leaves nothing behind.

import { Option } from 'commander';
import type { Command } from 'commander';
import { MAX_COMPARED_TOKENS } from '../contract/checks.ts';
import type { Comparison, Comparisons, Way } from '../contract/chat.ts';
import { WAYS } from '../contract/chat.ts';
import type { Profile, ProfileId } from '../contract/profiles.ts';
import type { EngineClient } from '../contract/rpc.ts';
import { printResult, table } from './output.ts';
import { anybody, ensureProfile } from './people.ts';
import { readDocument } from './read-document.ts';
import type { TextFile } from './read-document.ts';
import { reuseSummary } from './reuse-summary.ts';
import { openConversation } from './turn.ts';
import type { Question } from './turn.ts';
import { addPromptOptions, policyOption, qualityOption, wholeNumber } from './turn-options.ts';
import type { PromptOptions } from './turn-options.ts';
import { withEngine } from './with-engine.ts';

interface CompareOptions extends PromptOptions, Way {
  profile?: string;
  all?: boolean;
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
  addPromptOptions(command)
    .addOption(policyOption())
    .addOption(qualityOption())
    .addOption(new Option('--all', 'every policy, one after the other').conflicts(['policy', 'quality']))
    .action(async (question: string) => {
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
      if (options.all === true) printResult(options, compared, describeAll(compared));
      else printResult(options, only(compared), describe(only(compared)));
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

async function compareAs(client: EngineClient, profileId: ProfileId, asked: Compared): Promise<Comparisons> {
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
  { text, ...of }: Question,
  { options, signal }: { options: CompareOptions; signal: AbortSignal },
): Promise<Comparisons> {
  const { all, policy, quality, tokens } = options;
  const ways = all === true ? WAYS : [{ policy, quality }];
  const stream = client.stream('chat.compare', { ...of, asked: { text }, ways, tokens }, signal);
  let problem: string | null = null;
  for (;;) {
    const step = await stream.next();
    if (step.done !== true) {
      if (step.value.type === 'failed') problem = step.value.message;
      continue;
    }
    if (problem !== null) process.stderr.write(`${problem}\n`);
    return step.value;
  }
}

function only({ ways: [comparison] }: Comparisons): Comparison {
  if (comparison === undefined || comparison === null) throw new Error('There was no answer to compare.');
  return comparison;
}

function describeAll({ off, ways }: Comparisons): string[] {
  const rows = [off, ...ways].filter((way) => way !== null);
  const cells = rows.map(({ text, meanKl, top1Agreement, report }) => [
    report.policy === 'hearth' ? `hearth ${report.quality}` : report.policy,
    `${Math.round(report.ttftMs)} ms`,
    `${report.promptTokens - report.tokens.fresh} of ${report.promptTokens}`,
    String(report.recomputed),
    `${(100 * report.tokenLayers).toFixed(1)} %`,
    figure(meanKl),
    `${(100 * top1Agreement).toFixed(1)} %`,
    text === off.text ? 'as off' : JSON.stringify(text),
  ]);
  const head = ['policy', 'first token', 'reused', 'recomputed', 'token-layers', 'mean KL', 'top-1', 'answer'];
  return [...table([head, ...cells]), `off: ${JSON.stringify(off.text)}`];
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
