// What people do on the page, as steps for the specs: by role and label, each waiting until the page shows its outcome.

import { randomUUID } from 'node:crypto';
import type { Locator, Page } from '@playwright/test';
import { expect } from './fixtures.ts';

export interface TextDocument {
  title: string;
  text: string;
}

/** Long enough for several blocks of the cache, short enough for the context of a small model. */
export const HANDBOOK: TextDocument = {
  title: 'Household rules',
  text: `Household rules

Bins
- The paper bin goes out on Monday.
- The garden bin goes out on Thursday.
- The glass bin goes out on Friday.
- The metal bin goes out on Sunday.

Where things are
- The first aid kit is in the hall cupboard.
- The ladder is in the garage.
- The toolbox is in the cellar.
- The torch is in the kitchen drawer.

Chores
- The dishes: Anna.
- The laundry: Ben.
- The shopping: Clara.
`,
};

/** The very first start: opens the link and begins as the first person. */
export async function beginAs(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url);
  await expect(page.getByRole('heading', { name: 'Welcome to Hearth' })).toBeVisible();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('button', { name: 'Begin' }).click();
  await expect(page.getByRole('button', { name: `${name}. Switch person` })).toBeVisible();
}

/** From anywhere behind the picker back to it. */
export async function leave(page: Page): Promise<void> {
  await page.getByRole('button', { name: /\. Switch person$/ }).click();
  await page.getByRole('menuitem', { name: 'Leave, and show everyone' }).click();
  await expect(page.getByRole('heading', { name: 'Who is here?' })).toBeVisible();
}

/** On the picker. */
export async function addPerson(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a person' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a person' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name, exact: true })).toBeVisible();
}

/** On the picker: opens what a person chose, and leaves the people to be managed. */
export async function about(page: Page, name: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Manage people' }).click();
  await page.getByRole('button', { name: `About ${name}`, exact: true }).click();
  const dialog = page.getByRole('dialog', { name: `About ${name}` });
  await expect(dialog).toBeVisible();
  return dialog;
}

/** On the picker. */
export async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await expect(page.getByRole('button', { name: `${name}. Switch person` })).toBeVisible();
}

export async function goTo(page: Page, place: 'Library' | 'Memory'): Promise<void> {
  await page.getByRole('navigation').getByRole('button', { name: place }).click();
  await expect(page.getByRole('heading', { name: place, level: 1 })).toBeVisible();
}

export async function newChat(page: Page): Promise<void> {
  // A chat bears this name as well until its first message has named it; the button stands above the list.
  await page.getByRole('navigation').getByRole('button', { name: 'New chat', exact: true }).first().click();
  await expect(page.getByRole('heading', { name: 'New chat' })).toBeVisible();
}

/** Puts a document into the shared library, and leaves the page there. */
export async function addToLibrary(page: Page, document: TextDocument): Promise<void> {
  await goTo(page, 'Library');
  await page.getByRole('button', { name: 'Add a document' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a document' });
  await dialog.getByRole('textbox', { name: 'Title' }).fill(document.title);
  await dialog.getByRole('textbox', { name: 'Text' }).fill(document.text);
  await dialog.getByRole('button', { name: 'Add for everyone' }).click();
  await expect(dialog).toBeHidden();
  await expect(sharedDocument(page, document.title)).toBeVisible();
}

export function sharedDocument(page: Page, title: string): Locator {
  return page.getByRole('list', { name: 'Shared documents' }).getByRole('listitem').filter({ hasText: title });
}

/** In a chat: takes a document of the library into it. */
export async function takeFromLibrary(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a document' }).click();
  await page.getByRole('menuitem', { name: 'A document from the library' }).click();
  await page.getByRole('dialog', { name: 'Add a document' }).getByRole('button', { name: title }).click();
  await expect(chip(page, title)).toBeVisible();
}

/** In a chat: attaches a text file of this computer, for this person only. */
export async function attachFile(page: Page, { title, text }: TextDocument): Promise<void> {
  await page.getByRole('button', { name: 'Add a document' }).click();
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('menuitem', { name: 'A text file, only for you' }).click();
  const chooser = await choosing;
  await chooser.setFiles({ name: `${title}.txt`, mimeType: 'text/plain', buffer: Buffer.from(text) });
  await expect(chip(page, title)).toBeVisible();
}

export function chip(page: Page, title: string): Locator {
  return page.getByRole('list', { name: 'Documents in this chat' }).getByRole('listitem').filter({ hasText: title });
}

export function messages(page: Page): Locator {
  return page.getByRole('region', { name: 'Messages' });
}

/** The last thing said in the open chat. */
export function lastMessage(page: Page): Locator {
  return messages(page).getByRole('article').last();
}

export async function send(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Your message' });
  await field.fill(text);
  await field.press('Enter');
  await expect(field).toHaveValue('');
}

/** A long prompt on a machine that is busy with other things; a test has its own limit. */
const ANSWER_MS = 60_000;

/** Waits for the answer to the last message to be complete and saved; the locator stays on the last message. */
export async function answered(page: Page): Promise<Locator> {
  const answer = lastMessage(page);
  await expect(answer.getByRole('button', { name: 'Copy answer' })).toBeVisible({ timeout: ANSWER_MS });
  await expect(answer).toHaveAccessibleName('Answer');
  return answer;
}

export async function ask(page: Page, question: string): Promise<Locator> {
  await send(page, question);
  await expect(messages(page).getByRole('article', { name: 'You' }).filter({ hasText: question }).last()).toBeVisible();
  return answered(page);
}

export function reuseBar(answer: Locator): Locator {
  return answer.getByRole('button', { name: /Show tokens\.$/ });
}

/** The words of an answer's reuse bar: its headline and the text equivalent of its strip. */
export async function reuseOf(answer: Locator): Promise<string> {
  const bar = reuseBar(answer);
  return (await bar.getAttribute('aria-label')) ?? (await bar.innerText());
}

/** The number before a word of a reuse bar, 0 where the word does not occur. */
export function tokensOf(reuse: string, what: string): number {
  const found = new RegExp(`([\\d,]+) ${what}`).exec(reuse)?.[1];
  return found === undefined ? 0 : Number(found.replaceAll(',', ''));
}

/** Settings by their label, for everyone on this machine. */
export async function setNumbers(page: Page, values: Record<string, number>): Promise<void> {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings' });
  for (const [label, value] of Object.entries(values)) {
    const field = dialog.getByRole('textbox', { name: label });
    await field.fill(String(value));
    await field.press('Enter');
  }
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
}

/** One choice of the settings, for everyone on this machine who chose nothing for themselves. */
export async function setChoice(page: Page, group: string, choice: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings' });
  await dialog.getByRole('group', { name: group }).getByRole('radio', { name: choice }).check();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
}

/** Opens the tokens of the prompt behind an answer. */
export async function openTokens(answer: Locator): Promise<Locator> {
  await reuseBar(answer).click();
  const tokens = answer.getByRole('region', { name: 'Tokens of the prompt' });
  await expect(tokens).toBeVisible();
  return tokens;
}

/** A word that no model and no other test knows. */
export function oddWord(): string {
  return `word${randomUUID().slice(0, 8)}`;
}
