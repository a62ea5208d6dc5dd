// Entry of the `hearth` command: runs one command line and turns its end into an exit code.
// 0 done, 1 failed with one line on stderr, 2 wrong usage.

import { CommanderError } from 'commander';
import { extname, join } from 'node:path';
import { createProgram } from './program.ts';

const benchEntry = join(import.meta.dirname, '..', 'bench', `main${extname(import.meta.filename)}`);

// A reader that went away (`hearth ask … | head -1`) is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await createProgram({ benchEntry }).parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): 0 | 1 | 2 {
  // Commander has already said what is wrong with the command line.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  if (process.env.HEARTH_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 1;
}
