// `hearth profiles`: the people on this machine.

import type { Command } from 'commander';
import { formatTime, printResult, table } from './output.ts';
import { profileNamed } from './people.ts';
import { withEngine } from './with-engine.ts';
import type { CommonOptions } from './with-engine.ts';

export function addProfilesCommands(program: Command): void {
  const profiles = program.command('profiles').description('people on this machine');
  const listing = profiles.command('list').description('list them');
  listing.action(() => list(listing.optsWithGlobals<CommonOptions>()));
  const adding = profiles.command('add').description('add a person').argument('<name>', 'a new name');
  adding.action((name: string) => add(name, adding.optsWithGlobals<CommonOptions>()));
  const removing = profiles.command('remove').description('remove a person, their chats and private documents');
  removing
    .argument('<name>', 'as listed')
    .action((name: string) => remove(name, removing.optsWithGlobals<CommonOptions>()));
}

async function list(options: CommonOptions): Promise<void> {
  await withEngine(options, async (client) => {
    const profiles = await client.call('profiles.list', {});
    const rows = profiles.map((profile) => [profile.name, `since ${formatTime(profile.createdAt)}`, profile.id]);
    printResult(options, { profiles }, rows.length === 0 ? ['No profiles yet.'] : table(rows));
  });
}

async function add(name: string, options: CommonOptions): Promise<void> {
  await withEngine(options, async (client) => {
    const profile = await client.call('profiles.create', { name });
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
