// The command line as a whole: which commands exist, and the options that all of them share.

import { Command } from 'commander';
import { version } from '../lib/version.ts';
import { addAskCommand } from './ask.ts';
import { addBenchCommand } from './bench.ts';
import { addCacheCommands } from './cache.ts';
import { addChatCommand } from './chat.ts';
import { addCompareCommand } from './compare.ts';
import { addLibraryCommands } from './library.ts';
import { addModelsCommands } from './models.ts';
import { addProfilesCommands } from './profiles.ts';
import { addServeCommand } from './serve.ts';
import { addSettingsCommand } from './settings.ts';

/** The whole program. Usage errors are thrown as CommanderError after their message was written to stderr. */
export function createProgram({ benchEntry }: { benchEntry: string }): Command {
  const program = new Command('hearth')
    .description('Local chat for several people on one machine, with a cache that they share where they want to.')
    .version(version)
    .option('--data <dir>', 'the folder that keeps everything (default: your application data)')
    .option('--model <id|folder>', 'the model for this run (default: the one chosen in the settings)')
    .option('--json', 'print one JSON object as the last line of the output')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  addAskCommand(program);
  addChatCommand(program);
  addCompareCommand(program);
  addLibraryCommands(program);
  addModelsCommands(program);
  addCacheCommands(program);
  addProfilesCommands(program);
  addSettingsCommand(program);
  addServeCommand(program);
  addBenchCommand(program, benchEntry);
  return program;
}
