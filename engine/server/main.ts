// The browser host: the page and the engine's socket on 127.0.0.1, for whoever has the printed link.
// Run as a program it serves until it is told to end.

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { parseArgs } from 'node:util';
import { WebSocketServer } from 'ws';
import { defaultDataFolder } from '../lib/data-folder.ts';
import type { EngineOptions, EngineProcess } from './engine-process.ts';
import { startEngineProcess } from './engine-process.ts';
import type { Gate } from './loopback.ts';
import { createGate, LOOPBACK_ADDRESS } from './loopback.ts';
import { fenceHeaders, readPageFile, sendRefusal } from './page.ts';
import { coupleSocket, MAX_FRAME_BYTES } from './socket.ts';

const MAX_SOCKETS = 64;

export interface ServerOptions extends EngineOptions {
  /** 0, the default, takes any free one. */
  port?: number | undefined;
  pageFolder?: string | undefined;
}

export interface RunningServer {
  readonly port: number;
  /** The link for a browser, with the secret in it. */
  readonly url: string;
  readonly engine: EngineProcess;
  close(): Promise<void>;
}

/** Starts engine and server; resolves when both are ready, and has printed the link by then. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const pageFolder = options.pageFolder ?? join(import.meta.dirname, '..', '..', 'dist', 'renderer');
  const http = createServer();
  const port = await listen(http, options.port ?? 0);
  const gate = createGate(port);
  const headers = fenceHeaders(port);
  http.on('request', (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    void answer(request, response, { gate, pageFolder });
  });
  const engine = startEngineProcess(options);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });
  http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    const allowed = request.url === '/socket' && gate.refuseSocket(request) === null;
    if (!allowed || sockets.clients.size >= MAX_SOCKETS) {
      stream.end(`HTTP/1.1 ${allowed ? '503 Service Unavailable' : '403 Forbidden'}\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => coupleSocket(socket, engine));
  });
  const close = async () => {
    for (const socket of sockets.clients) socket.terminate();
    http.closeAllConnections();
    await Promise.all([engine.close(), new Promise((done) => http.close(done))]);
  };
  try {
    await engine.started;
  } catch (error) {
    await close();
    throw error;
  }
  process.stdout.write(`Hearth is ready at ${gate.entrance}\n`);
  return { port, url: gate.entrance, engine, close };
}

async function listen(http: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  http.once('error', (error: NodeJS.ErrnoException) =>
    reject(
      error.code === 'EADDRINUSE'
        ? new Error(`Port ${port} is taken. Choose another one, or 0 for any free one.`)
        : error,
    ),
  );
  http.listen(port, LOOPBACK_ADDRESS, resolve);
  await promise;
  return (http.address() as AddressInfo).port;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { gate, pageFolder }: { gate: Gate; pageFolder: string },
): Promise<void> {
  const stranger = gate.refuseStranger(request);
  if (stranger !== null) return sendRefusal(response, stranger);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return sendRefusal(response, { status: 405, title: 'Not possible', text: 'Hearth only serves its page here.' });
  }
  // Split by hand: URL parsing would resolve `..` before the containment check sees it.
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  if (path === '/enter') {
    const exchanged = gate.exchange(new URLSearchParams(query).get('secret'));
    if (!('cookie' in exchanged)) return sendRefusal(response, exchanged);
    response.writeHead(303, { Location: '/', 'Set-Cookie': exchanged.cookie }).end();
    return;
  }
  const unknown = gate.refuseWithoutCookie(request);
  if (unknown !== null) return sendRefusal(response, unknown);
  const file = await readPageFile(pageFolder, path);
  if (file === null) {
    return sendRefusal(response, { status: 404, title: 'Not found', text: 'There is no such page in Hearth.' });
  }
  if (path.startsWith('/assets/')) response.setHeader('Cache-Control', 'private, max-age=31536000, immutable');
  response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': file.body.length });
  response.end(request.method === 'HEAD' ? undefined : file.body);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, port: { type: 'string' }, model: { type: 'string' } },
  });
  const server = await startServer({
    dataFolder: values.data ?? defaultDataFolder(),
    port: Number(values.port ?? 0),
    modelId: values.model,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void server.close().finally(() => process.exit(0)));
  }
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
