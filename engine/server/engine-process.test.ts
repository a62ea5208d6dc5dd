// The engine as a child process: its start, its end, a crash in between. Real processes.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { engineEnvironment } from '../contract/engine-environment.ts';
import type { EngineNotice } from '../contract/host-api.ts';
import { connect } from '../contract/rpc.ts';
import { openEngine, startEngineProcess } from './engine-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'hearth-engine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** No model: nothing here needs one. */
const options = (name: string) => ({ dataFolder: join(folder, name), resourcesFolder: join(folder, 'none') });

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

describe('an engine for one client', () => {
  test('it answers, keeps what it was told, and leaves when it is closed', async () => {
    const first = await openEngine(options('one'));
    const profile = await first.client.call('profiles.create', { name: 'Ana' });
    await first.close();
    await first.client.closed;
    const second = await openEngine(options('one'));
    expect(await second.client.call('profiles.list', {})).toEqual([profile]);
    await second.close();
  });

  test('a start that cannot succeed is one clear sentence with a code', async () => {
    const holder = await openEngine(options('held'));
    await expect(openEngine(options('held'))).rejects.toMatchObject({ code: 'folder-in-use' });
    await holder.close();
    writeFileSync(join(folder, 'file'), '');
    const blocked = openEngine({ ...options('x'), dataFolder: join(folder, 'file', 'data') });
    const error = await blocked.catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message.split('\n')).toHaveLength(1);
  });
});

describe('an engine that is kept running', () => {
  test('after kill -9 calls under way fail with engine-gone, and the next engine has everything', async () => {
    const engine = startEngineProcess(options('kept'));
    const notices: EngineNotice['engine'][] = [];
    engine.onNotice(({ engine: state }) => notices.push(state));
    await engine.started;
    const client = connect(engine.openChannel() ?? expect.fail('no engine'));
    const profile = await client.call('profiles.create', { name: 'Ben' });
    const first = engine.processId ?? 0;
    // Stopped, so that it cannot answer before it is killed.
    process.kill(first, 'SIGSTOP');
    const call = client.call('profiles.list', {});
    process.kill(first, 'SIGKILL');
    await expect(call).rejects.toMatchObject({ code: 'engine-gone' });
    await client.closed;
    await expect(client.call('status', {})).rejects.toMatchObject({ code: 'engine-gone' });
    await expect.poll(() => engine.notice.engine, { timeout: 30_000 }).toBe('ready');
    expect(notices).toEqual(['ready', 'restarting', 'ready']);
    const next = connect(engine.openChannel() ?? expect.fail('no engine'));
    expect(await next.call('profiles.list', {})).toEqual([profile]);
    const last = engine.processId ?? 0;
    expect(last).not.toBe(first);
    await engine.close();
    expect(isRunning(last)).toBe(false);
  });

  test('clients on one pipe are apart: the end of one does not touch the other', async () => {
    const engine = startEngineProcess(options('shared'));
    await engine.started;
    const channels = [engine.openChannel(), engine.openChannel()].map((channel) => channel ?? expect.fail('no engine'));
    const [first, second] = channels.map((channel) => connect(channel));
    const results = await Promise.all([first?.call('profiles.create', { name: 'A' }), second?.call('status', {})]);
    expect(results).toMatchObject([{ name: 'A' }, { runningTurns: 0 }]);
    first?.close();
    await first?.closed;
    expect(await second?.call('profiles.list', {})).toHaveLength(1);
    await engine.close();
  });

  const noEnvironments = !existsSync('/proc/self/environ');
  test.skipIf(noEnvironments)('its process is told to give memory back (shown where the system lists it)', async () => {
    const engine = startEngineProcess(options('memory'));
    await engine.started;
    const environment = readFileSync(`/proc/${engine.processId}/environ`, 'utf8').split('\0');
    const added = Object.entries(engineEnvironment({}, 'linux')).map(([name, value]) => `${name}=${value}`);
    expect(environment).toEqual(expect.arrayContaining([...added, `PATH=${process.env.PATH}`]));
    await engine.close();
  });

  test('an engine that is stuck is ended by force', async () => {
    const engine = startEngineProcess(options('stuck'));
    await engine.started;
    process.kill(engine.processId ?? 0, 'SIGSTOP');
    await engine.close(200);
    expect(engine.processId).toBeUndefined();
  });
});

test('the engine ends by itself when its host is killed', async () => {
  const script = join(folder, 'host.ts');
  const engineProcess = JSON.stringify(join(import.meta.dirname, 'engine-process.ts'));
  writeFileSync(
    script,
    `import { startEngineProcess } from ${engineProcess};
     const engine = startEngineProcess(${JSON.stringify(options('orphan'))});
     await engine.started;
     console.log(engine.processId);
     process.kill(process.pid, 'SIGKILL');`,
  );
  let printed = '';
  try {
    printed = execFileSync(process.execPath, [script], { encoding: 'utf8' });
  } catch (error) {
    printed = (error as { stdout: string }).stdout;
  }
  expect(Number(printed)).toBeGreaterThan(0);
  await expect.poll(() => isRunning(Number(printed)), { timeout: 30_000 }).toBe(false);
});
