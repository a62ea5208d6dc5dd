// The browser host as a person meets it: the printed link opens the page, and only the link does.

import { expect, test } from './fixtures.ts';

test('the printed link opens the page, and the address bar keeps no secret', async ({ host, page }) => {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(host.url);
  await expect(page).toHaveTitle('Hearth');
  await expect(page.getByRole('heading', { name: /welcome/i })).toBeVisible();
  expect(page.url()).toBe(new URL('/', host.url).href);
  expect(problems).toEqual([]);
});

test('without the link, or with another one, a page says what to do', async ({ host, page }) => {
  await page.goto(new URL('/', host.url).href);
  await expect(page.getByRole('heading', { name: 'Open Hearth with its link' })).toBeVisible();
  await page.goto(new URL('/enter?secret=wrong', host.url).href);
  await expect(page.getByRole('heading', { name: 'This link is not valid' })).toBeVisible();
});

test('a script that did not come with the page does not run', async ({ host, page }) => {
  await page.goto(host.url);
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.body.append(script);
  });
  expect(await page.evaluate(() => 'injected' in window)).toBe(false);
});

test('a page of another site can neither read the page nor open the socket', async ({ host, page, context }) => {
  await page.goto(host.url);
  await context.route('https://evil.example/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<title>Evil</title>' }),
  );
  await page.goto('https://evil.example/');
  const outcome = await page.evaluate(async (address) => {
    const read = await fetch(address, { credentials: 'include' }).then(
      () => 'read',
      () => 'refused',
    );
    const socket = await new Promise<string>((resolve) => {
      const opened = new WebSocket(address.replace('http', 'ws') + 'socket');
      opened.addEventListener('open', () => resolve('opened'));
      opened.addEventListener('error', () => resolve('refused'));
    });
    return { read, socket };
  }, new URL('/', host.url).href);
  expect(outcome).toEqual({ read: 'refused', socket: 'refused' });
});
