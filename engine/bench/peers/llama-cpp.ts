// llama.cpp as a benchmark sees it: a child process with a model open, asked one thing at a time.

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import { z } from 'zod';
import { BenchFailure } from '../request.ts';
import type { GgufType } from './gguf-file.ts';

/** `auto`: llama.cpp decides. */
export type FlashAttention = boolean | 'auto';

export interface PeerModel {
  /** GGUF. */
  file: string;
  threads: number;
  contextTokens: number;
  keysAndValues: GgufType;
  flashAttention: FlashAttention;
}

export interface PeerPrompt {
  tokens: Int32Array;
  /** Tokens of the answer; it does not end before. */
  count: number;
  /** Whose: people share nothing. */
  sequence: 0 | 1;
  /** Forgets first what the sequence holds. */
  fresh?: boolean;
  /** Takes over first what `save` wrote, whoever it belonged to. */
  stateFile?: string;
}

const openedSchema = z.object({ release: z.string(), package: z.string(), kernels: z.string(), features: z.string() });
const answerSchema = z.object({
  output: z.array(z.number()),
  reusedTokens: z.number(),
  ttftMs: z.number(),
  decodeMs: z.number(),
  childMs: z.number(),
});
const replySchema = z.object({ id: z.number(), result: z.unknown().optional(), error: z.string().optional() });

/**
 * Times in milliseconds: to the first token, everything counted, and for the tokens after it; `childMs`: what another
 * process than this one computed for it, all of its threads together.
 */
export type PeerAnswer = z.infer<typeof answerSchema>;

export interface PeerProgram {
  /** Of llama.cpp. */
  release: string;
  /** What it came in. */
  package: string;
  /** Which of its builds for different processors it chose here, as it is named. */
  kernels: string;
  /** What of the processor these use. */
  features: string[];
}

export class LlamaCpp {
  readonly #child: ChildProcess;
  #asked = 0;
  program: PeerProgram = { release: '', package: '', kernels: '', features: [] };

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async open(program: string, model: PeerModel): Promise<LlamaCpp> {
    const child = fork(program, { cwd: dirname(program), stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const peer = new LlamaCpp(child);
    try {
      const opened = openedSchema.parse(await peer.#call('open', { ...model }));
      peer.program = { ...opened, features: featuresIn(opened.features) };
      return peer;
    } catch (error) {
      await peer.close();
      throw error;
    }
  }

  async answer({ tokens, ...prompt }: PeerPrompt): Promise<PeerAnswer> {
    return answerSchema.parse(await this.#call('answer', { ...prompt, tokens: [...tokens] }));
  }

  /** Writes what a sequence holds to a file. */
  async save(sequence: PeerPrompt['sequence'], file: string): Promise<void> {
    await this.#call('save', { sequence, file });
  }

  async close(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill();
    await ended;
  }

  #call(command: string, request: object): Promise<unknown> {
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => reject(new BenchFailure(`llama.cpp: ${reason}`, { usage: false }));
      const onExit = () => fail('its process ended');
      this.#child.once('exit', onExit);
      this.#child.once('message', (message) => {
        this.#child.off('exit', onExit);
        const reply = replySchema.parse(message);
        if (reply.error !== undefined) fail(reply.error);
        else resolve(reply.result);
      });
      this.#child.send({ id, command, ...request });
    });
  }
}

/** Of llama.cpp's own list, `CPU : AVX2 = 1 | FMA = 0 | `, what is in use. */
export function featuresIn(list: string): string[] {
  return [...list.matchAll(/(\w+) = 1\b/g)].map(([, name]) => name!);
}
