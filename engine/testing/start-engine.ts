// A whole engine inside a test: real parts, real files in a temporary folder, a client over the real protocol.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChatEvent, ChatResult, SendMessage } from '../contract/chat.ts';
import type { DocumentScope } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import { connect, serve } from '../contract/rpc.ts';
import type { Channel, EngineClient, Service } from '../contract/rpc.ts';
import { startEngine } from '../engine.ts';
import type { TinyModelOptions } from './tiny-model.ts';
import { makeTinyModel } from './tiny-model.ts';

export interface TestEngine {
  client: EngineClient;
  service: Service;
  dataFolder: string;
  /** Stops the engine, lets `meanwhile` happen, and starts another one on the same folder. */
  restart(meanwhile?: () => void): Promise<void>;
  close(): Promise<void>;
}

const resourcesFolder = join(import.meta.dirname, '../../resources');

/** `modelId` 'starter' takes the model that ships; otherwise a tiny one with seeded weights is made. */
export async function startTestEngine(
  options: { dataFolder?: string; modelId?: string; tiny?: TinyModelOptions } = {},
): Promise<TestEngine> {
  const made = options.dataFolder === undefined ? await mkdtemp(join(tmpdir(), 'hearth-test-')) : null;
  const dataFolder = options.dataFolder ?? made ?? '';
  const modelId = options.modelId ?? (await tinyModel(dataFolder, options.tiny));
  let engine = await startEngine({ dataFolder, resourcesFolder, modelId });
  let client = clientOf(engine.service);
  return {
    get client() {
      return client;
    },
    get service() {
      return engine.service;
    },
    dataFolder,
    restart: async (meanwhile) => {
      client.close();
      await engine.close();
      meanwhile?.();
      engine = await startEngine({ dataFolder, resourcesFolder, modelId });
      client = clientOf(engine.service);
    },
    close: async () => {
      client.close();
      await engine.close();
      if (made !== null) await rm(made, { recursive: true, force: true });
    },
  };
}

async function tinyModel(dataFolder: string, options: TinyModelOptions | undefined): Promise<string> {
  const folder = join(dataFolder, 'tiny');
  await makeTinyModel(folder, options ?? { seed: 1 });
  return folder;
}

export function clientOf(service: Service): EngineClient {
  const [near, far] = channelPair();
  serve(far, service);
  return connect(near);
}

/** Two ends in one process. Frames are copied through JSON, as every real pipe does. */
export function channelPair(): [Channel, Channel] {
  const ends = [new End(), new End()] as const;
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return [ends[0], ends[1]];
}

class End implements Channel {
  other: End | null = null;
  #frame: (frame: unknown) => void = () => {};
  #close: (() => void)[] = [];

  send(frame: unknown): void {
    const text = JSON.stringify(frame);
    setImmediate(() => this.other?.receive(JSON.parse(text)));
  }
  receive(frame: unknown): void {
    this.#frame(frame);
  }
  onFrame(listener: (frame: unknown) => void): void {
    this.#frame = listener;
  }
  onClose(listener: () => void): void {
    this.#close.push(listener);
  }
  close(): void {
    const { other } = this;
    this.other = null;
    for (const listener of this.#close.splice(0)) listener();
    other?.close();
  }
}

export interface Asked extends ChatResult {
  events: ChatEvent[];
}

export interface Question extends Omit<SendMessage, 'profileId' | 'conversationId' | 'text'> {
  question: string;
  documents?: { title?: string; text: string; scope: DocumentScope }[];
  system?: string;
  systemScope?: DocumentScope;
}

/** One question in a new chat, as the CLI's `ask` does it. */
export async function ask(client: EngineClient, profileId: ProfileId, asked: Question): Promise<Asked> {
  const { question, documents = [], system, systemScope, ...options } = asked;
  const added = [];
  for (const { title = 'A document', text, scope } of documents) {
    added.push((await client.call('library.add', { profileId, title, text, scope })).id);
  }
  const conversation = await client.call('conversations.create', { profileId, documents: added, system, systemScope });
  const turn = client.stream('chat.send', { ...options, profileId, conversationId: conversation.id, text: question });
  return collect(turn);
}

export async function collect(turn: AsyncGenerator<ChatEvent, ChatResult>): Promise<Asked> {
  const events: ChatEvent[] = [];
  for (;;) {
    const step = await turn.next();
    if (step.done === true) return { ...step.value, events };
    events.push(step.value);
  }
}

export async function person(client: EngineClient, name: string): Promise<ProfileId> {
  return (await client.call('profiles.create', { name })).id;
}
