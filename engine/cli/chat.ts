// `hearth chat`: a conversation in the terminal, or over a pipe with one message per line.

import type { Command } from 'commander';
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import type { Conversation } from '../contract/chat.ts';
import { RemoteError } from '../contract/errors.ts';
import type { EngineClient } from '../contract/rpc.ts';
import { answerOnStdout, printResult } from './output.ts';
import { ensureProfile } from './people.ts';
import { readDocument } from './read-document.ts';
import { reuseSummary } from './reuse-summary.ts';
import { answerQuestion, openConversation } from './turn.ts';
import type { Answer } from './turn.ts';
import { addAskingOptions } from './turn-options.ts';
import type { AskingOptions } from './turn-options.ts';
import { withEngine } from './with-engine.ts';

export function addChatCommand(program: Command): void {
  const command = program.command('chat').description('talk, one line per message; Ctrl+C stops an answer, then ends');
  addAskingOptions(command).action(() => chat(command.optsWithGlobals<AskingOptions>()));
}

async function chat(options: AskingOptions): Promise<void> {
  const files = options.document.map(readDocument);
  await withEngine(options, async (client) => {
    const { id: profileId } = await ensureProfile(client, options.profile);
    const conversation = await openConversation(client, profileId, { options, files });
    const answers = await talk(client, conversation, options);
    if (options.json === true) printResult(options, { conversationId: conversation.id, answers }, []);
  });
}

/** Reads lines until the input or the person ends; a turn that failed is told and the talk goes on. */
async function talk(client: EngineClient, conversation: Conversation, options: AskingOptions): Promise<Answer[]> {
  const answers: Answer[] = [];
  const lines = createInterface({
    input: process.stdin,
    output: process.stderr,
    prompt: '> ',
    terminal: process.stdin.isTTY,
  });
  const interrupts = new Interrupts(lines);
  interrupts.prompt();
  for await (const line of lines) {
    if (line.trim() !== '') {
      const answer = await answerLine(client, { conversation, line, options, signal: interrupts.next() });
      if (answer !== null) answers.push(answer);
      interrupts.idle();
    }
    if (interrupts.ended) break;
    interrupts.prompt();
  }
  interrupts.release();
  return answers;
}

interface Line {
  conversation: Conversation;
  line: string;
  options: AskingOptions;
  signal: AbortSignal;
}

async function answerLine(client: EngineClient, turn: Line): Promise<Answer | null> {
  const { profileId, id: conversationId } = turn.conversation;
  const view = turn.options.json === true ? null : answerOnStdout();
  try {
    const question = { profileId, conversationId, text: turn.line };
    const answer = await answerQuestion(client, question, { options: turn.options, signal: turn.signal, view });
    process.stderr.write(`${reuseSummary(answer.report)}\n`);
    return answer;
  } catch (error) {
    if (!(error instanceof RemoteError) || error.code === 'engine-gone') throw error;
    process.stderr.write(`${error.message}\n`);
    return null;
  }
}

/** The first Ctrl+C stops the answer under way; the second, or one while nothing runs, ends the talk. */
class Interrupts {
  ended = false;
  #inputEnded = false;
  readonly #lines: Interface;
  #running: AbortController | null = null;

  constructor(lines: Interface) {
    this.#lines = lines;
    lines.once('close', () => (this.#inputEnded = true));
    // A terminal in raw mode reports the key to readline, a pipe leaves it to the process.
    lines.on('SIGINT', this.#interrupt);
    process.on('SIGINT', this.#interrupt);
  }

  prompt(): void {
    // Lines read before the input ended are still to be answered; nothing more is asked for.
    if (!this.#inputEnded) this.#lines.prompt();
  }

  next(): AbortSignal {
    this.#running = new AbortController();
    return this.#running.signal;
  }

  idle(): void {
    this.#running = null;
  }

  release(): void {
    process.off('SIGINT', this.#interrupt);
    this.#lines.close();
  }

  readonly #interrupt = (): void => {
    if (this.#running !== null && !this.#running.signal.aborted) return this.#running.abort();
    this.ended = true;
    this.#lines.close();
  };
}
