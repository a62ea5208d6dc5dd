// Opens the engine for one command and closes it again, whatever happens. Knows no command.

import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { EngineClient } from '../contract/rpc.ts';
import { defaultDataFolder } from '../lib/data-folder.ts';
import { openEngine } from '../server/engine-process.ts';
import type { EngineOptions } from '../server/engine-process.ts';
import { CommandFailure } from './failure.ts';

/** Options that every command takes. */
export interface CommonOptions {
  data?: string;
  model?: string;
  json?: boolean;
}

/** Runs `work` against an engine of its own. The model named by --model serves this run only. */
export async function withEngine<T>(options: CommonOptions, work: (client: EngineClient) => Promise<T>): Promise<T> {
  const engine = await openEngine(engineOptionsOf(options));
  try {
    return await work(engine.client);
  } finally {
    await engine.close();
  }
}

/** How to start the engine, with absolute paths. It imports a model folder on first use. */
export function engineOptionsOf({ data, model }: CommonOptions): EngineOptions {
  const dataFolder = data === undefined ? defaultDataFolder() : resolve(data);
  return { dataFolder, modelId: model !== undefined && isFolderName(model) ? modelFolder(model) : model };
}

function isFolderName(model: string): boolean {
  return isAbsolute(model) || /[/\\]/.test(model) || existsSync(join(model, 'config.json'));
}

/** The absolute path of a model folder that exists. */
export function modelFolder(model: string): string {
  const folder = resolve(model);
  if (!existsSync(folder)) {
    throw new CommandFailure(`There is no folder ${folder}. Give the folder that holds the model's config.json.`);
  }
  return folder;
}
