// The options of a command that asks something: who asks, with which documents, and how the answer is made.

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TurnOptions } from '../contract/chat.ts';
import { POLICIES, QUALITIES } from '../contract/settings.ts';
import type { PolicyName, Quality, Sampling } from '../contract/settings.ts';
import type { DocumentScope } from '../contract/library.ts';
import type { CommonOptions } from './with-engine.ts';

/** What stands before the question. */
export interface PromptOptions extends CommonOptions {
  document: string[];
  scope: DocumentScope;
  system?: string;
}

/** How much of earlier turns may be reused. */
export interface ReuseOptions {
  policy?: PolicyName;
  quality?: Quality;
  verify?: boolean;
}

export interface AskingOptions extends PromptOptions, ReuseOptions {
  profile: string;
  maxTokens?: number;
  temperature?: number;
  seed?: number;
}

export function addAskingOptions(command: Command): Command {
  command.requiredOption('--profile <name>', 'who asks; made if new');
  addPromptOptions(command);
  return addReuseOptions(command)
    .option('--max-tokens <n>', 'end the answer after this many tokens', wholeNumber({ least: 1 }))
    .option('--temperature <t>', '0 always takes the likeliest token', temperature)
    .option('--seed <n>', 'the seed of random sampling', wholeNumber({ least: 0 }));
}

export function addPromptOptions(command: Command): Command {
  return command
    .option('--document <file>', 'a text file to put before the question; may be repeated', append, [])
    .addOption(
      new Option('--scope <scope>', 'who may reuse what is read from the documents and the system text')
        .choices(['private', 'library'])
        .default('private'),
    )
    .option('--system <text>', 'the system text');
}

export function addReuseOptions(command: Command): Command {
  return command
    .addOption(policyOption())
    .addOption(qualityOption())
    .option('--verify', 'check an approximate answer against exact rows, and correct it')
    .option('--no-verify', 'take an approximate answer as it is');
}

/** --policy, limited to what this version has. */
export function policyOption(): Option {
  return new Option('--policy <policy>', `what may be reused: ${POLICIES.join(', ')}`).argParser((value: string) => {
    const policy = POLICIES.find((name) => name === value);
    if (policy === undefined) throw new InvalidArgumentError(`Available in this version: ${POLICIES.join(', ')}.`);
    return policy;
  });
}

export function qualityOption(): Option {
  return new Option('--quality <level>', 'how far policy hearth may go').choices(QUALITIES);
}

export function wholeNumber({ least, most = 2 ** 32 - 1 }: { least: number; most?: number }): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      const range = most === 2 ** 32 - 1 ? `from ${least} on` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`It must be a whole number ${range}.`);
    }
    return value;
  };
}

/** What of a turn was set on the command line; the rest comes from the profile and the settings. */
export function turnOptionsOf(options: AskingOptions): TurnOptions {
  const sampling: Partial<Sampling> = {};
  if (options.maxTokens !== undefined) sampling.maxTokens = options.maxTokens;
  if (options.temperature !== undefined) sampling.temperature = options.temperature;
  if (options.seed !== undefined) sampling.seed = options.seed;
  return { ...reuseOptionsOf(options), sampling };
}

export function reuseOptionsOf({ policy, quality, verify }: ReuseOptions): Omit<TurnOptions, 'sampling'> {
  return { policy, quality, verify };
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
