// `hearth bench`: hands a scenario to the bench program, which has the terminal and gives the exit code.

import type { Command } from 'commander';
import { spawn } from 'node:child_process';
import type { PolicyName } from '../contract/settings.ts';
import { engineOptionsOf } from './with-engine.ts';
import type { CommonOptions } from './with-engine.ts';
import { policyOption, wholeNumber } from './turn-options.ts';

interface BenchOptions extends CommonOptions {
  quick?: boolean;
  shape?: string;
  trace?: string;
  policy?: PolicyName;
  maxTokens?: number;
  limit?: number;
  tokens?: number;
  threads?: number;
  workload?: string;
  methods?: string;
  resume?: boolean;
  page?: boolean;
  out?: string;
}

export function addBenchCommand(program: Command, benchEntry: string): void {
  const command = program
    .command('bench')
    .description(
      'measure: prefix, speed, storage, repair; ladder, ladder-ablations, ladder-chats for quality; ' +
        'papers, papers-ttft, papers-budgets beside other methods, peers beside llama.cpp, starter for how well the built-in model reads; ' +
        'trace with a recorded day of turns; or fuzz, which looks for what breaks or grows in thousands of random ones',
    );
  command
    .argument('<name>', 'the scenario')
    .option('--quick', 'fewer repeats')
    .option(
      '--shape <name>',
      'prefix, speed, repair, papers-ttft, peers: seeded weights of this shape (smollm2-135m) instead of a model',
    )
    .option('--tokens <n>', 'speed, repair, papers-ttft, peers: length of the prompts', wholeNumber({ least: 128 }))
    .option('--trace <prefix>', 'trace: replays PREFIX.documents.jsonl and PREFIX.turns.jsonl (default: our own)')
    .addOption(policyOption())
    .option('--max-tokens <n>', 'trace: end every answer after this many tokens', wholeNumber({ least: 1 }))
    .option(
      '--limit <turns>',
      'trace: replay only the first turns; ladder, papers, starter: so many prompts of each workload; fuzz: rounds',
      wholeNumber({ least: 1 }),
    )
    .option(
      '--threads <n>',
      'ladder, papers: of the model; parts of a run go side by side with one each',
      wholeNumber({ least: 1 }),
    )
    .option('--workload <names>', 'ladder, papers: only these workloads, by how their names begin, with commas between')
    .option('--methods <names>', 'ladder, papers: only these ways of answering, likewise')
    .option('--resume', 'ladder, papers: take over the workloads that the same request finished before it was cut')
    .option('--page', 'papers: write only page and plots again, from the result that is there')
    .option('--out <dir>', 'where the result file goes (default: the results of this checkout)')
    .action((name: string) => runBench(benchEntry, name, command.optsWithGlobals<BenchOptions>()));
}

async function runBench(entry: string, name: string, options: BenchOptions): Promise<void> {
  const child = spawn(process.execPath, [entry, name, ...flagsOf(options)], { stdio: 'inherit' });
  // The child shares the terminal and gets Ctrl+C itself; it ends, and then so does this process.
  process.once('SIGINT', () => {});
  process.once('SIGTERM', () => child.kill('SIGTERM'));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  process.exitCode = code ?? 1;
}

function flagsOf(options: BenchOptions): string[] {
  const { dataFolder, modelId } = engineOptionsOf(options);
  const valued = {
    '--data': dataFolder,
    '--model': modelId,
    '--shape': options.shape,
    '--trace': options.trace,
    '--policy': options.policy,
    '--max-tokens': options.maxTokens,
    '--limit': options.limit,
    '--tokens': options.tokens,
    '--threads': options.threads,
    '--workload': options.workload,
    '--methods': options.methods,
    '--out': options.out,
  };
  const flags = Object.entries(valued).flatMap(([flag, value]) => (value === undefined ? [] : [`${flag}=${value}`]));
  if (options.quick === true) flags.push('--quick');
  if (options.page === true) flags.push('--page');
  if (options.resume === true) flags.push('--resume');
  if (options.json === true) flags.push('--json');
  return flags;
}
