// Every screen in light and dark and at three widths: axe finds nothing, and nothing is wider than the window.

import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { SCREENS } from './screens.ts';

const LOOKS = [
  { colorScheme: 'light', width: 1400 },
  { colorScheme: 'dark', width: 1400 },
  { colorScheme: 'dark', width: 900 },
  { colorScheme: 'light', width: 500 },
] as const;

for (const { colorScheme, width } of LOOKS) {
  test(`every screen suits everyone, ${colorScheme}, ${width} pixels wide`, async ({ host, page }) => {
    test.slow();
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(host.url);
    for (const screen of SCREENS) {
      await screen.open(page);
      const widest = await page.evaluate(() => document.documentElement.scrollWidth);
      expect.soft(widest, `${screen.name}: width`).toBeLessThanOrEqual(width);
      expect.soft(await outOfReach(page), `${screen.name}: out of reach`).toEqual([]);
      expect.soft(await findings(page), `${screen.name}: axe`).toEqual([]);
    }
  });
}

async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

/** What can be used but lies to the left or right of the window, where it cannot be scrolled to. */
function outOfReach(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const scrollsSideways = (element: Element) =>
      element.scrollWidth > element.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(element).overflowX);
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
