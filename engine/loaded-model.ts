// A model that is ready to answer: its graph, its text side, its part of the cache, and how fast it is here.

import type { KvCache } from './cache/kv-cache.ts';
import type { Space } from './cache/space.ts';
import type { ModelSummary } from './contract/models.ts';
import type { Settings } from './contract/settings.ts';
import { PastPrompts } from './match/semsharekv-past.ts';
import { LoadSpeed } from './metrics/load-speed.ts';
import { PrefillSpeed } from './metrics/prefill-speed.ts';
import type { InstalledModel } from './model/catalog.ts';
import { summarizeModel } from './model/catalog.ts';
import { Model } from './model/forward.ts';
import type { KvBuffer } from './model/kv-buffer.ts';
import type { Costs } from './plan/policies/policy.ts';
import { BUILT_IN_SYSTEM_TEXT, ModelText } from './text/model-text.ts';

export interface LoadedModel {
  summary: ModelSummary;
  model: Model;
  text: ModelText;
  space: Space;
  /** Rows that must be donors for nobody else, by the name of whoever keeps them. See `KvCache.disposable`. */
  disposable: (name: string) => Space;
  /** Earlier prompts, in memory only; forgotten when anything is removed from the cache. */
  past: PastPrompts;
  speed: PrefillSpeed;
  loadSpeed: LoadSpeed;
  costs: Costs;
}

/** Rows of sequences that are over may take as much again as this part of the memory budget. */
const RESTED_SHARE = 4;

/** Rows for the first measurement of prefill: enough to see a chunk's cost, short enough not to be noticed. */
const CALIBRATION_ROWS = [32, 128, 256] as const;

const LIVE_ROWS = { full: 'fp32', compact: 'fp16' } as const;

/** Throws `model-missing`, `model-damaged`, `storage-full`. */
export async function loadModel(
  installed: InstalledModel,
  cache: KvCache,
  { threads, liveKv }: Pick<Settings, 'threads' | 'liveKv'>,
): Promise<LoadedModel> {
  const { folder, manifest } = installed;
  const text = ModelText.open(folder);
  const model = await Model.open(folder, { threads, liveRows: LIVE_ROWS[liveKv] });
  const { layers, kvHeads, headSize } = manifest.shape;
  const rows = {
    // The fingerprint covers weights, config (RoPE with it) and the graph's layout.
    layout: `${manifest.fingerprint}:${manifest.tokenizerFingerprint}`,
    modelId: manifest.id,
    shape: { layers, kvHeads, headSize },
  };
  const space = cache.space(rows);
  const disposable = (name: string) => cache.disposable({ ...rows, layout: `${rows.layout}:${name}` });
  const speed = new PrefillSpeed();
  const loadSpeed = new LoadSpeed();
  await warmUp(model, text, space);
  await calibrate(model, speed, loadSpeed);
  const { boundary } = model.shape;
  const costs: Costs = {
    prefillMs: (start, end) => speed.estimateMs(start, end),
    loadMs: (rows) => loadSpeed.estimateMs(rows),
    layers,
    boundary,
  };
  const summary = await summarizeModel(installed, true);
  const past = new PastPrompts((ids) => model.embed(ids));
  cache.onRemove = () => {
    past.clear();
    model.forgetRested();
  };
  cache.onLimit = (bytes) => model.limitRested(bytes / RESTED_SHARE);
  model.limitRested(cache.stats().memoryBudgetBytes / RESTED_SHARE);
  return { summary, model, text, space, disposable, past, speed, loadSpeed, costs };
}

/** What a first turn would otherwise wait for: code paths that were never run. */
async function warmUp(model: Model, text: ModelText, space: Space): Promise<void> {
  const kv = model.newKvBuffer();
  const { tokens } = text.prompt({
    system: { text: BUILT_IN_SYSTEM_TEXT, scope: 'app' },
    documents: [],
    messages: [{ role: 'user', text: 'Hello' }],
    privateScope: 'app',
  });
  space.find(tokens, ['app', 'library']);
  for (let times = 0; times < 10; times++) space.findSpans(tokens, { start: 0, end: tokens.length }, ['app']);
  await model.forward(kv, tokens, { logits: 'last' });
  await model.load(model.newKvBuffer(), [kv.exportRows(0, kv.rows)]);
  text.detokenizer().push(tokens[0] ?? 0);
}

// The first run of a size also warms up the runtime's memory, so each is run twice and only the second counts.
async function calibrate(model: Model, speed: PrefillSpeed, loadSpeed: LoadSpeed): Promise<void> {
  const { context, vocabulary } = model.shape;
  for (const rows of CALIBRATION_ROWS) {
    if (rows >= context) return;
    const ids = Int32Array.from({ length: rows }, (_, index) => (index * 7919) % vocabulary);
    for (const counts of [false, true]) {
      const startedAt = performance.now();
      const kv = model.newKvBuffer();
      await model.forward(kv, ids, { logits: 'none' });
      const ms = performance.now() - startedAt;
      if (counts) speed.record(0, rows, ms);
      if (counts) await calibrateLoad(model, kv, loadSpeed);
      model.giveBack(kv);
      // A large model on a slow machine: one short measurement must do.
      if (ms > 1000) return speed.record(0, rows, ms);
    }
  }
}

/** Rows that are in memory already; what the disk costs, the first turns show. */
async function calibrateLoad(model: Model, kv: KvBuffer, loadSpeed: LoadSpeed): Promise<void> {
  const rows = kv.exportRows(0, kv.rows);
  for (let times = 0; times < 3; times++) {
    const target = model.newKvBuffer();
    const startedAt = performance.now();
    await model.load(target, [rows]);
    loadSpeed.record(rows.count, performance.now() - startedAt);
    model.giveBack(target);
  }
}
