// Finds the people that a command names. Names are the same in upper and lower case.

import type { Profile } from '../contract/profiles.ts';
import type { EngineClient } from '../contract/rpc.ts';
import { CommandFailure } from './failure.ts';

const form = (name: string) => name.trim().toLowerCase();

async function find(client: EngineClient, name: string): Promise<{ found: Profile | undefined; all: Profile[] }> {
  const all = await client.call('profiles.list', {});
  return { found: all.find((profile) => form(profile.name) === form(name)), all };
}

/** The profile of that name. Throws CommandFailure if there is none. */
export async function profileNamed(client: EngineClient, name: string): Promise<Profile> {
  const { found, all } = await find(client, name);
  if (found !== undefined) return found;
  const known = all.length === 0 ? 'There are no profiles yet.' : `Known: ${all.map((each) => each.name).join(', ')}.`;
  throw new CommandFailure(`There is no profile named ${name}. ${known}`);
}

/** The profile of that name, made if new. */
export async function ensureProfile(client: EngineClient, name: string): Promise<Profile> {
  const { found } = await find(client, name);
  return found ?? client.call('profiles.create', { name });
}

/** Somebody to look through for what everybody may see; null where there is nobody yet. */
export async function anybody(client: EngineClient): Promise<Profile | null> {
  return (await client.call('profiles.list', {}))[0] ?? null;
}
