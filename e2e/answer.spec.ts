// An answer under way: it streams, is stopped, goes on, is given again; and a chat that no longer fits says so.

import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { CANNOT_HOLD, HeldEngine } from './slow-engine.ts';
import * as people from './people.ts';

/** Answers of random words: long, and each time the same. */
const RAMBLING = { Temperature: 5, Seed: 7 };
const PLAIN = { Temperature: 0 };

/** A running answer that has a word by now. */
const writing = (page: Page) => people.lastMessage(page).filter({ hasText: /\p{L}{3}.*Writing/su });

/** The first letters of an answer that stand together: Markdown leaves those as they are. */
async function beginning(answer: Locator): Promise<string> {
  return /\p{L}{3,}/u.exec(await answer.innerText())?.[0] ?? '';
}

test('an answer streams, and is announced by whole sentences', async ({ host, page }) => {
  test.skip(CANNOT_HOLD, 'the engine cannot be held on this system');
  await people.beginAs(page, host.url, 'Ana');
  await people.setNumbers(page, RAMBLING);
  using engine = HeldEngine.hold(host);
  await people.send(page, 'Hello');
  await engine.workUntil(writing(page));
  const partial = await beginning(people.lastMessage(page));
  expect(partial).not.toBe('');
  engine.release();
  const answer = await people.answered(page);
  await expect(answer).toContainText(partial);
  await expect(page.getByRole('log', { name: 'Answer as it is written' })).not.toBeEmpty();
});

test('a stopped answer keeps what was written, and the chat goes on', async ({ host, page }) => {
  test.skip(CANNOT_HOLD, 'the engine cannot be held on this system');
  await people.beginAs(page, host.url, 'Ana');
  await people.setNumbers(page, RAMBLING);
  using engine = HeldEngine.hold(host);
  await people.send(page, 'Hello');
  await engine.workUntil(writing(page));
  const partial = await beginning(people.lastMessage(page));
  await page.getByRole('button', { name: 'Stop' }).click();
  engine.release();
  const stopped = await people.answered(page);
  await expect(stopped).toContainText('You stopped here.');
  await expect(stopped).toContainText(partial);
  await expect(page.getByRole('complementary', { name: 'Details' })).toContainText('you stopped it');

  await people.setNumbers(page, PLAIN);
  await people.ask(page, 'When does the paper bin go out?');
  await page.reload();
  await page.getByRole('button', { name: 'Hello', exact: true }).click();
  await expect(people.messages(page).getByRole('article')).toHaveCount(4);
  await expect(people.messages(page)).toContainText(partial);
  await expect(people.messages(page).getByText('You stopped here.')).toHaveCount(1);
});

test('an answer that is given again replaces the one before', async ({ host, page }) => {
  await people.beginAs(page, host.url, 'Ana');
  await people.setNumbers(page, { ...RAMBLING, 'Longest answer': 12 });
  const first = await people.ask(page, 'Hello');
  await expect(page.getByRole('complementary', { name: 'Details' })).toContainText('longest allowed answer');
  const rambling = (await first.innerText()).split('\n')[0] ?? '';
  await people.setNumbers(page, { ...PLAIN, 'Longest answer': 512 });
  await people.lastMessage(page).getByRole('button', { name: 'Answer again' }).click();
  const again = await people.answered(page);
  await expect(again).not.toContainText(rambling);
  await expect(people.messages(page).getByRole('article')).toHaveCount(2);
  const plain = await again.innerText();
  await page.reload();
  await page.getByRole('button', { name: 'Hello', exact: true }).click();
  await expect(people.messages(page).getByRole('article')).toHaveCount(2);
  expect(await people.lastMessage(page).innerText()).toBe(plain);
});

test('a message beyond the context is kept, and a new chat with its text is one click away', async ({ host, page }) => {
  await people.beginAs(page, host.url, 'Ana');
  await page.getByRole('button', { name: 'Settings' }).click();
  const model = page.getByRole('dialog').getByText(/tokens of context/);
  const contextTokens = people.tokensOf(await model.innerText(), 'tokens of context');
  await page.keyboard.press('Escape');
  const begin = people.oddWord();
  await people.send(page, `${begin} ${'bin '.repeat(contextTokens)}`);
  const trouble = people.messages(page).getByRole('alert');
  await expect(trouble).toContainText(/fit|long/);
  await expect(trouble).toContainText(String(contextTokens));
  await expect(people.messages(page).getByRole('article', { name: 'You' })).toContainText(begin);
  await expect(page.getByRole('meter', { name: 'Context used' })).toHaveAttribute('aria-valuetext', /^more than/);
  await expect(trouble.getByRole('button')).toHaveText('New chat');
  await trouble.getByRole('button').click();
  const field = page.getByRole('textbox', { name: 'Your message' });
  await expect(field).toBeFocused();
  await expect(field).toHaveValue(new RegExp(`^${begin} bin`));
  await page.reload();
  await page.getByRole('button', { name: new RegExp(`^${begin}`) }).click();
  await expect(people.messages(page).getByRole('article', { name: 'You' })).toContainText(begin);
  await expect(people.messages(page).getByText('This message has no answer yet.')).toBeVisible();
  await people.newChat(page);
  await people.ask(page, 'Hello');
});
