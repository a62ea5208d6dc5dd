// `hearth cache`: what is kept of earlier computations, whether it is sound, and how to be rid of it.

import { type Command, Option } from 'commander';
import type { CacheEntry, CacheStats, CacheVerify, ScopeKind } from '../contract/cache.ts';
import type { ProfileId } from '../contract/profiles.ts';
import { CommandFailure } from './failure.ts';
import { formatBytes, formatTime, printResult, table } from './output.ts';
import { profileNamed } from './people.ts';
import { withEngine } from './with-engine.ts';
import type { CommonOptions } from './with-engine.ts';

interface CacheOptions extends CommonOptions {
  profile?: string;
  scope?: ScopeKind;
}

/** No profile has this id, so it sees what everybody may reuse and nothing more. */
const NOBODY = 'nobody' as ProfileId;

export function addCacheCommands(program: Command): void {
  const cache = program.command('cache').description('keys and values kept from earlier turns');
  const totals = cache.command('stats').description('totals, equal to what is on the disk');
  totals.action(() => stats(totals.optsWithGlobals<CacheOptions>()));
  const listing = cache.command('list').description('list what everybody may reuse');
  listing
    .option('--profile <name>', 'list what this person may reuse, private entries included')
    .action(() => list(listing.optsWithGlobals<CacheOptions>()));
  const verifying = cache.command('verify').description('read every block and drop damaged ones');
  verifying.action(() => verify(verifying.optsWithGlobals<CacheOptions>()));
  const healing = cache.command('heal').description('compute exactly what approximate answers left behind');
  healing.action(() => heal(healing.optsWithGlobals<CacheOptions>()));
  const clearing = cache.command('clear').description('delete everything, or only one scope or one person');
  clearing
    .addOption(new Option('--scope <scope>', 'only this scope').choices(['private', 'library', 'app']))
    .option('--profile <name>', 'only what belongs to this person')
    .action(() => clear(clearing.optsWithGlobals<CacheOptions>()));
}

async function stats(options: CacheOptions): Promise<void> {
  await withEngine(options, async (client) => {
    const totals = await client.call('cache.stats', {});
    printResult(options, totals, describeStats(totals));
  });
}

function describeStats(stats: CacheStats): string[] {
  const scopes = Object.entries(stats.byScope).map(([scope, { tokens, bytes }]) => [
    scope,
    `${tokens} tokens`,
    formatBytes(bytes),
  ]);
  const asked = stats.hits + stats.misses;
  const share = asked === 0 ? '' : ` (${Math.round((100 * stats.hits) / asked)} %)`;
  return table([
    ['on disk', `${formatBytes(stats.bytesOnDisk)} of ${formatBytes(stats.quotaBytes)}`],
    ['in memory', `${formatBytes(stats.bytesInMemory)} of ${formatBytes(stats.memoryBudgetBytes)}`],
    ['entries', `${stats.entries} in ${stats.blocks} blocks`],
    ...scopes,
    ['found', `${stats.hits} of ${asked} tokens${share}`],
    ['written', `${formatBytes(stats.bytesWritten)} since the cache was made`],
    ['lost', `${stats.evictions} evicted, ${stats.damaged} damaged, ${stats.dropped} not written`],
  ]);
}

async function list(options: CacheOptions): Promise<void> {
  await withEngine(options, async (client) => {
    const profileId = options.profile === undefined ? NOBODY : (await profileNamed(client, options.profile)).id;
    const entries = await client.call('cache.list', { profileId });
    printResult(options, { entries }, entries.length === 0 ? ['No entries.'] : table(entries.map(entryRow)));
  });
}

function entryRow(entry: CacheEntry): string[] {
  return [
    entry.id,
    entry.scope,
    entry.label ?? '',
    `${entry.tokens} tokens`,
    formatBytes(entry.bytes),
    `${entry.hits} hits`,
    formatTime(entry.usedAt),
    entry.pinned ? 'pinned' : '',
  ];
}

async function verify(options: CacheOptions): Promise<void> {
  const result = await withEngine(options, (client) => client.call('cache.verify', {}));
  printResult(options, result, result.clean ? [`${result.blocks} blocks are sound.`] : []);
  if (!result.clean) throw new CommandFailure(describeDamage(result));
}

function describeDamage(found: CacheVerify): string {
  const parts = `${found.damaged} damaged, ${found.missingFiles} without a file, ${found.orphanFiles} unknown files`;
  return `The cache was not clean: ${parts}. They are dropped and will be computed again; verify once more to be sure.`;
}

async function heal(options: CacheOptions): Promise<void> {
  await withEngine(options, async (client) => {
    const result = await client.call('cache.heal', {});
    const { healedTokens: tokens } = result;
    printResult(options, result, [
      tokens === 0 ? 'Everything is exact.' : `${tokens} tokens are computed exactly now.`,
    ]);
  });
}

async function clear(options: CacheOptions): Promise<void> {
  await withEngine(options, async (client) => {
    const profileId = options.profile === undefined ? undefined : (await profileNamed(client, options.profile)).id;
    const result = await client.call('cache.clear', { scope: options.scope, profileId });
    printResult(options, result, [`${result.removedBlocks} blocks are deleted.`]);
  });
}
