// Scenario `trace`: replays recorded days of turns, one profile per person, in the recorded order.
// Nothing is waited for in real time: before a turn that follows some quiet seconds, policy `hearth` may do what it
// would have done in them, and no longer. A turn that fails (its document is longer than the model's context) is
// counted, and the run goes on.

import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Conversation, TurnReport } from '../contract/chat.ts';
import { RemoteError } from '../contract/errors.ts';
import { BenchEngine } from './bench-engine.ts';
import { describeMachine } from './machine.ts';
import { projectFile } from './project.ts';
import { BenchFailure } from './request.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { TRACE } from './scenarios.ts';
import { readTrace } from './trace-file.ts';
import type { Trace, TraceTurn } from './trace-file.ts';
import { TracePeople } from './trace-people.ts';
import { IDLE_SECONDS, traceRows, traceSummaries } from './trace-rows.ts';
import type { Strangers, TraceOutcome, TraceRow, TraceRun, TraceSummary } from './trace-rows.ts';

const PROGRESS_TURNS = 25;
/** Longer pauses give nothing more to do. */
const MOST_REST_SECONDS = 3600;

export interface TraceResult extends BenchResult<TraceRow> {
  /** Only where more than one policy was replayed. */
  summary?: TraceSummary[];
}

interface Replay extends TraceRun {
  engine: BenchEngine;
  people: TracePeople;
  maxTokens: number;
  /** Why turns failed, each reason once. */
  reasons: Set<string>;
}

/** Without a trace our own ones are replayed; without a policy all that are compared with each other. */
export async function runTrace(request: BenchRequest): Promise<TraceResult> {
  const prefixes = request.trace === undefined ? ownTraces() : [request.trace];
  const rows: TraceRow[] = [];
  const strangers = new Map<string, Strangers>();
  let model = '';
  for (const prefix of prefixes) {
    const trace = readTrace(prefix);
    for (const run of runsOf(basename(prefix), request)) {
      process.stderr.write(`trace: ${run.trace}, ${run.policy}, idle time ${run.idle}, sharing ${run.sharing}\n`);
      const engine = await BenchEngine.open(request);
      try {
        model = (await engine.model()).name;
        const replayed = await replayAll(engine, run, trace, request);
        rows.push(...replayed.rows);
        if (run.idle === 'given') strangers.set(run.trace, replayed.strangers);
      } finally {
        await engine.close();
      }
    }
  }
  const result = { name: nameOf(request), machine: describeMachine(), model, rows };
  return request.policy === undefined ? { ...result, summary: traceSummaries(rows, strangers) } : result;
}

function ownTraces(): string[] {
  return TRACE.own.map((name) => projectFile('engine', 'bench', 'traces', name));
}

function nameOf({ trace, policy }: BenchRequest): string {
  return ['trace', ...(trace === undefined ? [] : [basename(trace)]), ...(policy === undefined ? [] : [policy])].join(
    '-',
  );
}

/** Idle time changes nothing for `off`; `exact` reads nothing ahead, as other prefix caches do not. */
function runsOf(trace: string, { policy, quick }: BenchRequest): TraceRun[] {
  const run = { trace, idle: 'none', sharing: 'scopes' } as const;
  const hearth: TraceRun = { ...run, policy: 'hearth', idle: 'given' };
  if (policy !== undefined) return [policy === 'hearth' ? hearth : { ...run, policy }];
  const exact: TraceRun = { ...run, policy: 'exact' };
  if (quick) return [exact, hearth];
  return [{ ...run, policy: 'off' }, { ...exact, sharing: 'none' }, exact, { ...hearth, idle: 'none' }, hearth];
}

async function replayAll(
  engine: BenchEngine,
  run: TraceRun,
  trace: Trace,
  request: BenchRequest,
): Promise<{ rows: TraceRow[]; strangers: Strangers }> {
  const limit = request.limit ?? (request.quick ? TRACE.quickTurns : undefined);
  const maxTokens = request.maxTokens ?? TRACE.answerTokens;
  // What happens between turns follows the machine's setting.
  await engine.client.call('settings.set', { policy: run.policy });
  const replay: Replay = {
    ...run,
    engine,
    people: new TracePeople(engine, trace, { apart: run.sharing === 'none' }),
    maxTokens,
    reasons: new Set(),
  };
  const turns = trace.turns.slice(0, limit);
  const outcomes = await replayTurns(replay, turns);
  const strangers = run.idle === 'given' ? await askAsStrangers(replay, turns) : { turns: 0, privateTokens: 0 };
  for (const reason of replay.reasons) process.stderr.write(`failed: ${reason}\n`);
  return { rows: traceRows(run, outcomes), strangers };
}

async function replayTurns(replay: Replay, turns: TraceTurn[]): Promise<TraceOutcome[]> {
  const outcomes: TraceOutcome[] = [];
  let before = 0;
  for (const turn of turns) {
    const gapSeconds = turn.atSeconds - before;
    before = turn.atSeconds;
    outcomes.push({ kind: turn.kind, gapSeconds, report: await replayTurn(replay, turn, gapSeconds) });
    if (outcomes.length % PROGRESS_TURNS === 0)
      process.stderr.write(`trace: ${outcomes.length} of ${turns.length} turns\n`);
  }
  return outcomes;
}

function replayTurn(replay: Replay, turn: TraceTurn, gapSeconds: number): Promise<TurnReport | null> {
  return counted(replay, turn, async () => {
    const chat = await replay.people.chatOf(turn);
    if (replay.idle === 'given' && gapSeconds >= IDLE_SECONDS) await rest(replay, chat, gapSeconds);
    return ask(replay, chat, turn.message, replay.maxTokens);
  });
}

/**
 * The chat is open and its documents are attached, as on the page; what that and earlier turns left to do is done,
 * as far as the time goes that the trace leaves.
 */
async function rest({ engine: { client } }: Replay, chat: Conversation, gapSeconds: number): Promise<void> {
  const of = { profileId: chat.profileId, conversationId: chat.id };
  const work = async () => {
    await client.call('conversations.prepare', of);
    await client.call('conversations.settled', of);
    for (const document of chat.documents) {
      if (document.scope !== 'library') continue;
      await client.call('library.prepare', { profileId: chat.profileId, documentId: document.id });
    }
  };
  const clock = new AbortController();
  await Promise.race([
    work().finally(() => clock.abort()),
    pause(Math.min(gapSeconds, MOST_REST_SECONDS) * 1000, undefined, { signal: clock.signal, ref: false }).catch(
      () => {},
    ),
  ]);
}

/** Newcomers attach and ask what was private to others; whatever they are given of it was never theirs. */
async function askAsStrangers(replay: Replay, turns: TraceTurn[]): Promise<Strangers> {
  const ofPrivate = turns.toReversed().filter((turn) => turn.scope === 'private');
  const firsts = new Map(ofPrivate.map((turn) => [turn.chat, turn]));
  const strangers: Strangers = { turns: 0, privateTokens: 0 };
  for (const turn of [...firsts.values()].slice(0, TRACE.strangers)) {
    const report = await counted(replay, turn, async () => {
      const chat = await replay.people.chatOfStranger(turn, `stranger ${strangers.turns + 1}`);
      return ask(replay, chat, turn.message, 1);
    });
    if (report === null) continue;
    strangers.turns++;
    strangers.privateTokens += report.sharedFrom.private;
  }
  if (strangers.privateTokens > 0) {
    const message = `A stranger was given ${strangers.privateTokens} rows of other people's private text.`;
    throw new BenchFailure(message, { usage: false });
  }
  return strangers;
}

async function ask(replay: Replay, chat: Conversation, text: string, maxTokens: number): Promise<TurnReport> {
  const { profileId, id: conversationId } = chat;
  const sampling = { temperature: 0, maxTokens };
  return replay.engine.turn({ profileId, conversationId, text, policy: replay.policy, sampling });
}

/** Null for what the engine refused; the reason is kept. */
async function counted<T>({ reasons }: Replay, turn: TraceTurn, act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof RemoteError) || error.code === 'engine-gone') throw error;
    reasons.add(`${turn.kind}: ${error.code}`);
    return null;
  }
}
