// The protocol over a pipe, with handlers of the test's own: answers, streams, cancelling, bad frames, a closing pipe.

import { describe, expect, test } from 'vitest';
import { channelPair } from '../testing/start-engine.ts';
import { connect, serve } from './rpc.ts';
import type { Channel, EngineClient, Service } from './rpc.ts';

const service = {
  calls: {
    status: () => ({ version: 'x' }),
    'profiles.list': () => {
      throw new Error('secret detail');
    },
  },
  streams: {
    async *'chat.send'(_: unknown, signal: AbortSignal) {
      for (let count = 0; !signal.aborted && count < 1000; count++) {
        yield { type: 'text', text: String(count) };
        await new Promise((resolve) => setImmediate(resolve));
      }
      return { message: signal.aborted ? 'stopped' : 'whole' };
    },
  },
  check: (_: string, params: unknown) => params,
  describe: () => ({ code: 'internal', message: 'Something went wrong.' }),
} as unknown as Service;

function pair(): { client: EngineClient; near: Channel } {
  const [near, far] = channelPair();
  serve(far, service);
  return { client: connect(near), near };
}
const send = { profileId: 'a', conversationId: 'b', text: 'c' } as never;

describe('a call', () => {
  test('gets its own answer, however many are under way', async () => {
    const { client } = pair();
    const answers = await Promise.allSettled([client.call('status', {}), client.call('profiles.list', {})]);
    expect(answers[0]).toMatchObject({ status: 'fulfilled', value: { version: 'x' } });
    expect(answers[1]).toMatchObject({ status: 'rejected', reason: { code: 'internal' } });
  });

  test('never tells the inside of an error', async () => {
    await expect(pair().client.call('profiles.list', {})).rejects.not.toThrow(/secret/);
  });

  test('under way when the pipe closes fails with engine-gone, and so does one made afterwards', async () => {
    const { client, near } = pair();
    const waiting = client.call('status', {});
    near.close();
    await expect(waiting).rejects.toMatchObject({ code: 'engine-gone' });
    await expect(client.call('status', {})).rejects.toMatchObject({ code: 'engine-gone' });
  });
});

describe('a stream', () => {
  test('gives its events in order, then its result', async () => {
    const stream = pair().client.stream('chat.send', send);
    const events: unknown[] = [];
    let step = await stream.next();
    for (; step.done !== true; step = await stream.next()) events.push(step.value);
    expect(events).toHaveLength(1000);
    expect(events.slice(0, 2)).toEqual([
      { type: 'text', text: '0' },
      { type: 'text', text: '1' },
    ]);
    expect(step.value).toEqual({ message: 'whole' });
  });

  test('that is aborted ends early, with its result', async () => {
    const stop = new AbortController();
    const stream = pair().client.stream('chat.send', send, stop.signal);
    let events = 0;
    let step = await stream.next();
    for (; step.done !== true; step = await stream.next()) if (++events === 3) stop.abort();
    expect(events).toBeLessThan(1000);
    expect(step.value).toEqual({ message: 'stopped' });
  });

  test('is cancelled at the other end when its reader leaves', async () => {
    const [near, far] = channelPair();
    let aborted = false;
    const watching = {
      ...service,
      streams: {
        async *'chat.send'(_: unknown, signal: AbortSignal) {
          signal.addEventListener('abort', () => (aborted = true));
          for (;;) {
            if (signal.aborted) return {};
            yield {};
            await new Promise((resolve) => setImmediate(resolve));
          }
        },
      },
    } as unknown as Service;
    serve(far, watching);
    for await (const _ of connect(near).stream('chat.send', send)) break;
    await expect.poll(() => aborted).toBe(true);
  });
});

describe('a frame of the wrong form', () => {
  const bad: [string, unknown][] = [
    ['null', null],
    ['a number', 7],
    ['a list', []],
    ['no id', { method: 'status' }],
    ['an id that is no number', { id: '1', method: 'status' }],
    ['no method', { id: 5 }],
    ['an unknown method', { id: 6, method: 'nothing' }],
    ['a method of every object', { id: 7, method: 'toString' }],
  ];
  for (const [name, frame] of bad) {
    test(`(${name}) gets bad-request, and the pipe goes on`, async () => {
      const [near, far] = channelPair();
      serve(far, service);
      const frames: unknown[] = [];
      near.onFrame((received) => frames.push(received));
      near.send(frame);
      near.send({ id: 99, method: 'status' });
      await expect.poll(() => frames.length).toBe(2);
      expect(frames).toContainEqual(
        expect.objectContaining({ error: expect.objectContaining({ code: 'bad-request' }) }),
      );
      expect(frames).toContainEqual({ id: 99, result: { version: 'x' } });
    });
  }
});
