// The engine's socket: who may open one, what a bad frame does, and what a page sees when the engine ends.

import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { MAX_FRAME_BYTES } from './socket.ts';
import { startTestServer } from './test-server.ts';
import type { TestServer } from './test-server.ts';

let server: TestServer;
let cookie: string;
let origin: string;

beforeAll(async () => {
  server = await startTestServer();
  cookie = await server.cookie();
  origin = `http://127.0.0.1:${server.port}`;
});
afterAll(() => server.close());

interface Frame {
  id?: number;
  result?: unknown;
  error?: { code: string; message: string };
  notice?: { engine: string; message: string | null };
}

/** Collects what comes and hands out the first frame that fits. */
class Page {
  readonly socket: WebSocket;
  readonly #frames: Frame[] = [];
  #wake = () => {};

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      this.#frames.push(JSON.parse(data.toString()) as Frame);
      this.#wake();
    });
  }

  static async open(): Promise<Page> {
    const page = new Page(server.socket({ cookie, origin }));
    await page.next(({ notice }) => notice?.engine === 'ready');
    return page;
  }

  async next(fits: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const index = this.#frames.findIndex(fits);
      if (index >= 0) return this.#frames.splice(index, 1)[0] ?? {};
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async ask(id: number, method: string, params: unknown = {}): Promise<Frame> {
    this.socket.send(JSON.stringify({ id, method, params }));
    return this.next((frame) => frame.id === id);
  }
}

async function refusedStatus(headers: Record<string, string>): Promise<number> {
  const socket = server.socket(headers);
  socket.on('error', () => {});
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  return response.statusCode;
}

describe('opening', () => {
  test('a page of this server with the cookie reaches the engine', async () => {
    const page = await Page.open();
    const { result } = await page.ask(1, 'status');
    expect(result).toMatchObject({ runningTurns: 0 });
    page.socket.close();
  });

  test('without cookie, without origin, or from another origin or name it is refused', async () => {
    expect(await refusedStatus({ origin })).toBe(403);
    expect(await refusedStatus({ cookie })).toBe(403);
    expect(await refusedStatus({ cookie, origin: 'http://evil.example' })).toBe(403);
    expect(await refusedStatus({ cookie, origin: 'null' })).toBe(403);
    expect(await refusedStatus({ cookie, origin: 'http://evil.example', host: 'evil.example' })).toBe(403);
  });
});

describe('bad frames', () => {
  test('each is answered with bad-request, and the socket goes on', async () => {
    const page = await Page.open();
    const bad = ['', '{', 'null', '[]', '7', '{}', '{"id":"1","method":"status"}', '{"id":-1,"method":"status"}'];
    for (const text of bad) {
      page.socket.send(text);
      expect((await page.next(({ id }) => id === 0)).error?.code, text).toBe('bad-request');
    }
    page.socket.send(Buffer.from('{"id":1,"method":"status"}'), { binary: true });
    expect((await page.next(({ id }) => id === 0)).error?.code).toBe('bad-request');
    expect((await page.ask(2, 'no.such.method')).error?.code).toBe('bad-request');
    expect((await page.ask(3, 'profiles.create', { name: 7 })).error?.code).toBe('bad-request');
    expect((await page.ask(4, 'constructor')).error?.code).toBe('bad-request');
    expect((await page.ask(5, 'status')).result).toBeDefined();
    page.socket.close();
  });

  test('a frame that is too large closes this socket with 1009, and no other', async () => {
    const [large, other] = [await Page.open(), await Page.open()];
    large.socket.send(JSON.stringify({ id: 1, method: 'status', params: 'x'.repeat(MAX_FRAME_BYTES) }));
    const [code] = (await once(large.socket, 'close')) as [number];
    expect(code).toBe(1009);
    expect((await other.ask(1, 'status')).result).toBeDefined();
    other.socket.close();
  });
});

test('pages do not see the answers of other pages', async () => {
  const [first, second] = [await Page.open(), await Page.open()];
  const answers = await Promise.all([
    first.ask(1, 'profiles.create', { name: 'Ana' }),
    second.ask(1, 'profiles.create', { name: 'Ben' }),
  ]);
  expect(answers.map(({ result }) => (result as { name: string }).name)).toEqual(['Ana', 'Ben']);
  for (const page of [first, second]) page.socket.close();
});

test('when the engine is killed the page is told, and goes on with the next one on the same socket', async () => {
  const page = await Page.open();
  const { result } = await page.ask(1, 'profiles.create', { name: 'Cleo' });
  process.kill(server.engine.processId ?? 0, 'SIGKILL');
  const restarting = await page.next(({ notice }) => notice?.engine === 'restarting');
  expect(restarting.notice?.message).toContain('Your text is kept');
  await page.next(({ notice }) => notice?.engine === 'ready');
  expect((await page.ask(1, 'profiles.list')).result).toContainEqual(result);
  page.socket.close();
});
