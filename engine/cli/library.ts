// `hearth library`: documents that were shared on purpose.

import type { Command } from 'commander';
import type { LibraryDocument } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { EngineClient } from '../contract/rpc.ts';
import { CommandFailure } from './failure.ts';
import { formatTime, printResult, table } from './output.ts';
import { anybody, ensureProfile, profileNamed } from './people.ts';
import { readDocument } from './read-document.ts';
import { withEngine } from './with-engine.ts';
import type { CommonOptions } from './with-engine.ts';

interface LibraryOptions extends CommonOptions {
  profile?: string;
}

export function addLibraryCommands(program: Command): void {
  const library = program.command('library').description('documents shared with everybody on this machine');
  const adding = library.command('add').description('share a text file').argument('<file>', 'plain text or Markdown');
  adding
    .requiredOption('--profile <name>', 'who adds it; made if new')
    .action((file: string) => add(file, adding.optsWithGlobals<LibraryOptions & { profile: string }>()));
  const listing = library.command('list').description('list shared documents');
  listing
    .option('--profile <name>', 'list what this person sees, private documents included')
    .action(() => list(listing.optsWithGlobals<LibraryOptions>()));
  const preparing = library
    .command('prepare')
    .description('read a document ahead of time, so that nobody waits for it');
  preparing
    .argument('<id>', 'as listed')
    .option('--profile <name>', 'who asks for it; needed for a private document (default: who added it)')
    .action((id: string) => prepare(id, preparing.optsWithGlobals<LibraryOptions>()));
  const removing = library.command('remove').description('remove a document and what was computed from it');
  removing
    .argument('<id>', 'as listed')
    .option('--profile <name>', 'who removes it (default: who added it)')
    .action((id: string) => remove(id, removing.optsWithGlobals<LibraryOptions>()));
}

async function add(file: string, options: LibraryOptions & { profile: string }): Promise<void> {
  const content = readDocument(file);
  await withEngine(options, async (client) => {
    const { id: profileId } = await ensureProfile(client, options.profile);
    const document = await client.call('library.add', { profileId, scope: 'library', ...content });
    printResult(options, document, [`${document.title} is in the library as ${document.id}.`]);
  });
}

async function list(options: LibraryOptions): Promise<void> {
  await withEngine(options, async (client) => {
    const documents = await visibleDocuments(client, options.profile);
    const rows = documents.map((document) => [
      document.id,
      document.scope,
      document.title,
      `${document.characters} characters`,
      document.ownerName,
      formatTime(document.createdAt),
    ]);
    printResult(options, { documents }, rows.length === 0 ? ['No documents.'] : table(rows));
  });
}

async function prepare(id: string, options: LibraryOptions): Promise<void> {
  await withEngine(options, async (client) => {
    const document = await documentOf(client, id, options.profile);
    const profileId = await actorOn(client, document, options.profile);
    const result = await client.call('library.prepare', { profileId, documentId: document.id });
    const readers = document.scope === 'library' ? 'everybody' : document.ownerName;
    const ready = `${document.title} is ready for ${readers}: ${result.tokens} tokens are kept.`;
    printResult(options, result, result.tokens > 0 ? [ready] : []);
    if (result.tokens > 0) return;
    throw new CommandFailure(`${document.title} was not read: reuse is off, or it is too long for this model.`);
  });
}

async function remove(id: string, options: LibraryOptions): Promise<void> {
  await withEngine(options, async (client) => {
    const document = await documentOf(client, id, options.profile);
    const profileId = await actorOn(client, document, options.profile);
    await client.call('library.remove', { profileId, documentId: document.id });
    printResult(options, { removed: id }, [`${document.title} is removed.`]);
  });
}

/** Throws CommandFailure where this person, or without a name everybody, sees no such document. */
async function documentOf(client: EngineClient, id: string, name: string | undefined): Promise<LibraryDocument> {
  const document = (await visibleDocuments(client, name)).find((each) => each.id === id);
  if (document !== undefined) return document;
  throw new CommandFailure(`There is no document ${id}. List them with: hearth library list`);
}

/** The person named, else who added the document, else, where that one has left, anybody. */
async function actorOn(client: EngineClient, document: LibraryDocument, name: string | undefined): Promise<ProfileId> {
  if (name !== undefined) return (await profileNamed(client, name)).id;
  const profiles = await client.call('profiles.list', {});
  return (profiles.find((profile) => profile.id === document.ownerId) ?? profiles[0])?.id ?? document.ownerId;
}

/** What one person sees, or, without a name, what everybody sees. */
async function visibleDocuments(client: EngineClient, name: string | undefined): Promise<LibraryDocument[]> {
  const person = name === undefined ? await anybody(client) : await profileNamed(client, name);
  if (person === null) return [];
  const documents = await client.call('library.list', { profileId: person.id });
  return name === undefined ? documents.filter((document) => document.scope === 'library') : documents;
}
