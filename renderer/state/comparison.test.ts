// A comparison on the page: rows as the engine tells of them, stopped, failed, begun again, closed, and gone with the person.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { WAYS } from '../../engine/contract/chat.ts';
import type { CompareEvent, CompareWays, Comparison, ConversationId, MessageId } from '../../engine/contract/chat.ts';
import { RemoteError } from '../../engine/contract/errors.ts';
import type { ProfileId } from '../../engine/contract/profiles.ts';
import { closeComparison, compareWays, stopComparison, useComparison } from './comparison.ts';
import { choosePerson } from './people.ts';
import { testEngine } from './test-engine.ts';

const ASKED = { conversationId: 'chat' as ConversationId, answerId: 'answer' as MessageId, question: 'Where?' };
const comparison = { text: 'There.', meanKl: 0 } as Comparison;
let requests: CompareWays[];
let told: CompareEvent[];
let end: () => Promise<void>;

beforeEach(() => {
  requests = [];
  told = [];
  end = async () => {};
  testEngine({}, { 'chat.compare': compare });
  choosePerson('ana' as ProfileId);
});
afterEach(() => choosePerson(null));

async function* compare(request: CompareWays, signal: AbortSignal) {
  requests.push(request);
  for (const event of told) yield event;
  await Promise.race([end(), new Promise((resolve) => signal.addEventListener('abort', resolve))]);
  if (signal.aborted) throw new RemoteError({ code: 'stopped', message: 'Stopped.' });
  return { off: comparison, ways: [] };
}

const states = () => useComparison.getState().rows.map(({ state }) => state);
const until = async (done: () => boolean) => {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 1));
};

it('asks for every way beside off, about the answer of the person who is here', async () => {
  await compareWays(ASKED);
  expect(requests).toMatchObject([
    { profileId: 'ana', conversationId: 'chat', asked: { answerId: 'answer' }, ways: WAYS },
  ]);
  expect(useComparison.getState()).toMatchObject({ asked: ASKED, running: false, problem: null });
});

it('has a row for each way, and shows which is under way', async () => {
  told = [
    { type: 'begun', index: 0 },
    { type: 'compared', index: 0, comparison },
    { type: 'begun', index: 1 },
    { type: 'failed', index: 1, message: 'It cannot.' },
    { type: 'begun', index: 2 },
    { type: 'progress', doneTokens: 5, totalTokens: 9 },
  ];
  end = () => new Promise(() => {});
  void compareWays(ASKED);
  await until(() => useComparison.getState().progress !== null);
  expect(states()).toEqual(['done', 'failed', 'running', ...WAYS.slice(2).map(() => 'waiting')]);
  const { rows, progress } = useComparison.getState();
  expect(rows[0]).toMatchObject({ way: { policy: 'off' }, comparison });
  expect(rows[1]).toMatchObject({ way: WAYS[0], comparison: null, message: 'It cannot.' });
  expect(progress).toEqual({ doneTokens: 5, totalTokens: 9 });
});

it('that is stopped keeps what was compared, and is no failure', async () => {
  told = [
    { type: 'begun', index: 0 },
    { type: 'compared', index: 0, comparison },
    { type: 'begun', index: 1 },
  ];
  end = () => new Promise(() => {});
  const compared = compareWays(ASKED);
  await until(() => states()[1] === 'running');
  stopComparison();
  await compared;
  expect(states()).toEqual(['done', ...WAYS.map(() => 'left-out')]);
  expect(useComparison.getState()).toMatchObject({ running: false, problem: null });
});

it('says why it ended where the engine could not go on, and begins again when asked to', async () => {
  end = () => Promise.reject(new RemoteError({ code: 'model-missing', message: 'There is no model.' }));
  await compareWays(ASKED);
  expect(useComparison.getState().problem).toBe('There is no model.');
  expect(new Set(states())).toEqual(new Set(['left-out']));
  end = async () => {};
  await compareWays(ASKED);
  expect(useComparison.getState()).toMatchObject({ running: false, problem: null });
  expect(new Set(states())).toEqual(new Set(['waiting']));
});

it('that is closed is stopped and forgotten, whatever still comes', async () => {
  told = [{ type: 'begun', index: 0 }];
  end = () => new Promise(() => {});
  const compared = compareWays(ASKED);
  await until(() => states()[0] === 'running');
  closeComparison();
  await compared;
  expect(useComparison.getState()).toMatchObject({ asked: null, rows: [], problem: null });
});

it('of one person is not left for the next', async () => {
  await compareWays(ASKED);
  choosePerson('ben' as ProfileId);
  expect(useComparison.getState()).toMatchObject({ asked: null, rows: [] });
});
