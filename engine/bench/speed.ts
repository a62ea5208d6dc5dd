// Scenario `speed`: time to the first token of a question on a document that was read before: behind the same system
// text (exact) and behind another one (moved, at both quality levels), each beside a full computation (off), in turn, in
// one run; first with a donor that stood behind another text, then with a canonical one. Last, of documents that were
// never read (miss): in many rounds of their own, because what is looked for there is a few milliseconds.

import { setTimeout as pause } from 'node:timers/promises';
import type { TurnReport } from '../contract/chat.ts';
import type { DocumentId } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { PolicyName, Quality } from '../contract/settings.ts';
import { seededRandom } from '../sample/random.ts';
import { BenchEngine } from './bench-engine.ts';
import { describeMachine } from './machine.ts';
import { BenchFailure } from './request.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { SPEED } from './scenarios.ts';
import { speedRow } from './speed-rows.ts';
import type { SpeedRow, SpeedRuns } from './speed-rows.ts';
import { lockerList, lockerQuestion, longSystemText, shortSystemText } from './speed-text.ts';

interface Bench {
  engine: BenchEngine;
  profileId: ProfileId;
  random: () => number;
  heals: boolean;
  /** Lines of a document, so that a prompt with it has the wanted length. */
  lines: number;
}

/** Lets the engine write what the last turn left, so that no turn pays for the one before. */
const SETTLE_MS = 200;
/** Short documents that show how long a line is. */
const PROBE_LINES = [1, 9] as const;
/** Beyond the prompt and the answer. */
const ROOM_TOKENS = 64;

export async function runSpeed(request: BenchRequest): Promise<BenchResult<SpeedRow>> {
  const wanted = request.tokens ?? (request.quick ? SPEED.quickShapeTokens : SPEED.shapeTokens);
  const engine = await BenchEngine.open(request, { contextTokens: wanted + SPEED.answerTokens + ROOM_TOKENS });
  try {
    const model = await engine.model();
    const longest = model.contextTokens - SPEED.answerTokens;
    const promptTokens = Math.min(request.shape === undefined ? (request.tokens ?? longest) : wanted, longest);
    const bench = await prepare(engine, promptTokens, request.shape === undefined);
    const document = await addDocument(bench, bench.lines);
    const rounds = roundsOf(request);
    const rows = [
      await measureOther(bench, document, rounds),
      await measureCanonical(bench, document, rounds),
      await measureMiss(bench, rounds),
    ];
    const name = request.shape === undefined ? 'speed' : `speed-${request.shape}`;
    return { name, machine: describeMachine(), model: model.name, rows };
  } finally {
    await engine.close();
  }
}

interface Rounds {
  /** Before those that count: the runtime compiles what runs often. */
  warmUps: number;
  counted: number;
  /** Of misses, after the others. */
  misses: number;
}

/** A large model takes most of a minute for a prefill, and little of its time is the program's own. */
function roundsOf({ quick, shape }: BenchRequest): Rounds {
  const [counted, misses] =
    shape === undefined ? [SPEED.rounds, SPEED.missRounds] : [SPEED.shapeRounds, SPEED.shapeRounds];
  const warmUps = shape === undefined ? 2 : 0;
  return quick ? { warmUps, counted: SPEED.quickRounds, misses: SPEED.quickRounds } : { warmUps, counted, misses };
}

async function prepare(engine: BenchEngine, promptTokens: number, heals: boolean): Promise<Bench> {
  // Nothing is read ahead or healed behind the back of a measurement.
  await engine.client.call('settings.set', { policy: 'off' });
  const { id: profileId } = await engine.client.call('profiles.create', { name: 'ana' });
  const bench: Bench = { engine, profileId, random: seededRandom(SPEED.seed), heals, lines: 0 };
  const lengths: number[] = [];
  for (const lines of PROBE_LINES) {
    const document = await addDocument(bench, lines);
    lengths.push((await ask(bench, { document, system: longSystemText(bench.random), policy: 'off' })).promptTokens);
    await remove(bench, document);
  }
  // All lines have one length.
  const [few, many] = lengths as [number, number];
  const [least, most] = PROBE_LINES;
  bench.lines = Math.floor(least + ((promptTokens - few) * (most - least)) / (many - few));
  if (bench.lines < 1) throw new BenchFailure(`${promptTokens} tokens leave no room for a document.`, { usage: true });
  return bench;
}

/** The donor stands behind a text of somebody's, as after any earlier question. */
async function measureOther(bench: Bench, document: DocumentId, rounds: Rounds): Promise<SpeedRow> {
  const system = shortSystemText(bench.random);
  await ask(bench, { document, system, policy: 'exact' });
  const runs: SpeedRuns = { off: [], exact: [], balanced: [], fast: [] };
  for (let round = 0; round < rounds.warmUps + rounds.counted; round++) {
    process.stderr.write(`speed: round ${round + 1} of ${rounds.warmUps + rounds.counted}\n`);
    const moved = () => ({ document, system: longSystemText(bench.random), policy: 'hearth' }) as const;
    const asked: [keyof SpeedRuns, () => Promise<TurnReport>][] = [
      ['off', () => ask(bench, { document, system: longSystemText(bench.random), policy: 'off' })],
      ['exact', () => ask(bench, { document, system, policy: 'exact' })],
      ['balanced', () => ask(bench, moved())],
      ['fast', () => ask(bench, { ...moved(), quality: 'fast' })],
    ];
    // Forth and back, so that nobody always follows the same one.
    for (const [kind, turn] of round % 2 === 0 ? asked : asked.toReversed()) {
      const report = await turn();
      if (round >= rounds.warmUps) runs[kind]!.push(report);
    }
  }
  return speedRow('other', runs);
}

/** Nothing was read before: what looking costs. Who comes first takes turns, because it splits the text into tokens. */
async function measureMiss(bench: Bench, { misses }: Rounds): Promise<SpeedRow> {
  const runs = { off: [], miss: [] } satisfies SpeedRuns as Record<'off' | 'miss', TurnReport[]>;
  const unknowns: DocumentId[] = [];
  for (let round = 0; round < misses; round++) {
    if (round % 10 === 0) process.stderr.write(`speed: misses, round ${round + 1} of ${misses}\n`);
    const document = await addDocument(bench, bench.lines);
    const system = longSystemText(bench.random);
    const kinds = [
      ['off', 'off'],
      ['miss', 'hearth'],
    ] as const;
    for (const [kind, policy] of round % 2 === 0 ? kinds : kinds.toReversed()) {
      runs[kind].push(await ask(bench, { document, system, policy }));
    }
    unknowns.push(document);
  }
  // Removing texts makes the engine forget the rows of sequences that are over: not between turns that count.
  for (const unknown of unknowns) await remove(bench, unknown);
  return speedRow('none', runs);
}

/** The engine has read the document ahead, behind nothing but its own neutral text. */
async function measureCanonical(bench: Bench, document: DocumentId, rounds: Rounds): Promise<SpeedRow> {
  const { client } = bench.engine;
  process.stderr.write('speed: reading the document ahead\n');
  await client.call('settings.set', { policy: 'exact' });
  await client.call('library.prepare', { profileId: bench.profileId, documentId: document });
  await client.call('settings.set', { policy: 'off' });
  const runs = { off: [], balanced: [], fast: [] } satisfies SpeedRuns as Record<
    'off' | 'balanced' | 'fast',
    TurnReport[]
  >;
  for (let round = 0; round < rounds.counted; round++) {
    process.stderr.write(`speed: canonical, round ${round + 1} of ${rounds.counted}\n`);
    const of = () => ({ document, system: longSystemText(bench.random) });
    runs.off.push(await ask(bench, { ...of(), policy: 'off' }));
    runs.balanced.push(await ask(bench, { ...of(), policy: 'hearth' }));
    runs.fast.push(await ask(bench, { ...of(), policy: 'hearth', quality: 'fast' }));
  }
  return speedRow('canonical', runs);
}

interface Asked {
  document: DocumentId;
  system: string;
  policy: PolicyName;
  quality?: Quality;
}

/** In a chat of its own. */
async function ask(bench: Bench, { document, system, policy, quality = 'balanced' }: Asked): Promise<TurnReport> {
  const { engine, profileId } = bench;
  // A person reads before asking on: what the last turn left is healed and written by then. A large shape would take
  // minutes.
  if (bench.heals) await engine.client.call('cache.heal', {});
  await pause(SETTLE_MS);
  const { id: conversationId } = await engine.client.call('conversations.create', {
    profileId,
    system,
    systemScope: 'library',
    documents: [document],
  });
  return engine.turn({
    profileId,
    conversationId,
    text: lockerQuestion(bench.random),
    policy,
    quality,
    verify: false,
    sampling: { temperature: 0, maxTokens: SPEED.answerTokens },
  });
}

async function addDocument({ engine, profileId, random }: Bench, lines: number): Promise<DocumentId> {
  const text = lockerList(lines, random);
  const title = `Lockers, ${lines} lines`;
  return (await engine.client.call('library.add', { profileId, scope: 'library', title, text })).id;
}

async function remove({ engine, profileId }: Bench, documentId: DocumentId): Promise<void> {
  await engine.client.call('library.remove', { profileId, documentId });
}
