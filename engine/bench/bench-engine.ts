// An engine on a temporary data folder of its own, driven through the contract as every client drives it.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SendMessage, TurnReport } from '../contract/chat.ts';
import type { ModelSummary } from '../contract/models.ts';
import type { EngineClient } from '../contract/rpc.ts';
import { openEngine } from '../server/engine-process.ts';
import { makeTinyModel, SMOLLM2_135M } from '../testing/tiny-model.ts';
import { BenchFailure } from './request.ts';
import type { BenchRequest } from './request.ts';

type OpenedEngine = Awaited<ReturnType<typeof openEngine>>;

const SHAPES = { 'smollm2-135m': SMOLLM2_135M };

export interface BenchEngineOptions {
  /** Context of a seeded model. A full prefill of all 8,192 positions takes minutes on a CPU. */
  contextTokens?: number;
}

const SEEDED_CONTEXT_TOKENS = 2048;

export class BenchEngine {
  readonly #folder: string;
  /** A model folder, imported on first use; undefined for the built-in model. */
  readonly #modelId: string | undefined;
  #opened: OpenedEngine;

  private constructor(folder: string, modelId: string | undefined, opened: OpenedEngine) {
    this.#folder = folder;
    this.#modelId = modelId;
    this.#opened = opened;
  }

  /** Starts with the requested model. */
  static async open(request: BenchRequest, options: BenchEngineOptions = {}): Promise<BenchEngine> {
    const folder = temporaryFolder();
    const modelId = await modelSource(folder, request, options);
    return new BenchEngine(folder, modelId, await start(folder, modelId));
  }

  get client(): EngineClient {
    return this.#opened.client;
  }

  async model(): Promise<ModelSummary> {
    const { model, modelProblem } = await this.client.call('status', {});
    if (model === null) throw new BenchFailure(modelProblem ?? 'No model is loaded.', { usage: false });
    return model;
  }

  /** Ends the engine process and starts it again: what it kept in memory is gone, what is on disk stays. */
  async restart(): Promise<void> {
    await this.#opened.close();
    this.#opened = await start(this.#folder, this.#modelId);
  }

  /** One whole turn; the engine's own report of it. */
  async turn(message: SendMessage): Promise<TurnReport> {
    const stream = this.client.stream('chat.send', message);
    for (;;) {
      const step = await stream.next();
      if (step.done !== true) continue;
      const { report } = step.value.message;
      if (report === null) throw new BenchFailure('A turn ended without a report.', { usage: false });
      return report;
    }
  }

  close(): Promise<void> {
    return this.#opened.close();
  }
}

function start(dataFolder: string, modelId: string | undefined): Promise<OpenedEngine> {
  return openEngine({ dataFolder, modelId });
}

/** Is deleted when this process exits, for whatever reason. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  return folder;
}

/** The folder to import from; undefined for the built-in model. */
export async function modelSource(
  folder: string,
  request: BenchRequest,
  { contextTokens = SEEDED_CONTEXT_TOKENS }: BenchEngineOptions = {},
): Promise<string | undefined> {
  if (request.shape !== undefined) {
    const [name, shape] = Object.entries(SHAPES).find(([name]) => name === request.shape) ?? [];
    if (name === undefined || shape === undefined) {
      throw new BenchFailure(`There is no shape ${request.shape}. Known: ${Object.keys(SHAPES).join(', ')}.`, {
        usage: true,
      });
    }
    const source = join(folder, name);
    await makeTinyModel(source, { ...shape, context: contextTokens });
    return source;
  }
  const { model } = request;
  if (model === undefined || model === 'starter') return undefined;
  for (const source of [join(request.dataFolder, 'models', model), resolve(model)]) {
    if (existsSync(join(source, 'config.json'))) return source;
  }
  throw new BenchFailure(`There is no installed model and no model folder ${model}.`, { usage: false });
}
