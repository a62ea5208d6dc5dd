// A model opened in this very process, with a cache folder of its own: for figures that no client of the contract sees.

import { join } from 'node:path';
import { KvCache } from '../cache/kv-cache.ts';
import type { KvPrecision, LiveKv } from '../contract/settings.ts';
import type { ProfileId } from '../contract/profiles.ts';
import { likeliest } from '../metrics/divergence.ts';
import { loadModel } from '../loaded-model.ts';
import type { LoadedModel } from '../loaded-model.ts';
import { Catalog } from '../model/catalog.ts';
import { Sequence } from '../schedule/sequence.ts';
import type { SequenceWork } from '../schedule/sequence.ts';
import type { Prompt } from '../text/prompt.ts';
import { privateScope } from '../types.ts';
import { rowKeeper } from '../write-back.ts';
import { usualThreads } from '../settings.ts';
import { modelSource, temporaryFolder } from './bench-engine.ts';
import type { BenchEngineOptions } from './bench-engine.ts';
import { projectFile } from './project.ts';
import type { BenchRequest } from './request.ts';

export interface BenchModelOptions extends BenchEngineOptions {
  /** 0: every row that is reused comes from the disk. */
  memoryBudgetBytes?: number;
  /** Absent: as many as the engine takes on this machine. */
  threads?: number;
  liveKv?: LiveKv;
}

const STARTER = 'starter';
const PROFILE = 'bench' as ProfileId;
const ENTRY = { kind: 'document', id: 'bench', label: null } as const;
const GIB = 2 ** 30;
const QUOTA_BYTES = 16 * GIB;

export class BenchModel {
  readonly loaded: LoadedModel;
  readonly cache: KvCache;
  readonly profileId = PROFILE;

  readonly #folder: string;

  private constructor(folder: string, loaded: LoadedModel, cache: KvCache) {
    this.#folder = folder;
    this.loaded = loaded;
    this.cache = cache;
  }

  static async open(request: BenchRequest, options: BenchModelOptions = {}): Promise<BenchModel> {
    const folder = temporaryFolder();
    const source = await modelSource(folder, request, options);
    const catalog = new Catalog({
      models: join(folder, 'models'),
      starter: projectFile('resources', 'models', STARTER),
    });
    const installed = await catalog.resolve(source ?? STARTER);
    const cache = openCache(join(folder, 'cache'), options);
    const { threads = request.threads ?? usualThreads(), liveKv = 'full' } = options;
    return new BenchModel(folder, await loadModel(installed, cache, { threads, liveKv }), cache);
  }

  /** The same model with another, empty cache; closing it leaves the model open. */
  beside(name: string, options: BenchModelOptions = {}): BenchModel {
    const cache = openCache(join(this.#folder, name), options);
    const { layers, kvHeads, headSize } = this.loaded.model.shape;
    const space = cache.space({ layout: 'bench', modelId: STARTER, shape: { layers, kvHeads, headSize } });
    return new BenchModel(this.#folder, { ...this.loaded, space }, cache);
  }

  prompt(text: { system: string; document: string; question: string }): Prompt {
    return this.loaded.text.prompt({
      system: { text: text.system, scope: 'library' },
      documents: [{ text: text.document, scope: 'library' }],
      messages: [{ role: 'user', text: text.question }],
      privateScope: privateScope(PROFILE),
    });
  }

  /** Runs a sequence to its end. The likeliest token is taken, unless `sampler` is given. */
  async run(work: Pick<SequenceWork, 'tokens' | 'maxTokens'> & Partial<SequenceWork>): Promise<Sequence> {
    const sequence = new Sequence(
      {
        reuse: [],
        approximate: null,
        eosTokenIds: this.loaded.model.shape.eosTokenIds,
        sampler: () => likeliest,
        draft: null,
        signal: new AbortController().signal,
        ...work,
      },
      this.loaded,
    );
    while (!sequence.done) await sequence.step();
    for await (const _ of sequence.events());
    return sequence;
  }

  /** Computes the first `tokens` rows of a prompt and keeps them in the cache. */
  async keep(prompt: Prompt, tokens: number, precision: KvPrecision): Promise<Sequence> {
    const { space, speed } = this.loaded;
    const part = { ...prompt, tokens: prompt.tokens.slice(0, tokens) };
    const computed = await this.run({ tokens: part.tokens, maxTokens: 0 });
    rowKeeper({
      space,
      prompt: part,
      reuse: [],
      computed,
      precision,
      speed,
      entryOf: () => ENTRY,
      isCurrent: () => true,
    })();
    return computed;
  }

  /** What is reused next comes from the disk. */
  dropMemory({ memoryBudgetBytes = GIB }: BenchModelOptions = {}): void {
    this.cache.flush();
    this.cache.setLimits({ quotaBytes: QUOTA_BYTES, memoryBudgetBytes: 0 });
    this.cache.setLimits({ quotaBytes: QUOTA_BYTES, memoryBudgetBytes });
  }

  async close(): Promise<void> {
    await this.loaded.model.close();
    this.cache.close();
  }
}

function openCache(folder: string, { memoryBudgetBytes = GIB }: BenchModelOptions): KvCache {
  return KvCache.open({ folder, secret: new Uint8Array(32).fill(7), quotaBytes: QUOTA_BYTES, memoryBudgetBytes });
}
