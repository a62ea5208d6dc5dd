// The browser host's front door: who gets in, and which files are served. Real server, real engine, raw requests.

import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from './main.ts';
import { startTestServer } from './test-server.ts';
import type { TestServer } from './test-server.ts';

let server: TestServer;
let cookie: string;

beforeAll(async () => {
  server = await startTestServer();
  cookie = await server.cookie();
});
afterAll(() => server.close());

describe('the link', () => {
  test('it carries 192 random bits and leads to the page with a cookie that scripts and other sites do not see', async () => {
    const link = new URL(server.url);
    expect(link.origin).toBe(`http://127.0.0.1:${server.port}`);
    expect(Buffer.from(link.searchParams.get('secret') ?? '', 'base64url')).toHaveLength(24);
    const { status, headers } = await server.get(link.pathname + link.search);
    expect(status).toBe(303);
    expect(headers['location']).toBe('/');
    expect(String(headers['set-cookie'])).toMatch(/^hearth-\d+=[\w-]{32}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(String(headers['set-cookie'])).not.toContain(link.searchParams.get('secret'));
  });

  test.each(['/enter', '/enter?secret=', '/enter?secret=wrong', `/enter?secret=${'A'.repeat(32)}`])(
    '%s is refused with a page that says what to do',
    async (path) => {
      const { status, headers, body } = await server.get(path);
      expect(status).toBe(403);
      expect(headers['set-cookie']).toBeUndefined();
      expect(body).toContain('Open the whole link that Hearth printed');
    },
  );
});

describe('strangers', () => {
  test('without the cookie nothing is served, with a page that says what to do', async () => {
    for (const path of ['/', '/assets/page.js', '/nothing']) {
      const { status, body } = await server.get(path);
      expect(status).toBe(403);
      expect(body).toContain('Open the link that Hearth printed');
    }
  });

  test('the cookie of another start is not valid', async () => {
    const { status } = await server.get('/', { cookie: `hearth-${server.port}=${'A'.repeat(32)}` });
    expect(status).toBe(403);
  });

  test.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', '[::1]:80'])(
    'a request under the name %j is refused, even with the cookie and the secret',
    async (host) => {
      const link = new URL(server.url);
      expect((await server.get('/', { cookie, host })).status).toBe(403);
      const entered = await server.get(link.pathname + link.search, { host });
      expect(entered.status).toBe(403);
      expect(entered.headers['set-cookie']).toBeUndefined();
    },
  );

  test('a request from a page of another origin is refused', async () => {
    for (const origin of ['http://evil.example', 'null', `http://127.0.0.1:${server.port + 1}`]) {
      expect((await server.get('/', { cookie, origin })).status).toBe(403);
    }
    expect((await server.get('/', { cookie, origin: `http://127.0.0.1:${server.port}` })).status).toBe(200);
  });

  test('only reading is possible', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await server.get('/', { cookie }, method)).status).toBe(405);
    }
  });
});

describe('the page', () => {
  test('it is served with a policy that lets in nothing from elsewhere', async () => {
    const { status, headers, body } = await server.get('/', { cookie });
    expect(status).toBe(200);
    expect(body).toContain('<title>Hearth</title>');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  test('files have their type, and may be kept by the browser when their name holds their content', async () => {
    const { status, headers, body } = await server.get('/assets/page.js', { cookie });
    expect(status).toBe(200);
    expect(body).toBe('export {};');
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headers['cache-control']).toContain('immutable');
    const head = await server.get('/assets/page.js', { cookie }, 'HEAD');
    expect(head).toMatchObject({ status: 200, body: '' });
  });

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//secret.txt',
    '/page.js%00.html',
    '/%',
    '/assets',
    '/nothing.js',
  ])('%s is not found', async (path) => {
    const { status, body } = await server.get(path, { cookie });
    expect(status).toBe(404);
    expect(body).not.toContain('not for pages');
  });

  test('a link out of the folder is not followed', async () => {
    symlinkSync(join(server.folder, 'secret.txt'), join(server.folder, 'page', 'linked.txt'));
    expect((await server.get('/linked.txt', { cookie })).status).toBe(404);
  });
});

test('a data folder that is in use is said in one sentence, and the server does not stay', async () => {
  const options = { dataFolder: join(server.folder, 'data'), resourcesFolder: join(server.folder, 'no-resources') };
  await expect(startServer(options)).rejects.toMatchObject({ code: 'folder-in-use' });
});

test('a port that is taken is said in one sentence', async () => {
  const options = { dataFolder: join(server.folder, 'other'), port: server.port };
  await expect(startServer(options)).rejects.toThrow(`Port ${server.port} is taken.`);
});
