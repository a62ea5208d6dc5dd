// A host that keeps an engine busy writing, for tests that kill it: `node busy-host.ts DATA_FOLDER`.
// Prints the engine's process id once the first answers are there.

import { join } from 'node:path';
import { connect } from '../contract/rpc.ts';
import { startEngineProcess } from '../server/engine-process.ts';
import { ask, person } from './start-engine.ts';

const dataFolder = process.argv[2] ?? '';
const engine = startEngineProcess({ dataFolder, modelId: join(dataFolder, 'tiny') });
await engine.started;
const channel = engine.openChannel();
if (channel === null) throw new Error('the engine is not running');
const client = connect(channel);
const profileId = await person(client, 'ana');
for (let turn = 1; ; turn++) {
  const text = Array.from({ length: 16 }, (_, index) => `Shelf ${turn * 100 + index} holds jar ${index}.`).join('\n');
  await ask(client, profileId, {
    question: 'Where is jar 9?',
    documents: [{ text, scope: 'library' }],
    sampling: { maxTokens: 4 },
  });
  if (turn === 3) process.stdout.write(`${engine.processId}\n`);
}
