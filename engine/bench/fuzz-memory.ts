// What this process and an engine's folder take, looked at after the garbage was collected: what is left is held.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { EngineClient } from '../contract/rpc.ts';
import { rounded } from './statistics.ts';

/** Megabytes (10^6 bytes). */
export interface Footprint {
  rssMb: number;
  /** JavaScript objects in use. */
  heapMb: number;
  /** What that heap has of the system: these objects, and room for new ones. */
  heapPagesMb: number;
  /** Outside that heap and known to it, array buffers included: keys and values in use, rows in memory. */
  externalMb: number;
  arrayBuffersMb: number;
  /** The rest of what is resident: programs, weights, the runtime and SQLite at work, and what the allocator keeps. */
  nativeMb: number;
  /** Rows that the cache keeps in memory, part of the array buffers. */
  cacheInMemoryMb: number;
  cacheOnDiskMb: number;
  /** The text of all people: their chats, documents and reports. */
  textOnDiskMb: number;
}

export interface Folder {
  client: EngineClient;
  dataFolder: string;
}

export async function footprint({ client, dataFolder }: Folder): Promise<Footprint> {
  const stats = await client.call('cache.stats', {});
  collectGarbage();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const { total_physical_size: heapPages } = getHeapStatistics();
  return {
    rssMb: mega(rss),
    heapMb: mega(heapUsed),
    heapPagesMb: mega(heapPages),
    externalMb: mega(external),
    arrayBuffersMb: mega(arrayBuffers),
    nativeMb: mega(rss - heapPages - external),
    cacheInMemoryMb: mega(stats.bytesInMemory),
    cacheOnDiskMb: mega(stats.bytesOnDisk),
    textOnDiskMb: mega(textBytes(dataFolder)),
  };
}

/** How the allocator was told to give memory back, as it stands in the environment; see `engineEnvironment`. */
export function allocatorSettings(environment: NodeJS.ProcessEnv = process.env): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('MALLOC_')));
}

/** Most that this process ever had resident, garbage included. */
export function mostResidentMb(): number {
  return mega(process.resourceUsage().maxRSS * 1024);
}

function textBytes(dataFolder: string): number {
  const files = readdirSync(dataFolder, { withFileTypes: true }).filter((item) => item.isFile());
  return files.reduce((bytes, { name }) => bytes + statSync(join(dataFolder, name)).size, 0);
}

let collect: (() => void) | undefined;

function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  // What the first one finishes, the second one frees.
  collect();
  collect();
}

function mega(bytes: number): number {
  return rounded(bytes / 1e6);
}
