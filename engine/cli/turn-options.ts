// The options of a command that asks something: who asks, with which documents, and how the answer is made.

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TurnOptions } from '../contract/chat.ts';
import { POLICIES } from '../contract/settings.ts';
import type { PolicyName, Quality, Sampling } from '../contract/settings.ts';
import type { DocumentScope } from '../contract/library.ts';
import type { CommonOptions } from './with-engine.ts';

export interface AskingOptions extends CommonOptions {
  profile: string;
  document: string[];
  scope: DocumentScope;
  system?: string;
  policy?: PolicyName;
  quality?: Quality;
  maxTokens?: number;
  temperature?: number;
  seed?: number;
}

export function addAskingOptions(command: Command): Command {
  return command
    .requiredOption('--profile <name>', 'who asks; made if new')
    .option('--document <file>', 'a text file to put before the question; may be repeated', append, [])
    .addOption(
      new Option('--scope <scope>', 'who may reuse what is read from the documents and the system text')
        .choices(['private', 'library'])
        .default('private'),
    )
    .option('--system <text>', 'the system text')
    .addOption(policyOption())
    .addOption(new Option('--quality <level>', 'how close an answer must be').choices(['exact', 'balanced', 'fast']))
    .option('--max-tokens <n>', 'end the answer after this many tokens', wholeNumber({ least: 1 }))
    .option('--temperature <t>', '0 always takes the likeliest token', temperature)
    .option('--seed <n>', 'the seed of random sampling', wholeNumber({ least: 0 }));
}

/** --policy, limited to what this version has. */
export function policyOption(): Option {
  return new Option('--policy <policy>', `what may be reused: ${POLICIES.join(', ')}`).argParser((value: string) => {
    const policy = POLICIES.find((name) => name === value);
    if (policy === undefined) throw new InvalidArgumentError(`Available in this version: ${POLICIES.join(', ')}.`);
    return policy;
  });
}

export function wholeNumber({ least }: { least: number }): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > 2 ** 32 - 1) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} on.`);
    }
    return value;
  };
}

/** What of a turn was set on the command line; the rest comes from the settings. */
export function turnOptionsOf(options: AskingOptions): TurnOptions {
  const sampling: Partial<Sampling> = {};
  if (options.maxTokens !== undefined) sampling.maxTokens = options.maxTokens;
  if (options.temperature !== undefined) sampling.temperature = options.temperature;
  if (options.seed !== undefined) sampling.seed = options.seed;
  return { policy: options.policy, quality: options.quality, sampling };
}

function append(value: string, previous: string[]): string[] {
  return [...previous, value];
}

function temperature(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 5)) {
    throw new InvalidArgumentError('It must be a number from 0 to 5.');
  }
  return value;
}
