// Every screen and dialog of the page with something on it, in an order in which each is reached from the one before.

import type { Page } from '@playwright/test';
import { expect } from './fixtures.ts';
import * as people from './people.ts';

const TITLE = `${people.HANDBOOK.title} ${'of the house '.repeat(10)}`;
const QUESTION = `When does the paper bin go out, and where is the ${'very'.repeat(60)}longword?`;

interface Screen {
  name: string;
  open(page: Page): Promise<void>;
}

export const SCREENS: readonly Screen[] = [
  {
    name: 'welcome',
    open: async (page) => expect(page.getByRole('heading', { name: 'Welcome to Hearth' })).toBeVisible(),
  },
  {
    name: 'empty chat',
    open: async (page) => {
      const name = page.getByRole('textbox', { name: 'Name' });
      await name.fill('Ana');
      await name.press('Enter');
      await expect(page.getByRole('heading', { name: /, Ana$/ })).toBeVisible();
    },
  },
  { name: 'chats', open: openChats },
  {
    name: 'empty library',
    open: async (page) => {
      await page.getByRole('navigation').getByRole('button', { name: 'Library' }).click();
      await expect(page.getByText('Nothing has been shared yet.')).toBeVisible();
    },
  },
  {
    name: 'new document',
    open: async (page) => {
      await page.getByRole('button', { name: 'Add a document' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add a document' });
      await dialog.getByRole('textbox', { name: 'Title' }).fill(TITLE);
      await dialog.getByRole('textbox', { name: 'Text' }).fill(people.HANDBOOK.text);
    },
  },
  {
    name: 'library',
    open: async (page) => {
      await page.getByRole('button', { name: 'Add for everyone' }).click();
      await expect(people.sharedDocument(page, people.HANDBOOK.title)).toBeVisible();
    },
  },
  {
    name: 'chat',
    open: async (page) => {
      await page.getByRole('button', { name: 'Ask about it' }).click();
      await people.ask(page, QUESTION);
    },
  },
  {
    name: 'tokens',
    open: async (page) => {
      const tokens = await people.openTokens(people.lastMessage(page));
      await expect(tokens.locator('.token').first()).toBeVisible();
    },
  },
  {
    name: 'details',
    open: async (page) => {
      const asSheet = page.getByRole('button', { name: 'Details', exact: true });
      if (await asSheet.isVisible()) await asSheet.click();
      await expect(page.getByRole('region', { name: 'What was reused' })).toBeVisible();
    },
  },
  {
    name: 'memory',
    open: async (page) => {
      await page.keyboard.press('Escape');
      await openChats(page);
      await page.getByRole('navigation').getByRole('button', { name: 'Memory' }).click();
      await expect(page.getByRole('rowheader').first()).toBeVisible();
    },
  },
  {
    name: 'settings',
    open: async (page) => {
      await openChats(page);
      await page.getByRole('button', { name: 'Settings' }).click();
      await expect(page.getByRole('textbox', { name: 'Temperature' })).toBeVisible();
    },
  },
  {
    name: 'picker',
    open: async (page) => {
      await page.keyboard.press('Escape');
      await openChats(page);
      await people.leave(page);
    },
  },
  {
    name: 'about a person',
    open: async (page) => {
      await people.about(page, 'Ana');
    },
  },
];

/** In a narrow window the chats are behind a button. */
async function openChats(page: Page): Promise<void> {
  const asDrawer = page.getByRole('button', { name: 'Chats', exact: true });
  if (await asDrawer.isVisible()) await asDrawer.click();
  await expect(page.getByRole('navigation', { name: 'Chats and places' })).toBeVisible();
}
