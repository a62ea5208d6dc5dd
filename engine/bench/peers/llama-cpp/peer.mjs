// llama.cpp in a process of its own, asked over the channel of its parent: opens a model, answers prompts that are
// given as token ids, always with the likeliest token. It measures its own times and decides nothing.
// Plain JavaScript, run in the folder where its one package is installed.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';

let llama = null;
let context = null;
/** One for each person: they share nothing. */
let sequences = [];

const COMMANDS = {
  /** `keysAndValues`: their precision, by its GGUF name. */
  async open({ file, threads, contextTokens, keysAndValues, flashAttention }) {
    llama = await getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      usePrebuiltBinaries: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.error,
      maxThreads: threads,
    });
    const model = await llama.loadModel({ modelPath: file, useMmap: true });
    context = await model.createContext({
      contextSize: contextTokens,
      sequences: 2,
      batchSize: 512,
      threads: { ideal: threads, min: threads },
      flashAttention,
      experimentalKvCacheKeyType: keysAndValues,
      experimentalKvCacheValueType: keysAndValues,
    });
    sequences = [context.getSequence(), context.getSequence()];
    return {
      release: llama.llamaCppRelease.release,
      package: packageName(),
      kernels: kernelsFile(),
      features: llama.systemInfo,
    };
  },

  /** Keeps what the sequence already holds of the tokens, as its prefix cache does, and computes the rest. */
  async answer({ sequence: index, tokens, count, fresh, stateFile }) {
    const sequence = sequences[index];
    const startedAt = performance.now();
    const usedBefore = process.cpuUsage();
    if (fresh) await sequence.clearHistory();
    if (stateFile !== undefined) await sequence.loadStateFromFile(stateFile, { acceptRisk: true });
    await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
    const reusedTokens = sequence.nextTokenIndex;
    const output = [];
    let ttftMs = 0;
    for await (const token of sequence.evaluate(tokens.slice(reusedTokens), { temperature: 0, yieldEogToken: true })) {
      if (output.length === 0) ttftMs = performance.now() - startedAt;
      output.push(token);
      if (output.length === count) break;
    }
    const decodeMs = performance.now() - startedAt - ttftMs;
    const { user, system } = process.cpuUsage(usedBefore);
    return { output, reusedTokens, ttftMs, decodeMs, childMs: (user + system) / 1000 };
  },

  /** Writes what a sequence holds to a file. */
  async save({ sequence, file }) {
    await sequences[sequence].saveStateToFile(file);
    return {};
  },
};

/** Name and version. */
function packageName() {
  const manifest = new URL('../package.json', import.meta.resolve('node-llama-cpp'));
  const { name, version } = JSON.parse(readFileSync(fileURLToPath(manifest), 'utf8'));
  return `${name} ${version}`;
}

/** llama.cpp brings a library for each kind of processor and loads the best one: which that was. */
function kernelsFile() {
  const loaded = process.report.getReport().sharedObjects;
  return loaded.map((file) => /ggml-cpu-?(\w*)\.\w+$/.exec(file)?.[1]).find((name) => name !== undefined) ?? 'unknown';
}

process.on('message', async ({ id, command, ...request }) => {
  try {
    process.send({ id, result: await COMMANDS[command](request) });
  } catch (error) {
    process.send({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
process.once('disconnect', () => process.exit(0));
