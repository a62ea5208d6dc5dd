// `hearth models`: what is installed, and what a folder would need.

import type { Command } from 'commander';
import type { ModelCheck, ModelSummary } from '../contract/models.ts';
import { CommandFailure } from './failure.ts';
import { formatBytes, printResult, table } from './output.ts';
import { modelFolder, withEngine } from './with-engine.ts';
import type { CommonOptions } from './with-engine.ts';

export function addModelsCommands(program: Command): void {
  const models = program.command('models').description('models on this machine');
  const listing = models.command('list').description('list installed models');
  listing.action(() => list(listing.optsWithGlobals<CommonOptions>()));
  const importing = models.command('import').description('install a model').argument('<folder>', 'a model folder');
  importing.action((folder: string) => importFolder(folder, importing.optsWithGlobals<CommonOptions>()));
  const removing = models.command('remove').description('remove an installed model').argument('<id>', 'as listed');
  removing.action((id: string) => remove(id, removing.optsWithGlobals<CommonOptions>()));
  const checking = models.command('check').description('say whether a folder can be installed');
  checking
    .argument('<folder>', 'a model folder')
    .action((folder: string) => check(folder, checking.optsWithGlobals<CommonOptions>()));
}

async function list(options: CommonOptions): Promise<void> {
  await withEngine(options, async (client) => {
    const models = await client.call('models.list', {});
    printResult(options, { models }, table(models.map(modelRow)));
  });
}

function modelRow(model: ModelSummary): string[] {
  return [
    model.id,
    model.name,
    `${(model.parameters / 1e6).toFixed(1)} M parameters`,
    `${model.contextTokens} tokens context`,
    formatBytes(model.bytesOnDisk),
    model.builtIn ? 'built in' : '',
  ];
}

async function importFolder(name: string, options: CommonOptions): Promise<void> {
  const folder = modelFolder(name);
  await withEngine(options, async (client) => {
    const model = await client.call('models.import', { folder });
    printResult(options, model, [`${model.name} is installed as ${model.id}.`]);
  });
}

async function remove(modelId: string, options: CommonOptions): Promise<void> {
  await withEngine(options, async (client) => {
    await client.call('models.remove', { modelId });
    printResult(options, { removed: modelId }, [`${modelId} is removed.`]);
  });
}

async function check(name: string, options: CommonOptions): Promise<void> {
  const folder = modelFolder(name);
  const result = await withEngine(options, (client) => client.call('models.check', { folder }));
  printResult(options, result, result.ok ? describeFit(result) : []);
  if (!result.ok) throw new CommandFailure(`${result.name} cannot be used: ${result.problems.join(' ')}`);
}

function describeFit(check: ModelCheck): string[] {
  const memory = check.memoryBytes === null ? '' : ` It needs about ${formatBytes(check.memoryBytes)} of memory.`;
  return [`${check.name} (${check.architecture}) can be used.${memory}`];
}
