// Entry of the bench program: runs one scenario, writes its result file and prints it.
// Its command line was checked by `hearth bench`; exit codes are the same: 0 done, 1 failed, 2 wrong usage.

import { parseArgs } from 'node:util';
import { engineEnvironment } from '../contract/engine-environment.ts';
import { POLICIES } from '../contract/settings.ts';
import { defaultDataFolder } from '../lib/data-folder.ts';
import { runFuzz } from './fuzz.ts';
import { describeFuzz } from './fuzz-rows.ts';
import { describeChats } from './ladder-chat-rows.ts';
import { runLadderChats } from './ladder-chats.ts';
import { describeLadder } from './ladder-rows.ts';
import { runAblations, runLadder } from './ladder.ts';
import { describePapers, papersPage } from './papers-report.ts';
import { papersPlots } from './papers-plots.ts';
import { runPapers } from './papers.ts';
import type { PapersResult } from './papers.ts';
import { describeBudgets, runBudgets } from './papers-budgets.ts';
import { describeLengths, lengthsPage, lengthsPlots } from './papers-lengths-report.ts';
import { runLengths } from './papers-lengths.ts';
import { describePeers, peersPage } from './peers-report.ts';
import { peersName, runPeers } from './peers.ts';
import type { PeersResult } from './peers.ts';
import { describePrefix } from './prefix-rows.ts';
import { runPrefix } from './prefix.ts';
import { describeRepair } from './repair-rows.ts';
import type { RepairRow } from './repair-rows.ts';
import { runRepair } from './repair.ts';
import { BenchFailure } from './request.ts';
import type { BenchRequest, BenchResult } from './request.ts';
import { writePage } from './papers-files.ts';
import { readResult, writeResult } from './results.ts';
import { stampOf } from './stamp.ts';
import { describeSpeed } from './speed-rows.ts';
import { runSpeed } from './speed.ts';
import { describeStarter } from './starter-rows.ts';
import { runStarter } from './starter.ts';
import { describeStorage } from './storage-rows.ts';
import { runStorage } from './storage.ts';
import { describeTrace } from './trace-rows.ts';
import { runTrace } from './trace.ts';
import type { TraceResult } from './trace.ts';

interface Ran {
  result: BenchResult;
  lines: string[];
  /** Written beside the result file: SVG texts by name, and a Markdown page that shows them by their files. */
  plots?: Record<string, string>;
  page?: (plots: readonly string[]) => string;
}

const SCENARIOS: Record<string, (request: BenchRequest) => Promise<Ran>> = {
  prefix: async (request) => {
    const result = await runPrefix(request);
    return { result, lines: describePrefix(result.rows) };
  },
  trace: async (request) => {
    const result = await runTrace(request);
    return { result, lines: describeTrace(result.rows, result.summary) };
  },
  speed: async (request) => {
    const result = await runSpeed(request);
    return { result, lines: describeSpeed(result.rows) };
  },
  storage: async (request) => {
    const result = await runStorage(request);
    return { result, lines: describeStorage(result.rows) };
  },
  ladder: async (request) => {
    const result = await runLadder(request);
    return { result, lines: describeLadder(result) };
  },
  'ladder-ablations': async (request) => {
    const result = await runAblations(request);
    return { result, lines: describeLadder(result) };
  },
  'ladder-chats': async (request) => {
    const result = await runLadderChats(request);
    return { result, lines: describeChats(result.rows) };
  },
  papers: async (request) => {
    const { weights } = await stampOf(request);
    const kept = (name: string) => readResult(request, name, weights)?.result ?? null;
    const result = request.page === true ? (kept('papers') as PapersResult | null) : await runPapers(request);
    if (result === null) throw new BenchFailure('There is no result of papers with these weights.', { usage: false });
    const beside = {
      trace: kept('trace') as TraceResult | null,
      repair: kept('repair') as BenchResult<RepairRow> | null,
    };
    const page = (plots: readonly string[]) => papersPage(result, plots, beside);
    return { result, lines: describePapers(result), plots: papersPlots(result), page };
  },
  'papers-ttft': async (request) => {
    const result = await runLengths(request);
    const page = (plots: readonly string[]) => lengthsPage(result, plots);
    return { result, lines: describeLengths(result), plots: lengthsPlots(result), page };
  },
  'papers-budgets': async (request) => {
    const result = await runBudgets(request);
    return { result, lines: describeBudgets(result) };
  },
  starter: async (request) => {
    const result = await runStarter(request);
    return { result, lines: describeStarter(result) };
  },
  repair: async (request) => {
    const result = await runRepair(request);
    return { result, lines: describeRepair(result.rows) };
  },
  peers: async (request) => {
    const { weights } = await stampOf(request);
    const kept = () => (readResult(request, peersName(request), weights)?.result ?? null) as PeersResult | null;
    const result = request.page === true ? kept() : await runPeers(request);
    if (result === null) throw new BenchFailure('There is no result of peers with these weights.', { usage: false });
    return { result, lines: describePeers(result), page: () => peersPage(result) };
  },
  fuzz: async (request) => {
    const result = await runFuzz(request);
    return { result, lines: describeFuzz(result.summary) };
  },
};

function count(value: string | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function list(value: string | undefined): string[] | undefined {
  return value?.split(',').map((name) => name.trim());
}

function readCommandLine(): BenchRequest & { json: boolean } {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: text,
      model: text,
      shape: text,
      trace: text,
      policy: text,
      'max-tokens': text,
      limit: text,
      tokens: text,
      threads: text,
      workload: text,
      methods: text,
      page: { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
      out: text,
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    name: positionals[0] ?? '',
    dataFolder: values.data ?? defaultDataFolder(),
    policy: POLICIES.find((policy) => policy === values.policy),
    maxTokens: count(values['max-tokens']),
    limit: count(values.limit),
    tokens: count(values.tokens),
    threads: count(values.threads),
    workloads: list(values.workload),
    methods: list(values.methods),
  };
}

/** Scenarios whose engine runs in this process, and is to have memory handed out as in a process of its own. */
const AS_ENGINE = ['fuzz'];

/** Begins again with what hosts give an engine: glibc reads it when a process starts. */
function becomeEngine(): void {
  const added = engineEnvironment(process.env, process.platform);
  if (Object.keys(added).length === 0) return;
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve?.(process.execPath, command, { ...process.env, ...added });
}

async function main(): Promise<void> {
  const request = readCommandLine();
  if (AS_ENGINE.includes(request.name)) becomeEngine();
  const scenario = Object.hasOwn(SCENARIOS, request.name) ? SCENARIOS[request.name] : undefined;
  if (scenario === undefined) {
    throw new BenchFailure(`There is no benchmark ${request.name}. Known: ${Object.keys(SCENARIOS).join(', ')}.`, {
      usage: true,
    });
  }
  const { result: measured, lines, plots = {}, page } = await scenario({ ...request, endEarly });
  const { name, machine, model, ...figures } = measured;
  const stamp = await stampOf(request);
  const result = { name, machine, model, ...stamp, ...figures };
  const kept = request.page === true ? readResult(request, name, stamp.weights) : null;
  const file = kept?.file ?? writeResult(result, request);
  if (file !== null && page !== undefined) writePage(file, plots, page);
  if (file !== null) process.stderr.write(`Written to ${file}\n`);
  process.stdout.write(`${request.json ? JSON.stringify(result) : lines.join('\n')}\n`);
}

const cut = new AbortController();
let canEndEarly = false;

function endEarly(): AbortSignal {
  canEndEarly = true;
  return cut.signal;
}

/** The second time, or where nothing could be kept, leaves through `exit`, where the temporary folder is deleted. */
function onSignal(): void {
  if (!canEndEarly || cut.signal.aborted) process.exit(1);
  process.stderr.write('Ending with what is there after this prompt.\n');
  cut.abort();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);

await main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  if (process.env.HEARTH_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = error instanceof BenchFailure && error.usage ? 2 : 1;
});
