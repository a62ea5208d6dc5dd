// What the app is for: a document is read once and answered from memory afterwards, for everyone and after a restart.
// What is private is reused for its owner alone.

import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import * as people from './people.ts';
import { withoutReadingAhead } from './reading-ahead.ts';

const { HANDBOOK } = people;

/** Tokens of the handbook, as the library says. */
async function handbookTokens(page: Page): Promise<number> {
  const row = people.sharedDocument(page, HANDBOOK.title);
  await expect(row).toContainText(/\d+ tokens/);
  return people.tokensOf(await row.innerText(), 'tokens');
}

/** The counts of the details pane's legend. */
async function legendCounts(page: Page): Promise<number[]> {
  const legend = page.getByRole('region', { name: 'What was reused' }).getByRole('listitem');
  const rows = await legend.allInnerTexts();
  return rows.map((row) => Number(/([\d,]+)\s+<?\d+%\s*$/.exec(row)?.[1]?.replaceAll(',', '')));
}

test.describe('a document of the library', () => {
  test('is read for the first person and remembered for the next, also after a restart', async ({ host, page }) => {
    await withoutReadingAhead(page);
    await people.beginAs(page, host.url, 'Ana');
    await people.addToLibrary(page, HANDBOOK);
    const documentTokens = await handbookTokens(page);
    await page.getByRole('button', { name: 'Ask about it' }).click();
    await expect(people.chip(page, HANDBOOK.title)).toContainText('everyone');
    const first = await people.ask(page, 'When does the paper bin go out?');
    await expect(first).toContainText('Read for the first time');
    const firstReuse = await people.reuseOf(first);
    expect(people.tokensOf(firstReuse, 'new')).toBe(people.tokensOf(firstReuse, 'tokens'));
    expect(people.tokensOf(firstReuse, 'tokens')).toBeGreaterThan(documentTokens);

    await people.leave(page);
    await people.addPerson(page, 'Ben');
    await people.choose(page, 'Ben');
    await people.takeFromLibrary(page, HANDBOOK.title);
    const second = await people.ask(page, 'Where is the ladder?');
    await expect(second).not.toContainText('Read for the first time');
    const secondReuse = await people.reuseOf(second);
    const fromLibrary = people.tokensOf(secondReuse, 'shared with everyone');
    expect(fromLibrary).toBeGreaterThan(documentTokens * 0.9);
    expect(people.tokensOf(secondReuse, 'from your own chats')).toBe(0);

    await people.reuseBar(second).click();
    const details = page.getByRole('complementary', { name: 'Details' });
    await expect(details.getByText('shared with everyone', { exact: true }).locator('..')).toContainText(
      `${fromLibrary} tokens`,
    );
    const counts = await legendCounts(page);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(people.tokensOf(secondReuse, 'tokens'));

    await host.restart();
    await page.goto(host.url);
    await people.choose(page, 'Ben');
    await page.getByRole('button', { name: 'Where is the ladder?', exact: true }).click();
    await expect(people.messages(page).getByRole('article', { name: 'You' })).toHaveText('Where is the ladder?');
    expect(await people.reuseOf(people.lastMessage(page))).toBe(secondReuse);
    const third = await people.reuseOf(await people.ask(page, 'Who does the dishes?'));
    expect(people.tokensOf(third, 'shared with everyone')).toBeGreaterThanOrEqual(fromLibrary);
    expect(people.tokensOf(third, 'from your own chats')).toBeGreaterThan(0);
  });

  test('is read again when reuse is off, and the answer says so', async ({ host, page }) => {
    await people.beginAs(page, host.url, 'Ana');
    await page.getByRole('button', { name: /Household handbook/ }).click();
    await people.answered(page);
    await people.setChoice(page, 'Reuse', /^Off/);
    const again = await people.ask(page, 'Where is the ladder?');
    await expect(again).toContainText('reuse is off');
    const reuse = await people.reuseOf(again);
    expect(people.tokensOf(reuse, 'new')).toBe(people.tokensOf(reuse, 'tokens'));
  });

  test('that is removed is gone for everyone, and chats about it keep their messages', async ({ host, page }) => {
    await people.beginAs(page, host.url, 'Ana');
    await people.addToLibrary(page, HANDBOOK);
    await page.getByRole('button', { name: 'Ask about it' }).click();
    await people.ask(page, 'Where is the ladder?');
    await people.goTo(page, 'Library');
    await page.getByRole('button', { name: `Remove ${HANDBOOK.title}` }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByText('Nothing has been shared yet.')).toBeVisible();
    await people.goTo(page, 'Memory');
    await expect(page.getByRole('rowheader', { name: HANDBOOK.title })).toHaveCount(0);
    await page.getByRole('button', { name: 'Where is the ladder?', exact: true }).click();
    await expect(people.messages(page).getByRole('article')).toHaveCount(2);
    await expect(people.chip(page, HANDBOOK.title)).toHaveCount(0);
  });
});

test('a private attachment is remembered for its owner, and gives nobody else anything', async ({ host, page }) => {
  await withoutReadingAhead(page);
  await people.beginAs(page, host.url, 'Ana');
  await people.attachFile(page, HANDBOOK);
  await expect(people.chip(page, HANDBOOK.title)).toContainText('only you');
  await people.ask(page, 'When does the paper bin go out?');
  await people.newChat(page);
  await people.attachFile(page, HANDBOOK);
  const own = await people.reuseOf(await people.ask(page, 'Where is the ladder?'));
  expect(people.tokensOf(own, 'from your own chats')).toBeGreaterThan(100);

  await people.leave(page);
  await people.addPerson(page, 'Ben');
  await people.choose(page, 'Ben');
  await people.goTo(page, 'Library');
  await expect(page.getByText('Nothing has been shared yet.')).toBeVisible();
  await expect(page.getByText(HANDBOOK.title)).toHaveCount(0);
  await people.newChat(page);
  await people.attachFile(page, HANDBOOK);
  const foreign = await people.ask(page, 'When does the paper bin go out?');
  const reuse = await people.reuseOf(foreign);
  expect(people.tokensOf(reuse, 'new')).toBe(people.tokensOf(reuse, 'tokens'));
  await expect(foreign).toContainText('Read');
});
