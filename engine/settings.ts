// What is set for this machine, and the secrets it keeps to itself. It checks values; it does not apply them.

import { randomBytes } from 'node:crypto';
import { availableParallelism, totalmem } from 'node:os';
import { checkParams } from './contract/checks.ts';
import type { Settings } from './contract/settings.ts';
import { EngineError } from './errors.ts';
import type { Database } from './lib/database.ts';
import { log } from './lib/log.ts';

const GIB = 2 ** 30;
const SECRET_BYTES = 32;

export class SettingsStore {
  readonly #database: Database;
  readonly #write;
  #settings: Settings;

  constructor(database: Database) {
    this.#database = database;
    this.#write = database.prepare<[string, string]>('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)');
    this.#settings = readSettings(database);
  }

  get(): Settings {
    return structuredClone(this.#settings);
  }

  /** Changes what is given and keeps the rest. Throws `bad-request` for a value out of its range; nothing changes then. */
  set(changes: Partial<Settings>): Settings {
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const checked = checkParams('settings.set', given);
    if ('problem' in checked) throw new EngineError('bad-request', `${checked.problem} Nothing was changed.`);
    this.#database.transaction(() => {
      for (const [key, value] of Object.entries(given)) this.#write.run(key, JSON.stringify(value));
    })();
    this.#settings = structuredClone({ ...this.#settings, ...given });
    return this.get();
  }
}

/** 32 random bytes that are made on first use and stay the same for this data folder. */
export function secret(database: Database, name: string): Uint8Array {
  database
    .prepare<[string, Uint8Array]>('INSERT OR IGNORE INTO secrets (name, value) VALUES (?, ?)')
    .run(name, randomBytes(SECRET_BYTES));
  const row = database.prepare<[string], { value: Buffer }>('SELECT value FROM secrets WHERE name = ?').get(name);
  if (row === undefined) throw new Error('a secret just made is not there');
  return Uint8Array.from(row.value);
}

/** Half of the logical cores are real ones on most machines; beyond them threads only fight. */
export function usualThreads(): number {
  return Math.min(8, Math.max(2, Math.floor(availableParallelism() / 2)));
}

function defaults(): Settings {
  return {
    modelId: 'starter',
    policy: 'hearth',
    quality: 'balanced',
    kvPrecision: 'lossless',
    liveKv: 'full',
    cacheQuotaBytes: 4 * GIB,
    memoryBudgetBytes: Math.min(GIB, Math.floor(totalmem() / 8)),
    threads: usualThreads(),
    sampling: {
      temperature: 0,
      topK: 0,
      topP: 1,
      minP: 0,
      repetitionPenalty: 1,
      seed: 0,
      maxTokens: 512,
      stop: [],
    },
  };
}

/** A value that does not parse, or is out of its range, counts as not set. */
function readSettings(database: Database): Settings {
  const settings = defaults();
  const rows = database.prepare<[], { key: string; value: string }>('SELECT key, value FROM settings').all();
  for (const { key, value } of rows) {
    // A setting of another version of this program is left alone.
    if (!Object.hasOwn(settings, key)) continue;
    const change = readValue(key, value, settings);
    if (change === null) log('warn', 'a stored setting is not valid; its default is used', { key });
    else Object.assign(settings, change);
  }
  return settings;
}

function readValue(key: string, value: string, settings: Settings): Partial<Settings> | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return null;
  }
  // Fields that an older version did not store have their defaults.
  if (key === 'sampling' && typeof parsed === 'object') parsed = { ...settings.sampling, ...parsed };
  const checked = checkParams('settings.set', { [key]: parsed });
  return 'problem' in checked ? null : (checked.params as Partial<Settings>);
}
