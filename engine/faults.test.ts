// What breaks in real life: files damaged behind our back, processes killed, disks full. Never a failed turn afterwards,
// never a lost message, and the cache is clean again.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { ChatEvent, ChatResult, TurnReport } from './contract/chat.ts';
import type { ProfileId } from './contract/profiles.ts';
import { connect } from './contract/rpc.ts';
import type { EngineClient } from './contract/rpc.ts';
import { startEngineProcess } from './server/engine-process.ts';
import type { EngineProcess } from './server/engine-process.ts';
import { ask, collect, person, startTestEngine } from './testing/start-engine.ts';
import type { TestEngine } from './testing/start-engine.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { makeTinyModel } from './testing/tiny-model.ts';

const DOCUMENT = Array.from({ length: 14 }, (_, index) => `Shelf ${index * 3} holds jar ${index * 7 + 2}.`).join('\n');
const asked = (question: string) => ({
  question,
  documents: [{ text: DOCUMENT, scope: 'library' as const }],
  sampling: { temperature: 0, maxTokens: 10 },
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
const blockFiles = (data: string) => filesUnder(join(data, 'cache')).filter((file) => file.endsWith('.kv'));
const sizeOf = (folder: string) => filesUnder(folder).reduce((sum, file) => sum + statSync(file).size, 0);

/** What is missing of the exact prefix is computed: other rungs would hide what the damage cost. */
async function exactEngine(): Promise<TestEngine> {
  const engine = await startTestEngine();
  await engine.client.call('settings.set', { policy: 'exact' });
  return engine;
}

describe('damage to the cache', () => {
  let engine: TestEngine | undefined;
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
  });

  /** Fills the cache, lets `damage` loose on the folder while the engine is down, asks again. */
  async function afterDamage(
    damage: (data: string) => void,
  ): Promise<{ before: string; report: TurnReport; text: string }> {
    engine = await exactEngine();
    const profileId = await person(engine.client, 'ana');
    const first = await ask(engine.client, profileId, asked('Where is jar 9?'));
    const { dataFolder } = engine;
    await engine.restart(() => damage(dataFolder));
    const again = await ask(engine.client, profileId, asked('Where is jar 9?'));
    if (again.message.report === null) throw new Error('no report');
    return { before: first.message.text, report: again.message.report, text: again.message.text };
  }
  async function expectClean(): Promise<void> {
    if (engine === undefined) throw new Error('no engine');
    await engine.client.call('cache.verify', {});
    const verified = await engine.client.call('cache.verify', {});
    expect(verified).toMatchObject({ clean: true, damaged: 0, orphanFiles: 0, missingFiles: 0 });
    expect(verified.bytesOnDisk).toBe(sizeOf(join(engine.dataFolder, 'cache')));
  }

  const damages: Record<string, (file: string) => void> = {
    truncated: (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
    'cut to nothing': (file) => truncateSync(file, 0),
    'bit-flipped in its rows': (file) => {
      const bytes = readFileSync(file);
      bytes[bytes.length - 100]! ^= 4;
      writeFileSync(file, bytes);
    },
    'bit-flipped in its header': (file) => {
      const bytes = readFileSync(file);
      bytes[9]! ^= 1;
      writeFileSync(file, bytes);
    },
    deleted: (file) => rmSync(file),
  };
  for (const [name, damage] of Object.entries(damages)) {
    test(`a block file that was ${name} costs time, not the answer`, async () => {
      const { before, report, text } = await afterDamage((data) => blockFiles(data).forEach(damage));
      expect(text).toBe(before);
      expect(report.tokens.exactPrefix).toBe(0);
      await expectClean();
    });
  }

  test('a block file in another one’s place is not taken for it', async () => {
    const { before, text } = await afterDamage((data) => {
      const [one, two] = blockFiles(data).toSorted((a, b) => statSync(b).size - statSync(a).size);
      if (one === undefined || two === undefined) throw new Error('two blocks are needed');
      const bytes = readFileSync(one);
      writeFileSync(one, readFileSync(two));
      writeFileSync(two, bytes);
    });
    expect(text).toBe(before);
    await expectClean();
  });

  test('a deleted index empties the cache, and nothing else', async () => {
    const { before, report, text } = await afterDamage((data) => rmSync(join(data, 'cache', 'index.sqlite')));
    expect(text).toBe(before);
    expect(report.tokens.exactPrefix).toBe(0);
    await expectClean();
  });

  test('an index full of rubbish empties the cache, and nothing else', async () => {
    const { before, text } = await afterDamage((data) =>
      writeFileSync(join(data, 'cache', 'index.sqlite'), Buffer.alloc(40_000, 'rubbish')),
    );
    expect(text).toBe(before);
    await expectClean();
  });

  test('blocks of another model are never used', async () => {
    engine = await exactEngine();
    const profileId = await person(engine.client, 'ana');
    await ask(engine.client, profileId, asked('Where is jar 9?'));
    const other = join(engine.dataFolder, 'other');
    await makeTinyModel(other, { seed: 2 });
    const imported = await engine.client.call('models.import', { folder: other });
    await engine.client.call('models.select', { modelId: imported.id });
    const { message } = await ask(engine.client, profileId, asked('Where is jar 9?'));
    expect(message.report).toMatchObject({ tokens: { exactPrefix: 0 }, missReason: 'model-changed' });
  });

  test('a question that comes while another model is read is answered, by the one or the other', async () => {
    engine = await exactEngine();
    const profileId = await person(engine.client, 'ana');
    const other = join(engine.dataFolder, 'other');
    await makeTinyModel(other, { seed: 2 });
    const imported = await engine.client.call('models.import', { folder: other });
    const before = (await engine.client.call('models.list', {})).find(({ loaded }) => loaded)!.id;
    for (const [modelId, delayMs] of [
      [imported.id, 0],
      [before, 1],
      [imported.id, 5],
      [before, 20],
    ] as const) {
      const selected = engine.client.call('models.select', { modelId });
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      const { message } = await ask(engine.client, profileId, asked('Where is jar 9?'));
      expect(message.state).toBe('complete');
      expect((await selected).id).toBe(modelId);
    }
  });

  test('a quota too small for anything drops the writes, and the turns go on', async () => {
    engine = await exactEngine();
    const profileId = await person(engine.client, 'ana');
    await engine.client.call('settings.set', { cacheQuotaBytes: 100_000 });
    for (const question of ['Where is jar 9?', 'Where is jar 16?']) {
      const { message } = await ask(engine.client, profileId, asked(question));
      expect(message.state).toBe('complete');
    }
    await engine.restart();
    const stats = await engine.client.call('cache.stats', {});
    expect(stats.bytesOnDisk).toBeLessThanOrEqual(100_000);
    await expectClean();
  });
});

describe('a killed process', () => {
  const folder = temporaryFolder();
  let running: EngineProcess | undefined;
  afterEach(async () => {
    await running?.close();
    running = undefined;
  });

  async function open(dataFolder: string): Promise<EngineClient> {
    await makeTinyModel(join(dataFolder, 'tiny'), { seed: 1 });
    running = startEngineProcess({ dataFolder, modelId: join(dataFolder, 'tiny') });
    await running.started;
    return reconnect(running);
  }
  function reconnect(engine: EngineProcess): EngineClient {
    const channel = engine.openChannel();
    if (channel === null) throw new Error('the engine is not running');
    return connect(channel);
  }
  async function begin(client: EngineClient, profileId: ProfileId) {
    const { id: conversationId } = await client.call('conversations.create', { profileId });
    const of = { profileId, conversationId };
    const turn = client.stream('chat.send', { ...of, text: 'Count for a long time.', sampling: { maxTokens: 460 } });
    await readUntilText(turn, 3);
    return { of, turn };
  }
  async function readUntilText(turn: AsyncGenerator<ChatEvent, ChatResult>, pieces: number): Promise<void> {
    for (let seen = 0; seen < pieces;) {
      const step = await turn.next();
      if (step.done === true) throw new Error('the answer ended too soon');
      if (step.value.type === 'text') seen++;
    }
  }

  test('engine, in mid-answer: the host starts it again, the message is kept and can be answered', async () => {
    const dataFolder = join(folder, 'engine');
    const first = await open(dataFolder);
    const profileId = await person(first, 'ana');
    await ask(first, profileId, asked('Where is jar 9?'));
    const { of, turn } = await begin(first, profileId);
    const engine = running!;
    const ready = new Promise<void>((resolve) => {
      const off = engine.onNotice((notice) => {
        if (notice.engine === 'ready') {
          off();
          resolve();
        }
      });
    });
    process.kill(engine.processId!, 'SIGKILL');
    await expect(collect(turn)).rejects.toMatchObject({ code: 'engine-gone' });
    await ready;

    const client = reconnect(engine);
    const { history } = await client.call('conversations.get', of);
    expect(history[0]?.text).toBe('Count for a long time.');
    expect(history[1]?.state ?? 'interrupted').toBe('interrupted');
    const again = await collect(client.stream('chat.regenerate', { ...of, sampling: { maxTokens: 5 } }));
    expect(again.message.state).toBe('complete');
    const verified = await client.call('cache.verify', {});
    expect(verified.clean).toBe(true);
    expect(verified.bytesOnDisk).toBe(sizeOf(join(dataFolder, 'cache')));
    client.close();
  });

  test('host, while blocks are being written: the engine ends by itself and the next start is clean', async () => {
    const dataFolder = join(folder, 'host');
    await makeTinyModel(join(dataFolder, 'tiny'), { seed: 1 });
    const host = spawn(process.execPath, [join(import.meta.dirname, 'testing/busy-host.ts'), dataFolder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(host.stdout, 'data')) as [Buffer];
    const enginePid = Number(line.toString().trim());
    host.kill('SIGKILL');
    await once(host, 'exit');
    await gone(enginePid);

    const client = await open(dataFolder);
    const [ana] = await client.call('profiles.list', {});
    if (ana === undefined) throw new Error('the profile is lost');
    const chats = await client.call('conversations.list', { profileId: ana.id });
    expect(chats.length).toBeGreaterThan(0);
    for (const chat of chats) {
      const { history } = await client.call('conversations.get', { profileId: ana.id, conversationId: chat.id });
      expect(history[0]?.role).toBe('user');
    }
    const verified = await client.call('cache.verify', {});
    expect(verified.clean).toBe(true);
    expect(verified.bytesOnDisk).toBe(sizeOf(join(dataFolder, 'cache')));
    const { message } = await ask(client, ana.id, asked('Where is jar 9?'));
    expect(message.state).toBe('complete');
    client.close();
  });

  async function gone(pid: number): Promise<void> {
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
});

describe('a second start on the same folder', () => {
  test('is refused with a sentence, and the first goes on', async () => {
    const engine = await exactEngine();
    await expect(startTestEngine({ dataFolder: engine.dataFolder, modelId: 'starter' })).rejects.toMatchObject({
      code: 'folder-in-use',
    });
    expect(await engine.client.call('profiles.list', {})).toEqual([]);
    await engine.close();
  });
});
