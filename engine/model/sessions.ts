// The only file that knows ONNX Runtime: opens a graph, runs it on typed arrays, frees it.
// A run blocks the thread until it is done; callers keep steps short by splitting long prompts.

import { InferenceSession, Tensor } from 'onnxruntime-node';
import { EngineError } from '../errors.ts';

export type Input =
  | { type: 'float32'; data: Float32Array; dims: readonly number[] }
  | { type: 'int32'; data: Int32Array; dims: readonly number[] };

export interface SessionOptions {
  threads: number;
}

export class Session {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  /** Loads a graph file and the weights beside it. Throws `model-damaged` if the runtime refuses it. */
  static async open(path: string, options: SessionOptions): Promise<Session> {
    try {
      const session = await InferenceSession.create(path, {
        executionProviders: ['cpu'],
        graphOptimizationLevel: 'all',
        intraOpNumThreads: options.threads,
        // Shapes change with every step; remembering a memory plan per shape would only grow.
        enableMemPattern: false,
        logSeverityLevel: 3,
      });
      return new Session(session);
    } catch (cause) {
      throw new EngineError('model-damaged', `The model could not be loaded: ${(cause as Error).message} Import it again.`, { cause });
    }
  }

  /** Runs the graph; only the outputs named in `fetches` are copied out. The inputs are read in place. */
  async run<Name extends string>(inputs: Record<string, Input>, fetches: readonly Name[]): Promise<Record<Name, Float32Array>> {
    const feeds: Record<string, Tensor> = {};
    for (const [name, input] of Object.entries(inputs)) {
      feeds[name] = input.type === 'float32' ? new Tensor('float32', input.data, input.dims) : new Tensor('int32', input.data, input.dims);
    }
    const results = await this.#session.run(feeds, fetches);
    return Object.fromEntries(fetches.map((name) => [name, results[name]?.data])) as Record<Name, Float32Array>;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
