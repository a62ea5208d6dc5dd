// Answers from approximate memory: labelled, healed by themselves, checked where that is wanted, corrected visibly.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Locator, Page } from '@playwright/test';
import type { BrowserHost } from './fixtures.ts';
import { expect, test } from './fixtures.ts';
import * as people from './people.ts';
import { withoutReadingAhead } from './reading-ahead.ts';

// Prompts of a thousand tokens, each several times: on a busy machine they take a while.
test.slow();

/**
 * About 1,100 tokens, as long as a real document: reusing them costs less than half of computing them, whatever else
 * the machine does. Whether a few hundred are worth an approximate answer depends on how fast it is at that moment.
 */
const HANDBOOK: people.TextDocument = {
  title: people.HANDBOOK.title,
  text: `${readFileSync(join(import.meta.dirname, '../resources/library/recipe-book.md'), 'utf8')}\n${people.HANDBOOK.text}`,
};
const SAMPLE: people.TextDocument = {
  title: 'Household handbook',
  text: readFileSync(join(import.meta.dirname, '../resources/library/household-handbook.md'), 'utf8'),
};
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
  await expect(answer).toContainText('healed to exact', { timeout: 60_000 });
  expect(await badges()).toContain('approximate');
  const reuse = await people.reuseOf(answer);
  expect(people.tokensOf(reuse, 'moved')).toBeGreaterThan(800);
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

test('what checking finds wrong is corrected before the reader’s eyes, and then it is what no memory would say', async ({
  host,
  page,
}) => {
  await withoutReadingAhead(page);
  await people.beginAs(page, host.url, 'Ana');
  await people.setNumbers(page, { Temperature: 0 });
  // It takes rows of like words for each other, and so gets names wrong that it has to spell; what it finds does not
  // depend on how fast the machine is.
  await people.setChoice(page, 'Reuse', /^SemShareKV/);
  await people.leave(page);
  const about = await people.about(page, 'Ana');
  await about.getByRole('combobox', { name: 'Approximate answers' }).selectOption('Check them');
  await about.getByRole('button', { name: 'Save' }).click();
  await expect(about).toBeHidden();
  await page.getByRole('button', { name: 'Done' }).click();
  await people.choose(page, 'Ana');
  await people.attachFile(page, SAMPLE);
  await people.ask(page, 'When does the paper bin go out?');
  await people.newChat(page);
  await people.attachFile(page, LETTER);
  await people.attachFile(page, SAMPLE);
  const answer = await people.ask(page, 'What is the phone number of Anna?');
  await expect(answer).toContainText('Checked and corrected');
  await expect(answer.locator('mark').first()).toBeVisible();
  await expect(answer.locator('.state-mark', { hasText: 'corrected' })).toBeVisible();
  await expect(page.getByRole('log', { name: 'Answer as it is written' })).toContainText('Corrected after checking.');
  const corrected = await answer.getByRole('paragraph').first().innerText();
  expect(corrected).toContain('555-0142');
  await answer.locator('mark').first().focus();
  await expect(page.getByRole('tooltip')).toContainText('First it said:');

  await people.setChoice(page, 'Reuse', /^Off/);
  await answer.getByRole('button', { name: 'Answer again' }).click();
  await expect(people.lastMessage(page)).toContainText('reuse is off');
  await expect(people.lastMessage(page).getByRole('paragraph').first()).toHaveText(corrected);
});

/** With words that a test chooses: written into the saved answer while the app is closed. */
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
