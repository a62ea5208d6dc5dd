// The only file that knows ONNX Runtime: opens a graph, runs it on typed arrays, frees it.
// A run blocks the thread until it is done; callers keep steps short by splitting long prompts.

import { InferenceSession, Tensor } from 'onnxruntime-node';
import { EngineError } from '../errors.ts';

// The runtime's tiled attention packs the same keys again for every 64 rows: with heads of 32 or 64 a prefill is slower
// by it. Read when a session is opened.
process.env['ORT_GQA_DISABLE_FLASH_ATTENTION'] ??= '1';

export type Input =
  | { type: 'float32'; data: Float32Array; dims: readonly number[] }
  | { type: 'float16'; data: Float16Array; dims: readonly number[] }
  | { type: 'int32'; data: Int32Array; dims: readonly number[] };

export type Values = Float32Array | Float16Array;

/** An input in the number type in which its values are held. */
export function valuesInput(data: Values, dims: readonly number[]): Input {
  return data instanceof Float16Array ? { type: 'float16', data, dims } : { type: 'float32', data, dims };
}

export interface SessionOptions {
  threads: number;
  /**
   * Whether idle threads wait actively between operators. Only one session of a process should: a second
   * one's waiting threads take the cores from it (measured: half the decode speed when threads = cores).
   */
  spin: boolean;
  /**
   * Whether the memory of the largest run so far is kept for the next one. It pays for sessions that run all the time:
   * a prefill of the starter takes a tenth longer without it. Elsewhere memory would never come back.
   */
  arena?: boolean;
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
        enableCpuMemArena: options.arena === true,
        extra: { session: { intra_op: { allow_spinning: options.spin ? '1' : '0' } } },
        logSeverityLevel: 3,
      });
      return new Session(session);
    } catch (cause) {
      throw new EngineError('model-damaged', `The model could not be loaded: ${String(cause)}. Import it again.`, {
        cause,
      });
    }
  }

  /** Runs the graph; only the outputs named in `fetches`, all of them floats, are copied out. Inputs are read in place. */
  async run(inputs: Record<string, Input>, fetches: readonly string[]): Promise<Record<string, Float32Array>> {
    const outputs = await this.runMixed(inputs, fetches);
    for (const [name, data] of Object.entries(outputs)) {
      if (data instanceof Float16Array) throw new Error(`the graph gave 16 bits for ${name}`);
    }
    return outputs as Record<string, Float32Array>;
  }

  /** The same where outputs may be 16-bit floats. */
  async runMixed(inputs: Record<string, Input>, fetches: readonly string[]): Promise<Record<string, Values>> {
    const feeds: Record<string, Tensor> = {};
    for (const [name, input] of Object.entries(inputs)) feeds[name] = tensorOf(input);
    const results = await this.#session.run(feeds, fetches);
    const outputs: Record<string, Values> = {};
    for (const name of fetches) {
      const data: unknown = results[name]?.data;
      if (!(data instanceof Float32Array) && !(data instanceof Float16Array))
        throw new Error(`the graph gave no floats for ${name}`);
      outputs[name] = data;
    }
    return outputs;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

function tensorOf({ type, data, dims }: Input): Tensor {
  if (type !== 'float16') return new Tensor(type, data, dims);
  const bits = new Uint16Array(data.buffer, data.byteOffset, data.length);
  // The runtime's binding reads 16-bit floats from a Uint16Array only, where its JavaScript part insists on the other.
  return Object.defineProperty(new Tensor(type, bits, dims), 'data', { value: bits });
}
