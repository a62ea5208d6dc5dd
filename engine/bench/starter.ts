// Scenario `starter`: how well the built-in model reads, through the engine as every client has it: policy off, the
// likeliest token. Its pages are of a world that its training does not know; what is measured is in `starter-cases.ts`.

import type { ConversationId } from '../contract/chat.ts';
import type { DocumentId } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import { RemoteError } from '../contract/errors.ts';
import { BenchEngine } from './bench-engine.ts';
import { BenchModel } from './bench-model.ts';
import { describeMachine } from './machine.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { STARTER } from './scenarios.ts';
import { casesOf } from './starter-cases.ts';
import type { StarterCase, StarterTurn } from './starter-draw.ts';
import { libraryCases } from './starter-library.ts';
import { measurePerplexity } from './starter-perplexity.ts';
import { outcomeOf, starterRows } from './starter-rows.ts';
import type { PerplexityRow, StarterOutcome, StarterRow } from './starter-rows.ts';

const OFF = { policy: 'off', sampling: { temperature: 0, maxTokens: STARTER.answerTokens } } as const;
const GROUPS = ['length', 'familiar', 'moved', 'edit', 'wording', 'two-hop', 'unanswerable', 'chat'] as const;

export interface StarterResult extends BenchResult<StarterRow> {
  /** What was answered to the suggested questions of the sample documents. */
  library: { question: string; answer: string; right: boolean }[];
  perplexity: PerplexityRow[];
  /** Questions that did not fit into the context. */
  tooLong: number;
  /** The first answers of each row that are not right: what one looks at when a figure is bad. */
  notRight: { caseId: string; name: string; question: string; wanted: string; answer: string }[];
}

export async function runStarter(request: BenchRequest): Promise<StarterResult> {
  const { cases, perplexity } = await prepare(request);
  const engine = await BenchEngine.open(request);
  try {
    await engine.client.call('settings.set', { policy: 'off' });
    const { id: profileId } = await engine.client.call('profiles.create', { name: 'ana' });
    const outcomes: StarterOutcome[] = [];
    let tooLong = 0;
    for (const [at, of] of cases.entries()) {
      if (of.group !== cases[at - 1]?.group) process.stderr.write(`starter: ${of.group}\n`);
      const asked = await ask(engine, profileId, of);
      tooLong += of.turns.length - asked.length;
      outcomes.push(...asked);
    }
    const { name: model } = await engine.model();
    return {
      name: 'starter',
      machine: describeMachine(),
      model,
      rows: starterRows(outcomes),
      library: outcomes
        .filter(({ group }) => group === 'library')
        .map(({ question, answer, verdict }) => ({ question, answer, right: verdict === 'right' })),
      perplexity,
      tooLong,
      notRight: notRight(outcomes),
    };
  } finally {
    await engine.close();
  }
}

/** What is done with the model in this process: pages are measured in its tokens, and chats are read along it. */
async function prepare(request: BenchRequest): Promise<{ cases: StarterCase[]; perplexity: PerplexityRow[] }> {
  const bench = await BenchModel.open(request);
  try {
    const { text, model } = bench.loaded;
    let counted = 0;
    const countTokens = (page: string) => text.countTokens(String(counted++), page.length, () => page) ?? Infinity;
    const longest = model.shape.context - STARTER.answerTokens - STARTER.questionTokens;
    const count = request.limit ?? (request.quick ? STARTER.quickPrompts : STARTER.prompts);
    const source = { seed: STARTER.seed, countTokens, longest };
    const cases = [...libraryCases(), ...GROUPS.flatMap((group) => casesOf(group, count, source))];
    return { cases, perplexity: await measurePerplexity(bench) };
  } finally {
    await bench.close();
  }
}

/** Asks the questions of a case in one new chat; those that no longer fit are left out. */
async function ask(engine: BenchEngine, profileId: ProfileId, of: StarterCase): Promise<StarterOutcome[]> {
  const { client } = engine;
  const documents: DocumentId[] = [];
  for (const text of of.documents) {
    const added = await client.call('library.add', { profileId, scope: 'private', title: 'A page', text });
    documents.push(added.id);
  }
  const { id: conversationId } = await client.call('conversations.create', {
    profileId,
    documents,
    ...(of.system === null ? {} : { system: of.system }),
  });
  const outcomes: StarterOutcome[] = [];
  try {
    for (const turn of of.turns) {
      outcomes.push(await answer(engine, { profileId, conversationId, of, turn }));
    }
  } catch (error) {
    if (!(error instanceof RemoteError && error.code === 'context-exceeded')) throw error;
  } finally {
    // Its private documents go with it.
    await client.call('conversations.remove', { profileId, conversationId });
  }
  return outcomes;
}

async function answer(
  { client }: BenchEngine,
  of: { profileId: ProfileId; conversationId: ConversationId; of: StarterCase; turn: StarterTurn },
): Promise<StarterOutcome> {
  const { profileId, conversationId, turn } = of;
  const stream = client.stream('chat.send', { profileId, conversationId, text: turn.question, ...OFF });
  for (;;) {
    const step = await stream.next();
    if (step.done !== true) continue;
    const { text, report } = step.value.message;
    return outcomeOf(of.of, turn, { answer: text, promptTokens: report?.promptTokens ?? 0 });
  }
}

function notRight(outcomes: readonly StarterOutcome[]): StarterResult['notRight'] {
  const missed = outcomes.filter(({ verdict }) => verdict !== 'right');
  const rows = Map.groupBy(missed, ({ group, name }) => `${group}: ${name}`);
  return [...rows].flatMap(([name, own]) =>
    own
      .slice(0, STARTER.shownOfRow)
      .map(({ caseId, question, wanted, answer }) => ({ caseId, name, question, wanted, answer })),
  );
}
