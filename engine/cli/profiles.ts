// `hearth profiles`: the people on this machine.

import type { Command } from 'commander';
import type { Profile } from '../contract/profiles.ts';
import { formatTime, printResult, table } from './output.ts';
import { profileNamed } from './people.ts';
import { policyOption, qualityOption } from './turn-options.ts';
import type { ReuseOptions } from './turn-options.ts';
import { withEngine } from './with-engine.ts';
import type { CommonOptions } from './with-engine.ts';

interface AddOptions extends CommonOptions, ReuseOptions {
  clinic?: boolean;
}

export function addProfilesCommands(program: Command): void {
  const profiles = program.command('profiles').description('people on this machine');
  const listing = profiles.command('list').description('list them');
  listing.action(() => list(listing.optsWithGlobals<CommonOptions>()));
  const adding = profiles.command('add').description('add a person').argument('<name>', 'a new name');
  adding
    .option('--clinic', 'for work with patients: answers are verified, similar text is never reused')
    .addOption(policyOption())
    .addOption(qualityOption())
    .option('--verify', 'always check approximate answers against exact rows')
    .option('--no-verify', 'never check them')
    .action((name: string) => add(name, adding.optsWithGlobals<AddOptions>()));
  const removing = profiles.command('remove').description('remove a person, their chats and private documents');
  removing
    .argument('<name>', 'as listed')
    .action((name: string) => remove(name, removing.optsWithGlobals<CommonOptions>()));
}

async function list(options: CommonOptions): Promise<void> {
  await withEngine(options, async (client) => {
    const profiles = await client.call('profiles.list', {});
    printResult(options, { profiles }, profiles.length === 0 ? ['No profiles yet.'] : table(profiles.map(profileRow)));
  });
}

function profileRow(profile: Profile): string[] {
  return [profile.name, profile.kind, choicesOf(profile), `since ${formatTime(profile.createdAt)}`, profile.id];
}

/** Only what the person chose; the rest follows the settings. */
function choicesOf({ policy, quality, verify }: Profile): string {
  const choices = [policy === null ? '' : `policy ${policy}`, quality === null ? '' : `quality ${quality}`];
  if (verify !== null) choices.push(verify ? 'verified' : 'not verified');
  return choices.filter((choice) => choice !== '').join(', ');
}

async function add(name: string, { clinic, policy, quality, verify, ...options }: AddOptions): Promise<void> {
  await withEngine(options, async (client) => {
    const kind = clinic === true ? 'clinic' : 'personal';
    const profile = await client.call('profiles.create', { name, kind, policy, quality, verify });
    printResult(options, profile, [`${profile.name} is added.`]);
  });
}

async function remove(name: string, options: CommonOptions): Promise<void> {
  await withEngine(options, async (client) => {
    const profile = await profileNamed(client, name);
    await client.call('profiles.remove', { profileId: profile.id });
    printResult(options, { removed: profile.name }, [`${profile.name} is removed, with chats and private documents.`]);
  });
}
