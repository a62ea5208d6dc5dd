// The composition root: the only file that knows all parts. It opens them, hands them to each other and closes them.

import { join } from 'node:path';
import { Ahead } from './ahead.ts';
import { Background } from './background.ts';
import { KvCache } from './cache/kv-cache.ts';
import type { WireError } from './contract/errors.ts';
import type { Service } from './contract/rpc.ts';
import { checkParams } from './contract/checks.ts';
import { Conversations } from './conversations/conversations.ts';
import { Library } from './conversations/library.ts';
import { openUserData, storageProblem } from './conversations/user-data.ts';
import { EngineError } from './errors.ts';
import { streamHandlers } from './chat-streams.ts';
import { callHandlers } from './handlers.ts';
import { log } from './lib/log.ts';
import { Loop } from './loop.ts';
import { Catalog } from './model/catalog.ts';
import { ModelSlot } from './model-slot.ts';
import { Profiles } from './profiles/profiles.ts';
import { Scheduler } from './schedule/scheduler.ts';
import { secret, SettingsStore } from './settings.ts';

export interface EngineOptions {
  dataFolder: string;
  resourcesFolder: string;
  /** A model's id or a folder, for this run only; the saved choice stays as it is. */
  modelId?: string | undefined;
}

export interface Engine {
  service: Service;
  /** Ends turns under way, writes what is queued, and closes all files. */
  close(): Promise<void>;
}

/** Sequences computed in turns; more wait. Each holds the keys and values of its whole context in memory. */
const MAX_ACTIVE_SEQUENCES = 4;
const IDLE_WRITE_MS = 5;

/** Throws EngineError where the user's own text cannot be opened: `folder-in-use`, `storage-full`, `storage-damaged`. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { dataFolder, resourcesFolder } = options;
  const { database, file } = openUserData(dataFolder);
  const settings = new SettingsStore(database);
  const { cacheQuotaBytes: quotaBytes, memoryBudgetBytes } = settings.get();
  const cache = KvCache.open({
    folder: join(dataFolder, 'cache'),
    secret: secret(database, 'cache-key'),
    quotaBytes,
    memoryBudgetBytes,
  });
  const profiles = new Profiles(database);
  const library = new Library(database, profiles);
  const conversations = new Conversations(database, profiles, library);
  const folders = { models: join(dataFolder, 'models'), starter: join(resourcesFolder, 'models', 'starter') };
  const scheduler = new Scheduler(MAX_ACTIVE_SEQUENCES);
  const background: Background = new Background(() => models.current);
  const of = { conversations, library, profiles, background, settings: () => settings.get() };
  const ahead = new Ahead({ ...of, loaded: () => models.current });
  const quiet = () => background.clear();
  const models = new ModelSlot({ catalog: new Catalog(folders), cache, scheduler, settings, quiet });
  const loop = new Loop(scheduler, async () => {
    if (cache.flush(IDLE_WRITE_MS) > 0) return true;
    return (await background.step()) || cache.compact(IDLE_WRITE_MS) || ahead.indexWindows(models.current);
  });
  background.onWork = () => loop.wake();
  await models.load(options.modelId ?? settings.get().modelId);
  ahead.healAtStart();

  const parts = { ...of, ahead, dataFolder, resourcesFolder, settings, cache, models, scheduler, loop };
  const service: Service = {
    calls: callHandlers(parts),
    streams: streamHandlers(parts),
    check: (method, params) => {
      const checked = checkParams(method, params);
      if ('problem' in checked) throw new EngineError('bad-request', checked.problem);
      return checked.params;
    },
    describe: (error, method) => describe(error, method, file),
  };
  return {
    service,
    close: async () => {
      await loop.close();
      await models.close();
      cache.close();
      database.close();
    },
  };
}

function describe(error: unknown, method: string, file: string): WireError {
  const known = error instanceof EngineError ? error : storageProblem(error, file);
  if (known !== null) return { code: known.code, message: known.message };
  log('error', 'a request failed', { method, stack: error instanceof Error ? (error.stack ?? '') : String(error) });
  const message = 'Something went wrong inside Hearth. Your text is kept. Try again; if it stays, restart Hearth.';
  return { code: 'internal', message };
}
