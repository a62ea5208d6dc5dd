// Scenario `trace`: replays a recorded day of turns, one profile per person, in the recorded order.
// A turn that fails (its document is longer than the model's context) is counted, and the run goes on.

import { basename } from 'node:path';
import type { Conversation, TurnReport } from '../contract/chat.ts';
import { RemoteError } from '../contract/errors.ts';
import type { DocumentId } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { PolicyName } from '../contract/settings.ts';
import { BenchEngine } from './bench-engine.ts';
import { describeMachine } from './machine.ts';
import { BenchFailure } from './request.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { TRACE } from './scenarios.ts';
import { readTrace } from './trace-file.ts';
import type { Trace, TraceTurn } from './trace-file.ts';
import { traceRows } from './trace-rows.ts';
import type { TraceOutcome, TraceRow } from './trace-rows.ts';

const PROGRESS_TURNS = 25;

interface Replay {
  engine: BenchEngine;
  trace: Trace;
  policy: PolicyName;
  maxTokens: number;
  people: Map<string, ProfileId>;
  chats: Map<string, Conversation>;
  /** Why turns failed, each reason once. */
  reasons: Set<string>;
}

export async function runTrace(request: BenchRequest): Promise<BenchResult<TraceRow>> {
  if (request.trace === undefined) throw new BenchFailure('Give the trace to replay: --trace PREFIX.', { usage: true });
  const trace = readTrace(request.trace);
  const policy = request.policy ?? 'exact';
  const engine = await BenchEngine.open(request);
  try {
    const model = await engine.model();
    const maxTokens = request.maxTokens ?? TRACE.answerTokens;
    const replay: Replay = {
      engine,
      trace,
      policy,
      maxTokens,
      people: new Map(),
      chats: new Map(),
      reasons: new Set(),
    };
    const outcomes = await replayTurns(replay, trace.turns.slice(0, request.limit));
    for (const reason of replay.reasons) process.stderr.write(`failed: ${reason}\n`);
    const name = `trace-${basename(request.trace)}-${policy}`;
    return { name, machine: describeMachine(), model: model.name, rows: traceRows(outcomes) };
  } finally {
    await engine.close();
  }
}

async function replayTurns(replay: Replay, turns: TraceTurn[]): Promise<TraceOutcome[]> {
  const outcomes: TraceOutcome[] = [];
  for (const turn of turns) {
    outcomes.push({ kind: turn.kind, report: await replayTurn(replay, turn) });
    if (outcomes.length % PROGRESS_TURNS === 0)
      process.stderr.write(`trace: ${outcomes.length} of ${turns.length} turns\n`);
  }
  return outcomes;
}

async function replayTurn(replay: Replay, turn: TraceTurn): Promise<TurnReport | null> {
  try {
    const { profileId, id: conversationId } = await conversationOf(replay, turn);
    const sampling = { temperature: 0, maxTokens: replay.maxTokens };
    return await replay.engine.turn({ profileId, conversationId, text: turn.message, policy: replay.policy, sampling });
  } catch (error) {
    if (!(error instanceof RemoteError) || error.code === 'engine-gone') throw error;
    replay.reasons.add(`${turn.kind}: ${error.code}`);
    return null;
  }
}

async function conversationOf(replay: Replay, turn: TraceTurn): Promise<Conversation> {
  const known = replay.chats.get(turn.chat);
  if (known !== undefined) return known;
  const { client } = replay.engine;
  const profileId = await profileOf(replay, turn.profile);
  const documents: DocumentId[] = [];
  for (const id of turn.documents) {
    const document = replay.trace.documents.get(id);
    if (document === undefined) throw new BenchFailure(`The trace has no document ${id}.`, { usage: false });
    const { scope, text } = document;
    const title = document.title.trim().slice(0, 200) || id;
    documents.push((await client.call('library.add', { profileId, scope, text, title })).id);
  }
  const { system, scope: systemScope } = turn;
  const conversation = await client.call('conversations.create', { profileId, system, systemScope, documents });
  replay.chats.set(turn.chat, conversation);
  return conversation;
}

async function profileOf(replay: Replay, name: string): Promise<ProfileId> {
  const known = replay.people.get(name);
  if (known !== undefined) return known;
  const { id } = await replay.engine.client.call('profiles.create', { name });
  replay.people.set(name, id);
  return id;
}

/** One line per kind of turn, for a person. */
export function describeTrace(rows: TraceRow[]): string[] {
  return rows.map((row) => {
    const reused = row.promptTokens - row.tokens.fresh;
    return (
      `${row.kind}: ${row.turns} turns, ${row.failed} failed, ${reused} of ${row.promptTokens} tokens reused, ` +
      `computed ${row.tokenLayers ?? '-'}, first token after ${row.ttftMs.p50 ?? '-'} ms (p95 ${row.ttftMs.p95 ?? '-'} ms)`
    );
  });
}
