// What an answer or a document contains is shown, never run: Markdown becomes structure, everything else stays text.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { BrowserHost } from './fixtures.ts';
import { expect, test } from './fixtures.ts';
import * as people from './people.ts';

const HOSTILE = `<script>window.injected = 'script'</script>
<img src="https://evil.example/pixel.png" onerror="window.injected = 'image'">
<iframe src="https://evil.example/"></iframe>
`;

const ANSWER = `## When the bins go out

The *paper* bin on **Monday**, see [the plan](https://plan.example/) or [this](javascript:window.injected='link').

1. paper
2. glass

| bin | day |
| --- | --- |
| paper | Monday |

\`\`\`python
print("Monday")
\`\`\`

![the plan](https://evil.example/plan.png)

${HOSTILE}`;

/** A small model writes no Markdown of its own accord: its saved answer becomes this one while the app is closed. */
async function replaceAnswers(host: BrowserHost, text: string): Promise<void> {
  await host.stop();
  const database = new DatabaseSync(join(host.dataFolder, 'hearth.sqlite'));
  const { changes } = database.prepare("UPDATE messages SET text = ? WHERE role = 'assistant'").run(text);
  database.close();
  expect(changes).toBe(1);
  await host.start();
}

test('an answer shows its Markdown, and runs nothing', async ({ host, page }) => {
  await people.beginAs(page, host.url, 'Ana');
  await people.ask(page, 'Hello');
  await replaceAnswers(host, ANSWER);
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(host.url).origin) foreign.push(request.url());
  });
  await page.goto(host.url);
  await people.choose(page, 'Ana');
  await page.getByRole('button', { name: 'Hello', exact: true }).click();
  const answer = people.lastMessage(page);
  await expect(answer.getByRole('heading', { name: 'When the bins go out' })).toBeVisible();
  await expect(answer.getByRole('listitem')).toHaveText(['paper', 'glass']);
  await expect(answer.getByRole('cell', { name: 'Monday' })).toBeVisible();
  await expect(answer.getByRole('code').filter({ hasText: 'print("Monday")' })).toBeVisible();
  await expect(answer.getByRole('strong').filter({ hasText: 'Monday' })).toBeVisible();
  const link = answer.getByRole('link', { name: 'the plan' }).first();
  await expect(link).toHaveAttribute('href', 'https://plan.example/');
  await expect(link).toHaveAttribute('rel', /noopener/);
  await answer.getByText('this', { exact: true }).click();
  await expect(answer.locator('script, iframe, img')).toHaveCount(0);
  await expect(answer).toContainText('<iframe src="https://evil.example/">');
  expect(await page.evaluate(() => 'injected' in window)).toBe(false);
  expect(foreign).toEqual([]);
});

test('the text of a document and of a question is shown as it is', async ({ host, page }) => {
  await people.beginAs(page, host.url, 'Ana');
  await people.addToLibrary(page, { title: '<b>Bins</b>', text: HOSTILE });
  await page.getByRole('button', { name: '<b>Bins</b>', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Text of the document' })).toHaveText(HOSTILE);
  await page.keyboard.press('Escape');
  await people.newChat(page);
  await people.send(page, HOSTILE);
  await people.answered(page);
  await expect(people.messages(page).getByRole('article', { name: 'You' })).toHaveText(HOSTILE.trim());
  expect(await page.evaluate(() => 'injected' in window)).toBe(false);
});

test('the policy of the page refuses scripts in the page, from elsewhere, and in attributes', async ({
  host,
  page,
}) => {
  await page.goto(host.url);
  await expect(page.getByRole('heading', { name: 'Welcome to Hearth' })).toBeVisible();
  const refused = await page.evaluate(async () => {
    const seen: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
    const ended = (element: HTMLElement) =>
      new Promise<void>((resolve) => {
        element.addEventListener('load', () => resolve());
        element.addEventListener('error', () => resolve());
      });
    const inline = document.createElement('script');
    inline.textContent = 'window.injected = "inline"';
    const remote = document.createElement('script');
    remote.src = 'https://evil.example/script.js';
    const image = document.createElement('img');
    image.setAttribute('onerror', 'window.injected = "attribute"');
    image.src = 'https://evil.example/pixel.png';
    const done = [ended(remote), ended(image)];
    document.body.append(inline, remote, image);
    await Promise.all(done);
    // The events of the policy are queued behind those of the elements.
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return { seen, injected: 'injected' in window };
  });
  expect(refused.injected).toBe(false);
  expect(refused.seen).toContain('script-src-elem');
  expect(refused.seen).toContain('script-src-attr');
  expect(refused.seen).toContain('img-src');
});
