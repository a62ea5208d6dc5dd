// `hearth ask`: one question, one answer.

import type { Command } from 'commander';
import { printResult, writeAnswer } from './output.ts';
import { readDocument } from './read-document.ts';
import { answerQuestion, openConversation, reuseSummary } from './turn.ts';
import { addAskingOptions } from './turn-options.ts';
import type { AskingOptions } from './turn-options.ts';
import { withEngine } from './with-engine.ts';

export function addAskCommand(program: Command): void {
  const command = program.command('ask').description('ask one question').argument('<question>', 'the question');
  addAskingOptions(command).action(async (question: string) => {
    if (question.trim() === '') command.error('error: the question is empty');
    await ask(question, command.optsWithGlobals<AskingOptions>());
  });
}

async function ask(question: string, options: AskingOptions): Promise<void> {
  const files = options.document.map(readDocument);
  const interrupt = new AbortController();
  // Ctrl+C stops the answer and keeps what was written; once more ends at once.
  process.once('SIGINT', () => interrupt.abort());
  await withEngine(options, async (client) => {
    const { profileId, id: conversationId } = await openConversation(client, options, files);
    const write = options.json === true ? null : writeAnswer;
    const how = { options, signal: interrupt.signal, write };
    const answer = await answerQuestion(client, { profileId, conversationId, text: question }, how);
    if (write !== null) write('\n');
    else printResult(options, answer, []);
    process.stderr.write(`${reuseSummary(answer.report)}\n`);
  });
}
