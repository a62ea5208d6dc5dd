// The one model that answers, and how it is changed. A model that cannot be opened leaves the slot empty with a reason.

import type { KvCache } from './cache/kv-cache.ts';
import type { ModelSummary } from './contract/models.ts';
import type { LiveKv } from './contract/settings.ts';
import { EngineError } from './errors.ts';
import { log } from './lib/log.ts';
import { loadModel } from './loaded-model.ts';
import type { LoadedModel } from './loaded-model.ts';
import { STARTER_ID, summarizeModel } from './model/catalog.ts';
import type { Catalog } from './model/catalog.ts';
import type { Scheduler } from './schedule/scheduler.ts';
import type { SettingsStore } from './settings.ts';

export interface ModelSlotParts {
  catalog: Catalog;
  cache: KvCache;
  scheduler: Scheduler;
  settings: SettingsStore;
  /** Ends what still computes with the model that is about to be closed. */
  quiet: () => Promise<void>;
}

export class ModelSlot {
  readonly catalog: Catalog;
  readonly #parts: ModelSlotParts;
  #loaded: LoadedModel | null = null;
  #problem: string | null = null;
  #changing: Promise<void> = Promise.resolve();

  constructor(parts: ModelSlotParts) {
    this.#parts = parts;
    this.catalog = parts.catalog;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** The loaded model, or null. */
  get current(): LoadedModel | null {
    return this.#loaded;
  }

  /** The loaded model. Throws `model-missing` with the reason why there is none. */
  require(): LoadedModel {
    if (this.#loaded !== null) return this.#loaded;
    const reason = this.#problem ?? 'No model is loaded.';
    throw new EngineError('model-missing', `${reason} Your message is kept. Choose another model and send again.`);
  }

  /** Opens a model at start. Never throws for a bad model: the app must open, and say what is wrong. */
  async load(idOrFolder: string): Promise<void> {
    try {
      await this.#open(idOrFolder);
    } catch (error) {
      if (!(error instanceof EngineError)) log('error', 'the model could not be opened', { error: String(error) });
      this.#problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** Changes to another model and remembers it. Throws `model-busy`, `model-missing`, `model-damaged`; the old one then stays. */
  select(modelId: string): Promise<ModelSummary> {
    return this.#inTurn(() => this.#select(modelId));
  }

  /** Opens the model again where its live rows are to have another form, and remembers that. Throws as `select`; all then stays. */
  setLiveKv(liveKv: LiveKv): Promise<void> {
    return this.#inTurn(() => this.#setLiveKv(liveKv));
  }

  async list(): Promise<ModelSummary[]> {
    const installed = await this.catalog.list();
    return Promise.all(installed.map((model) => summarizeModel(model, model.manifest.id === this.#loaded?.summary.id)));
  }

  /** Removes an installed model and everything computed with it. Throws `forbidden`, `not-found`, `model-busy`. */
  remove(modelId: string): Promise<void> {
    return this.#inTurn(async () => {
      if (modelId === this.#loaded?.summary.id) await this.#select(STARTER_ID);
      await this.catalog.remove(modelId);
      this.#parts.cache.remove({ modelId });
    });
  }

  async close(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = null;
    await loaded?.model.close();
  }

  /** Of several changes at once the last one counts. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const change = this.#changing.then(act);
    this.#changing = change.then(
      () => {},
      () => {},
    );
    return change;
  }

  async #select(modelId: string): Promise<ModelSummary> {
    this.#requireIdle();
    await this.#open(modelId);
    const { summary } = this.require();
    this.#parts.settings.set({ modelId: summary.id });
    return summary;
  }

  async #setLiveKv(liveKv: LiveKv): Promise<void> {
    const { settings } = this.#parts;
    if (liveKv === settings.get().liveKv) return;
    this.#requireIdle();
    if (this.#loaded !== null) await this.#open(this.#loaded.summary.id, liveKv);
    settings.set({ liveKv });
    if (this.#loaded === null) await this.load(settings.get().modelId);
  }

  async #open(idOrFolder: string, liveKv = this.#parts.settings.get().liveKv): Promise<void> {
    const { cache, settings, scheduler } = this.#parts;
    const installed = await this.catalog.resolve(idOrFolder);
    const opened = await loadModel(installed, cache, { ...settings.get(), liveKv });
    // Somebody may have asked while it was read: that answer is the old model's.
    await scheduler.alone(async () => {
      await this.#parts.quiet();
      // At no moment is there none: who asks while the old one closes asks the new one.
      const before = this.#loaded;
      this.#loaded = opened;
      this.#problem = null;
      await before?.model.close();
    });
  }

  #requireIdle(): void {
    if (this.#parts.scheduler.activeCount === 0) return;
    throw new EngineError(
      'model-busy',
      'An answer is being written. Stop it or wait for its end, then change the model.',
    );
  }
}
