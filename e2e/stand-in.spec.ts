// The desktop shell's wiring and guards, on the stand-in (see e2e/stand-in): the built main process, preload and engine,
// the page in real Chromium. Results here are the stand-in's, not Electron's.

import { readFileSync } from 'node:fs';
import { expect, test as base } from '@playwright/test';
import type { Page } from '@playwright/test';
import { engineEnvironment } from '../engine/contract/engine-environment.ts';
import { Shell } from './stand-in/launch.ts';

async function useShell(use: (shell: Shell) => Promise<void>): Promise<void> {
  const shell = new Shell();
  await use(shell);
  await shell.quit();
}

/** One shell per test; `sharedShell` for tests that only look, or leave it as it was. */
const test = base.extend<{ shell: Shell; page: Page }, { sharedShell: Shell }>({
  // oxlint-disable-next-line no-empty-pattern
  shell: async ({}, use) => useShell(use),
  // oxlint-disable-next-line no-empty-pattern
  sharedShell: [async ({}, use) => useShell(use), { scope: 'worker' }],
  page: async ({ shell }, use) => use(await shell.page()),
});
const guarded = test.extend({ page: async ({ sharedShell }, use) => use(await sharedShell.page()) });

interface Reply {
  result?: unknown;
  error?: { code: string };
}

/** Asks for a port of its own, and one question over it. The page takes the same port; the id tells the answers apart. */
function askOverNewPort(page: Page, method: string): Promise<Reply> {
  return page.evaluate(
    (name) =>
      new Promise<Reply>((resolve) => {
        const listen = (event: MessageEvent) => {
          const port = event.ports[0];
          if (event.data !== 'hearth-engine-port' || port === undefined) return;
          window.removeEventListener('message', listen);
          port.addEventListener('message', (answer) => {
            const reply = answer.data as Reply & { id: number };
            if (reply.id === 1_000_000) resolve(reply);
          });
          port.start();
          port.postMessage({ id: 1_000_000, method: name, params: {} });
        };
        window.addEventListener('message', listen);
        const send = (window as unknown as { standInSend: (channel: string, args: unknown[]) => void }).standInSend;
        send('engine:connect', []);
      }),
    method,
  );
}

test.describe('stand-in: wiring', () => {
  test('the page meets the engine through a port, and knows its host', async ({ page }) => {
    const info = await page.evaluate(() => (window as unknown as { hearthHost: { info: unknown } }).hearthHost.info);
    expect(info).toEqual({ kind: 'electron', version: '0.1.0', platform: process.platform });
    expect(await askOverNewPort(page, 'profiles.list')).toMatchObject({ result: [] });
  });

  test('the page itself shows that it reached the engine', async ({ page }) => {
    await expect(page.getByRole('heading', { name: /welcome/i })).toBeVisible();
  });

  test('after the engine is killed the page is told, and gets a port to the next one', async ({ shell, page }) => {
    await askOverNewPort(page, 'status');
    await page.evaluate(() => {
      const seen: string[] = [];
      const host = (window as unknown as { hearthHost: { onNotice(listener: (n: { engine: string }) => void): void } })
        .hearthHost;
      host.onNotice(({ engine }) => seen.push(engine));
      Object.assign(window, { seen });
    });
    const { engineProcessId } = await shell.facts();
    process.kill(engineProcessId ?? 0, 'SIGKILL');
    const seen = () => page.evaluate(() => (window as unknown as { seen: string[] }).seen);
    await expect.poll(seen).toEqual(['ready', 'restarting', 'ready']);
    expect((await shell.facts()).engineProcessId).not.toBe(engineProcessId);
    expect(await askOverNewPort(page, 'profiles.list')).toMatchObject({ result: [] });
  });

  test('the engine is told how to give memory back, and keeps what the shell was started with', async ({
    shell,
    page,
  }) => {
    test.skip(process.platform !== 'linux', 'only glibc is told, and only here is it shown');
    await askOverNewPort(page, 'status');
    const { engineProcessId } = await shell.facts();
    const environment = readFileSync(`/proc/${engineProcessId}/environ`, 'utf8').split('\0');
    const added = Object.entries(engineEnvironment({}, process.platform)).map(([name, value]) => `${name}=${value}`);
    expect(environment).toEqual(expect.arrayContaining([...added, `PATH=${process.env.PATH}`]));
  });

  test('quitting lets the engine finish first', async ({ shell, page }) => {
    await askOverNewPort(page, 'status');
    const { engineProcessId } = await shell.facts();
    expect(await shell.quit()).toBe(0);
    expect(() => process.kill(engineProcessId ?? 0, 0)).toThrow('ESRCH');
  });
});

test.describe('stand-in: guards', () => {
  guarded(
    'the window is sandboxed and isolated, the scheme is registered in time, the window shown once',
    async ({ sharedShell: shell, page }) => {
      await expect(page).toHaveTitle('Hearth');
      const facts = await shell.facts();
      expect(facts.sandboxEnabled).toBe('before ready');
      expect(facts.schemes).toEqual([
        { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true }, whenReady: false },
      ]);
      expect(facts.webPreferences).toHaveLength(1);
      expect(facts.webPreferences[0]).toMatchObject({
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
      });
      expect(facts.shown).toBe(1);
      expect(facts.menuLabels).toContain('editMenu');
    },
  );

  guarded('the page cannot be left', async ({ sharedShell: shell, page }) => {
    const address = page.url();
    for (const url of ['https://evil.example/', 'http://127.0.0.1:1/']) {
      await page.evaluate((target) => window.location.assign(target), url);
      await expect.poll(async () => (await shell.facts()).navigations.at(-1)).toEqual({ url, allowed: false });
    }
    expect(page.url()).toBe(address);
  });

  guarded(
    'windows never open; plain https links go to the browser, nothing else does',
    async ({ sharedShell: shell, page }) => {
      const urls = ['https://good.example/page', 'http://plain.example/', 'https://name:word@good.example/'];
      for (const url of urls) {
        await page.evaluate((target) => void window.open(target, '_blank', 'noopener'), url);
        await expect.poll(async () => (await shell.facts()).windowOpens.length).toBe(urls.indexOf(url) + 1);
      }
      const facts = await shell.facts();
      expect(facts.windowOpens.map(({ action }) => action)).toEqual(['deny', 'deny', 'deny']);
      expect(facts.openedOutside).toEqual(['https://good.example/page']);
    },
  );

  guarded('permissions are refused, less copying text from our own page', async ({ sharedShell: shell, page }) => {
    await expect(page).toHaveTitle('Hearth');
    for (const permission of [
      'geolocation',
      'media',
      'notifications',
      'clipboard-read',
      'openExternal',
      'fileSystem',
    ]) {
      const answer = await shell.ask('permission', permission, 'app://hearth/');
      expect(answer, permission).toEqual({ requested: false, checked: false, device: false });
    }
    const copying = (url: string) => shell.ask('permission', 'clipboard-sanitized-write', url);
    expect(await copying('app://hearth/')).toMatchObject({ requested: true, checked: true });
    expect(await copying('https://evil.example/')).toMatchObject({ requested: false, checked: false });
    expect(await copying('app://hearth.evil/')).toMatchObject({ requested: false, checked: false });
  });

  guarded('a frame inside the page gets no port', async ({ page }) => {
    await askOverNewPort(page, 'status');
    const ports = await page.evaluate(async () => {
      let arrived = 0;
      window.addEventListener('message', (event) => (arrived += event.ports.length), true);
      const frame = document.body.appendChild(document.createElement('iframe'));
      const inner = frame.contentWindow as unknown as {
        standInSend: (channel: string, args: unknown[]) => Promise<void>;
      };
      await inner.standInSend('engine:connect', []);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return arrived;
    });
    expect(ports).toBe(0);
  });

  guarded(
    'the page scheme serves the page, with its policy, and nothing outside its folder',
    async ({ sharedShell: shell, page }) => {
      await expect(page).toHaveTitle('Hearth');
      interface Served {
        status: number;
        headers: Record<string, string>;
        body: string;
      }
      const served = await shell.ask<Served>('request', 'app://hearth/');
      expect(served.status).toBe(200);
      expect(served.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
      const outside = [
        'app://hearth/../../package.json',
        'app://hearth/..%2f..%2fpackage.json',
        'app://hearth/%2e%2e%2f%2e%2e%2fpackage.json',
        'app://hearth//etc/passwd',
        'app://hearth/%00index.html',
        'app://hearth/%',
        'app://other/index.html',
        'app://hearth/missing.js',
      ];
      for (const url of outside) {
        expect(await shell.ask<Served>('request', url), url).toMatchObject({ status: 404, body: 'Not found' });
      }
    },
  );

  guarded('a script that did not come with the page does not run', async ({ page }) => {
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
    });
    expect(await page.evaluate(() => 'injected' in window)).toBe(false);
  });
});
