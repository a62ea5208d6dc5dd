// Answers from approximate memory: labelled, healed by themselves, checked where that is wanted, corrected visibly.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Locator, Page } from '@playwright/test';
import type { BrowserHost } from './fixtures.ts';
import { expect, test } from './fixtures.ts';
import * as people from './people.ts';
import { withoutReadingAhead } from './reading-ahead.ts';

const { HANDBOOK } = people;
const LETTER: people.TextDocument = {
  title: 'Letter from school',
  text: 'Letter from school\n\nThe summer party is on Friday at four. Please bring a cake and two chairs.\n',
};

/** A chat in which the handbook stands behind another document than when it was read: its text has moved. */
async function askAboutMovedText(page: Page): Promise<Locator> {
  await people.attachFile(page, HANDBOOK);
  await people.ask(page, 'When does the paper bin go out?');
  await people.newChat(page);
  await people.attachFile(page, LETTER);
  await people.attachFile(page, HANDBOOK);
  return people.ask(page, 'Where is the ladder?');
}

/** Every word that the badges of the page have shown since then. */
async function watchBadges(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const seen = new Set<string>();
    Object.assign(window, { seenBadges: seen });
    const look = () => document.querySelectorAll('.state-mark').forEach((mark) => seen.add(mark.textContent));
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => [...(window as unknown as { seenBadges: Set<string> }).seenBadges]);
}

test('a text that moved is reused, the answer says it is approximate, and turns to healed by itself', async ({
  host,
  page,
}) => {
  await withoutReadingAhead(page);
  await people.beginAs(page, host.url, 'Ana');
  await people.setChoice(page, 'Reuse', /^Hearth/);
  const badges = await watchBadges(page);
  const answer = await askAboutMovedText(page);
  await expect(answer).toContainText('healed to exact');
  expect(await badges()).toContain('approximate');
  const reuse = await people.reuseOf(answer);
  expect(people.tokensOf(reuse, 'moved')).toBeGreaterThan(64);
  const tokens = await people.openTokens(answer);
  await expect(tokens.locator('.run-label', { hasText: 'from your own chats, moved' }).first()).toBeAttached();
  await expect(tokens.locator('.run-label', { hasText: 'moved, recomputed' }).first()).toBeAttached();
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details.getByText('policy', { exact: true }).locator('..')).toContainText('Hearth, balanced');
  await expect(details.getByText('recomputed in the prompt').locator('..')).toContainText(
    `${people.tokensOf(reuse, 'of them recomputed')} token`,
  );
});

test('with the quality level exact nothing approximate is used', async ({ host, page }) => {
  await withoutReadingAhead(page);
  await people.beginAs(page, host.url, 'Ana');
  await people.setChoice(page, 'Reuse', /^Hearth/);
  await people.setChoice(page, 'How far Hearth may go', /^Exact/);
  const answer = await askAboutMovedText(page);
  await expect(answer.locator('.state-mark')).toHaveText('exact');
  expect(people.tokensOf(await people.reuseOf(answer), 'moved')).toBe(0);
});

test('in a clinic an approximate answer is checked', async ({ host, page }) => {
  await withoutReadingAhead(page);
  await people.beginAs(page, host.url, 'Ana');
  await people.setChoice(page, 'Reuse', /^Hearth/);
  await people.leave(page);
  const about = await people.about(page, 'Ana');
  await expect(about.getByRole('combobox', { name: 'Approximate answers' })).toContainText(
    'Default (Do not check them)',
  );
  await about.getByRole('radio', { name: /^Clinic/ }).check();
  await expect(about.getByRole('combobox', { name: 'Approximate answers' })).toContainText('Default (Check them)');
  await about.getByRole('button', { name: 'Save' }).click();
  await expect(about).toBeHidden();
  await page.getByRole('button', { name: 'Done' }).click();
  await people.choose(page, 'Ana');
  const answer = await askAboutMovedText(page);
  await expect(answer).toContainText(/checked|corrected/);
  await expect(page.getByRole('complementary', { name: 'Details' })).toContainText(/\d tokens?, (all as|some were)/);
});

/** A correct model needs no correction: one is written into the saved answer while the app is closed. */
async function correctAnswer(host: BrowserHost, text: string, correction: { at: number; removed: string }) {
  await host.stop();
  const database = new DatabaseSync(join(host.dataFolder, 'hearth.sqlite'));
  const verification = JSON.stringify({ checkedTokens: 9, correction });
  const { changes } = database
    .prepare(
      "UPDATE messages SET text = ?, report = json_set(report, '$.verification', json(?)) WHERE role = 'assistant'",
    )
    .run(text, verification);
  database.close();
  expect(changes).toBe(1);
  await host.start();
}

test('corrected words are marked, and what stood there is one focus away', async ({ host, page }) => {
  await people.beginAs(page, host.url, 'Ana');
  await people.ask(page, 'How much?');
  const text = 'Take **50 mg** once a day. Rest.';
  await correctAnswer(host, text, { at: 8, removed: ' mg** twice a day. Rest.' });
  await page.goto(host.url);
  await people.choose(page, 'Ana');
  await page.getByRole('button', { name: 'How much?', exact: true }).click();
  const answer = people.lastMessage(page);
  await expect(answer.locator('mark')).toHaveText(['50', 'once']);
  await expect(answer).toContainText('Checked and corrected');
  await answer.locator('mark').nth(1).focus();
  const before = page.getByRole('tooltip');
  await expect(before).toContainText('First it said: twice');
  await expect(page.locator('.hint del')).toHaveText('twice');
  await expect(answer.locator('mark').nth(1)).toHaveAccessibleDescription(/First it said: twice/);
});
