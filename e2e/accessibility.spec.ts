// The page for everyone: no finding of axe on any screen in light and dark, all of it from the keyboard with a visible
// focus, and nothing wider than the window at three widths.

import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import * as people from './people.ts';

const { HANDBOOK } = people;

async function expectNoFindings(page: Page, screen: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const findings = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
  expect(findings, screen).toEqual([]);
}

/** Every screen and dialog, one after the other, with something on it; `look` is called on each. */
async function visitScreens(page: Page, url: string, look: (screen: string) => Promise<void>): Promise<void> {
  const narrow = (page.viewportSize()?.width ?? 0) < 700;
  const openChats = async () => {
    if (narrow) await page.getByRole('button', { name: 'Chats', exact: true }).click();
  };
  await page.goto(url);
  await expect(page.getByRole('heading', { name: 'Welcome to Hearth' })).toBeVisible();
  await look('welcome');
  await page.getByRole('textbox', { name: 'Name' }).fill('Ana');
  await page.getByRole('textbox', { name: 'Name' }).press('Enter');
  await expect(page.getByRole('heading', { name: /, Ana$/ })).toBeVisible();
  await look('empty chat');
  if (narrow) {
    await openChats();
    await look('chats');
  }
  await page.getByRole('navigation').getByRole('button', { name: 'Library' }).click();
  await expect(page.getByText('Nothing has been shared yet.')).toBeVisible();
  await look('empty library');
  await page.getByRole('button', { name: 'Add a document' }).click();
  await look('new document');
  const dialog = page.getByRole('dialog', { name: 'Add a document' });
  await dialog.getByRole('textbox', { name: 'Title' }).fill(`${HANDBOOK.title} ${'of the house '.repeat(10)}`);
  await dialog.getByRole('textbox', { name: 'Text' }).fill(HANDBOOK.text);
  await dialog.getByRole('button', { name: 'Add for everyone' }).click();
  await expect(people.sharedDocument(page, HANDBOOK.title)).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await look('library');
  await page.getByRole('button', { name: 'Ask about it' }).click();
  await people.ask(page, `When does the paper bin go out, and where is the ${'very'.repeat(60)}longword?`);
  await look('chat');
  if (await page.getByRole('button', { name: 'Details', exact: true }).isVisible()) {
    await page.getByRole('button', { name: 'Details', exact: true }).click();
    await expect(page.getByRole('dialog', { name: 'Details' })).toBeVisible();
    await look('details');
    await page.keyboard.press('Escape');
  }
  await openChats();
  await page.getByRole('navigation').getByRole('button', { name: 'Memory' }).click();
  await expect(page.getByRole('rowheader').first()).toBeVisible();
  await look('memory');
  await openChats();
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByRole('textbox', { name: 'Temperature' })).toBeVisible();
  await look('settings');
  await page.keyboard.press('Escape');
  await openChats();
  await people.leave(page);
  await look('picker');
}

test.describe('axe', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`finds nothing on any screen, ${colorScheme}`, async ({ host, page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await visitScreens(page, host.url, (screen) => expectNoFindings(page, screen));
    });
  }

  test('finds nothing in a narrow window', async ({ host, page }) => {
    await page.setViewportSize({ width: 500, height: 800 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await visitScreens(page, host.url, (screen) => expectNoFindings(page, screen));
  });
});

test.describe('width', () => {
  for (const width of [1400, 900, 500]) {
    test(`no screen is wider than a window of ${width} pixels`, async ({ host, page }) => {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await visitScreens(page, host.url, async (screen) => {
        const widest = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(widest, screen).toBeLessThanOrEqual(width);
        expect(await outside(page), screen).toEqual([]);
      });
    });
  }
});

/** What can be used but lies outside the window to the left or right, and cannot be scrolled there. */
function outside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const scrollsSideways = (element: Element | null): boolean =>
      element !== null && (element.scrollWidth > element.clientWidth + 1 ? canScroll(element) : false);
    const canScroll = (element: Element) => /auto|scroll/.test(getComputedStyle(element).overflowX);
    const lost: string[] = [];
    for (const element of document.querySelectorAll('button, input, textarea, a')) {
      const { left, right, width } = element.getBoundingClientRect();
      if (width <= 1 || (left >= 0 && right <= window.innerWidth)) continue;
      let around = element.parentElement;
      while (around !== null && !scrollsSideways(around)) around = around.parentElement;
      if (around === null) lost.push(element.getAttribute('aria-label') ?? element.textContent);
    }
    return lost;
  });
}

/** What tells where the focus is: the look of the focused element and what is around it. */
function look(page: Page): Promise<string> {
  return page.evaluate(() => {
    const looks: string[] = [];
    let element = document.querySelector('[data-tested]');
    for (let depth = 0; element !== null && depth < 4; depth += 1, element = element.parentElement) {
      for (const part of [undefined, '::before', '::after']) {
        const { outline, boxShadow, borderColor, backgroundColor, opacity } = getComputedStyle(element, part);
        looks.push([outline, boxShadow, borderColor, backgroundColor, opacity].join());
      }
    }
    return looks.join(';');
  });
}

async function expectVisibleFocus(page: Page): Promise<void> {
  const name = await page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return null;
    element.setAttribute('data-tested', '');
    return element.getAttribute('aria-label') ?? element.textContent;
  });
  // Between the last element and the first the focus is the browser's.
  if (name === null) return;
  const focused = await look(page);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  const blurred = await look(page);
  await page.evaluate(() => {
    const element = document.querySelector<HTMLElement>('[data-tested]');
    element?.removeAttribute('data-tested');
    element?.focus();
  });
  expect(focused, `the focus on "${name}" can be seen`).not.toBe(blurred);
}

/** Tabs until `target` has the focus; everything on the way shows it. */
async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press(key);
    await expectVisibleFocus(page);
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error('the focus did not come there');
}

test('everything works from the keyboard, and the focus can always be seen', async ({ host, page }) => {
  await page.setViewportSize({ width: 900, height: 800 });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await people.beginAs(page, host.url, 'Ana');
  await people.leave(page);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Ana', exact: true })).toBeFocused();
  await expectVisibleFocus(page);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: /, Ana$/ })).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: 'New chat' }));
  await page.keyboard.press('Enter');
  const field = page.getByRole('textbox', { name: 'Your message' });
  await tabTo(page, field);
  await page.keyboard.type('Hello');
  await page.keyboard.press('Enter');
  const bar = (await people.answered(page)).getByRole('button', { name: /Show details\.$/ });
  await expect(field).toBeFocused();
  await tabTo(page, bar, 'Shift+Tab');
  await page.keyboard.press('Enter');
  const details = page.getByRole('dialog', { name: 'Details' });
  await expect(details).toBeVisible();
  await tabTo(page, details.getByRole('button', { name: 'Close' }));
  await page.keyboard.press('Enter');
  await expect(details).toBeHidden();
  await expect(bar).toBeFocused();
  await page.keyboard.press('/');
  await expect(field).toBeFocused();
  await page.keyboard.press('Control+Comma');
  const settings = page.getByRole('dialog', { name: 'Settings' });
  await expect(settings).toBeVisible();
  await tabTo(page, settings.getByRole('textbox', { name: 'Seed' }));
  await page.keyboard.press('Escape');
  await expect(settings).toBeHidden();
  await page.keyboard.press('Control+KeyK');
  await expect(page.getByRole('searchbox', { name: 'Search chats' })).toBeFocused();
  await page.keyboard.press('Control+Shift+KeyO');
  await expect(page.getByRole('heading', { name: 'New chat' })).toBeVisible();
  await expect(field).toBeFocused();
});
