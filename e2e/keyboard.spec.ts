// Everything can be done from the keyboard alone, and the focus can always be seen.

import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import * as people from './people.ts';

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
  const answer = await people.answered(page);
  await expect(field).toBeFocused();
  await tabTo(page, people.reuseBar(answer), 'Shift+Tab');
  await page.keyboard.press('Enter');
  const tokens = answer.getByRole('region', { name: 'Tokens of the prompt' });
  await expect(tokens).toBeVisible();
  await tabTo(page, answer.getByRole('button', { name: /show the next$/ }).first());
  await page.keyboard.press('Enter');
  await expect(tokens.locator('[data-run]').first()).toBeFocused();
  const bar = answer.getByRole('button', { name: 'Details of this answer' });
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
