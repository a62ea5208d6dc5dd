// `hearth ask`: one question, one answer.

import type { Command } from 'commander';
import { once } from 'node:events';
import type { TurnReport } from '../contract/chat.ts';
import type { EngineClient } from '../contract/rpc.ts';
import { answerOnStdout, printResult } from './output.ts';
import { ensureProfile } from './people.ts';
import { readDocument } from './read-document.ts';
import { reuseSummary } from './reuse-summary.ts';
import { answerQuestion, openConversation } from './turn.ts';
import { addAskingOptions } from './turn-options.ts';
import type { AskingOptions } from './turn-options.ts';
import { withEngine } from './with-engine.ts';

const HEAL_AT_MOST_MS = 30_000;

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
  const { signal } = interrupt;
  // Ctrl+C stops the answer and keeps what was written; once more ends at once.
  process.once('SIGINT', () => interrupt.abort());
  await withEngine(options, async (client) => {
    const { id: profileId } = await ensureProfile(client, options.profile);
    const { id: conversationId } = await openConversation(client, profileId, { options, files });
    const view = options.json === true ? null : answerOnStdout();
    const answer = await answerQuestion(
      client,
      { profileId, conversationId, text: question },
      { options, signal, view },
    );
    if (view === null) printResult(options, answer, []);
    process.stderr.write(`${reuseSummary(answer.report)}\n`);
    if (leftApproximate(answer.report) && !signal.aborted) await heal(client, signal);
  });
}

function leftApproximate(report: TurnReport | null): boolean {
  return report !== null && report.state === 'approximate' && !report.healed;
}

/** The answer is out; before this process ends, its rows are made exact for the next one. A failure costs time only. */
async function heal(client: EngineClient, signal: AbortSignal): Promise<void> {
  const enough = AbortSignal.any([signal, AbortSignal.timeout(HEAL_AT_MOST_MS)]);
  if (process.stderr.isTTY) process.stderr.write('Computing the rest exactly for next time; Ctrl+C ends this.\n');
  const healed = client.call('cache.heal', {}).catch(() => null);
  await Promise.race([healed, once(enough, 'abort')]);
}
