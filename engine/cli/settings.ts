// `hearth settings`: what is set for this machine. Which values there are is the engine's affair.

import { type Command, InvalidArgumentError } from 'commander';
import type { Settings } from '../contract/settings.ts';
import { printResult, table } from './output.ts';
import { withEngine } from './with-engine.ts';
import type { CommonOptions } from './with-engine.ts';

interface SettingsOptions extends CommonOptions {
  set: Record<string, unknown>;
}

export function addSettingsCommand(program: Command): void {
  const settings = program.command('settings').description('show what is set for this machine, or change it');
  settings
    .option('--set <name=value>', 'change a setting, such as policy=exact or liveKv=compact; may be repeated', add, {})
    .action(() => show(settings.optsWithGlobals<SettingsOptions>()));
}

async function show(options: SettingsOptions): Promise<void> {
  await withEngine(options, async (client) => {
    const settings: Settings = await client.call('settings.set', options.set);
    const words = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
    const rows = Object.entries(settings).map(([name, value]) => [name, words(value)]);
    printResult(options, settings, table(rows));
  });
}

function add(assignment: string, changes: Record<string, unknown>): Record<string, unknown> {
  const at = assignment.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write it as name=value.');
  return { ...changes, [assignment.slice(0, at)]: valueOf(assignment.slice(at + 1)) };
}

/** Numbers and objects as JSON; everything else is a word. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
