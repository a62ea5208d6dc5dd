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
  /** Of keys and values. */
  precision: GgufType;
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

const openedSchema = z.object({ version: z.string() });
const answerSchema = z.object({
  output: z.array(z.number()),
  reusedTokens: z.number(),
  ttftMs: z.number(),
  decodeMs: z.number(),
});
const replySchema = z.object({ id: z.number(), result: z.unknown().optional(), error: z.string().optional() });

/** Times in milliseconds: to the first token, everything counted, and for the tokens after it. */
export type PeerAnswer = z.infer<typeof answerSchema>;

export class LlamaCpp {
  readonly #child: ChildProcess;
  #asked = 0;
  /** Of llama.cpp. */
  version = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async open(program: string, model: PeerModel): Promise<LlamaCpp> {
    const child = fork(program, { cwd: dirname(program), stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const peer = new LlamaCpp(child);
    try {
      peer.version = openedSchema.parse(await peer.#call('open', { ...model })).version;
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
