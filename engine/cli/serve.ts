// `hearth serve`: the browser host, until it is told to end.

import type { Command } from 'commander';
import { wholeNumber } from './turn-options.ts';
import { engineOptionsOf } from './with-engine.ts';
import type { CommonOptions } from './with-engine.ts';

interface ServeOptions extends CommonOptions {
  port: number;
}

export function addServeCommand(program: Command): void {
  const command = program.command('serve').description('serve the page to browsers on this machine');
  command
    .option('--port <n>', '0 takes any free one', wholeNumber({ least: 0 }), 0)
    .action(() => serve(command.optsWithGlobals<ServeOptions>()));
}

async function serve(options: ServeOptions): Promise<void> {
  // Loaded here: no other command needs HTTP.
  const { startServer } = await import('../server/main.ts');
  const server = await startServer({ ...engineOptionsOf(options), port: options.port });
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    process.once('SIGHUP', resolve);
  });
  await server.close();
}
