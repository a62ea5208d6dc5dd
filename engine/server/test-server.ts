// A real server with a real engine on a data folder of its own, for tests. No model: nothing here needs one.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { RunningServer } from './main.ts';
import { startServer } from './main.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface TestServer extends RunningServer {
  /** One request exactly as given: the path is not normalised. */
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Answer>;
  /** The cookie that the printed link gives. */
  cookie(): Promise<string>;
  socket(headers: Record<string, string>): WebSocket;
  folder: string;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'hearth-server-'));
}

export async function startTestServer(): Promise<TestServer> {
  const folder = temporaryFolder();
  const pageFolder = join(folder, 'page');
  mkdirSync(join(pageFolder, 'assets'), { recursive: true });
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>Hearth</title>');
  writeFileSync(join(pageFolder, 'assets', 'page.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'not for pages');
  const options = { dataFolder: join(folder, 'data'), resourcesFolder: join(folder, 'no-resources'), pageFolder };
  const server = await startServer(options);
  const get: TestServer['get'] = (path, headers = {}, method = 'GET') =>
    new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: server.port, path, method, headers, agent: false },
        (response) => {
          let body = '';
          response.on('data', (text: Buffer) => (body += text.toString()));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
        },
      );
      sent.on('error', reject);
      sent.end();
    });
  return {
    ...server,
    folder,
    get,
    cookie: async () => {
      const { headers } = await get(new URL(server.url).pathname + new URL(server.url).search);
      return String(headers['set-cookie']).split(';')[0] ?? '';
    },
    socket: (headers) => new WebSocket(`ws://127.0.0.1:${server.port}/socket`, { headers }),
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
