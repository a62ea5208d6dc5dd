// The reuse bar grows into the prompt of an answer, with every token where it came from: to see, to hear and to copy.

import { expect, test } from './fixtures.ts';
import * as people from './people.ts';
import { withoutReadingAhead } from './reading-ahead.ts';

const { HANDBOOK } = people;
const LABEL = /^\[tokens? ([\d,]+)(?: to ([\d,]+))?: (.+)\]$/;

test('every token of the prompt is shown with its origin, said in words and copied as it is', async ({
  host,
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await withoutReadingAhead(page);
  await people.beginAs(page, host.url, 'Ana');
  await people.addToLibrary(page, HANDBOOK);
  await page.getByRole('button', { name: 'Ask about it' }).click();
  await people.ask(page, 'When does the paper bin go out?');
  const answer = await people.ask(page, 'Where is the ladder?');
  const reuse = await people.reuseOf(answer);
  const tokens = await people.openTokens(answer);

  const labels = await tokens.locator('.run-label').allInnerTexts();
  const runs = labels.map((label) => LABEL.exec(label.trim()) ?? [label]);
  const number = (text: string | undefined) => Number(text?.replaceAll(',', ''));
  let end = 0;
  for (const run of runs) {
    expect(number(run[1]), run[0]).toBe(end + 1);
    end = number(run[2] ?? run[1]);
  }
  expect(end).toBe(people.tokensOf(reuse, 'tokens'));
  const words = runs.map((run) => run[3]);
  expect(words).toContain('from the library, exact');
  expect(words.at(-1)).toBe('new');
  await expect(tokens.locator('.token')).toHaveCount(end);

  await answer.getByRole('button', { name: 'Copy the prompt' }).click();
  await expect(answer.getByRole('button', { name: 'Copied' })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain(HANDBOOK.text.trim());
  expect(copied).toContain('Where is the ladder?');
  expect(copied).not.toContain('from the library');

  const bar = people.reuseBar(answer);
  await expect(bar).toHaveAttribute('aria-expanded', 'true');
  await bar.press('Enter');
  await expect(tokens).toBeHidden();
  await expect(bar).toHaveAttribute('aria-expanded', 'false');
});

test('a mark leads to its tokens, one run after the other', async ({ host, page }) => {
  await people.beginAs(page, host.url, 'Ana');
  await people.ask(page, 'Where is the ladder?');
  const answer = await people.ask(page, 'And the toolbox?');
  const tokens = await people.openTokens(answer);
  const marks = answer.getByRole('list', { name: 'Marks' }).getByRole('button', { name: / new: show the next$/ });
  const fresh = tokens.locator('[data-run][data-origin="fresh"]');
  await marks.click();
  await expect(fresh.first()).toBeFocused();
  await expect(fresh.first()).toBeInViewport();
});

test('the tokens of a text that is gone are not shown, and the reason is', async ({ host, page }) => {
  await people.beginAs(page, host.url, 'Ana');
  await people.attachFile(page, HANDBOOK);
  const answer = await people.ask(page, 'Where is the ladder?');
  await page.getByRole('button', { name: `Take ${HANDBOOK.title} out of this chat` }).click();
  await expect(people.chip(page, HANDBOOK.title)).toHaveCount(0);
  await people.reuseBar(answer).click();
  await expect(answer).toContainText('changed since');
  await expect(answer.locator('.token')).toHaveCount(0);
});

test('who leaves takes the tokens along', async ({ host, page }) => {
  const word = people.oddWord();
  await people.beginAs(page, host.url, 'Ana');
  const tokens = await people.openTokens(await people.ask(page, `Remember ${word}`));
  await expect(tokens).toContainText(word.slice(0, 4));
  await people.leave(page);
  await people.addPerson(page, 'Ben');
  await people.choose(page, 'Ben');
  await expect(page.locator('.token')).toHaveCount(0);
  await expect(page.getByText(word)).toHaveCount(0);
});
