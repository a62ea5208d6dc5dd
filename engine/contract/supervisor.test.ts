// How a host keeps an engine running: restarts, growing waits, the end of patience. The lives here are the test's own.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LifeEvents } from './supervisor.ts';
import { supervise } from './supervisor.ts';

const lives: (LifeEvents & { asked: string[] })[] = [];
const latest = () => lives.at(-1) ?? expect.fail('nothing was started');
const start = (events: LifeEvents) => {
  const asked: string[] = [];
  lives.push({ ...events, asked });
  return { quit: () => asked.push('quit'), kill: () => asked.push('kill') };
};

beforeEach(() => {
  lives.length = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('it starts one engine and says when it is ready', async () => {
  const supervisor = supervise(start);
  expect(supervisor.notice).toEqual({ engine: 'starting', message: null });
  latest().ready();
  await supervisor.started;
  expect(supervisor.notice).toEqual({ engine: 'ready', message: null });
  expect(lives).toHaveLength(1);
});

test('it starts the engine again after an end, and gives up when it ends too often in a row', () => {
  const supervisor = supervise(start);
  for (let life = 1; life <= 5; life++) {
    expect(lives).toHaveLength(life);
    latest().ready();
    latest().ended();
    vi.runAllTimers();
  }
  expect(lives).toHaveLength(5);
  expect(supervisor.notice.engine).toBe('failed');
  expect(supervisor.notice.message).toContain('Your text is kept');
});

test('an engine that ran for a while is trusted again', () => {
  const supervisor = supervise(start);
  for (let life = 1; life <= 10; life++) {
    latest().ready();
    vi.advanceTimersByTime(60_000);
    latest().ended();
    vi.runAllTimers();
  }
  expect(lives).toHaveLength(11);
  expect(supervisor.notice.engine).toBe('restarting');
});

test('a start that fails with a reason is not tried again, and the reason is told', async () => {
  const supervisor = supervise(start);
  latest().failed({ code: 'folder-in-use', message: 'Another Hearth has this folder open.' });
  latest().ended();
  vi.runAllTimers();
  await expect(supervisor.started).rejects.toMatchObject({ code: 'folder-in-use' });
  expect(supervisor.notice).toEqual({ engine: 'failed', message: 'Another Hearth has this folder open.' });
  expect(lives).toHaveLength(1);
  await supervisor.close();
});

test('closing asks the engine to finish, forces it after the grace, and nothing is started again', async () => {
  const supervisor = supervise(start);
  latest().ready();
  const closed = supervisor.close(1_000);
  expect(latest().asked).toEqual(['quit']);
  vi.advanceTimersByTime(1_000);
  expect(latest().asked).toEqual(['quit', 'kill']);
  latest().ended();
  await closed;
  vi.runAllTimers();
  expect(lives).toHaveLength(1);
});

test('closing between two starts cancels the next one', async () => {
  const supervisor = supervise(start);
  latest().ended();
  await supervisor.close();
  vi.runAllTimers();
  expect(lives).toHaveLength(1);
});
