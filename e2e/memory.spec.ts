// The memory panel: its figures are the disk's, and what is removed, cleared or damaged there is gone, counted, and read again.

import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import type { BrowserHost } from './fixtures.ts';
import { expect, test } from './fixtures.ts';
import * as people from './people.ts';
import { withoutReadingAhead } from './reading-ahead.ts';

const { HANDBOOK } = people;

function cacheFiles(host: BrowserHost): string[] {
  const entries = readdirSync(join(host.dataFolder, 'cache'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function bytesOnDisk(host: BrowserHost): number {
  return cacheFiles(host).reduce((sum, file) => sum + statSync(file).size, 0);
}

/** The panel asks again every few seconds; the disk is still once the engine has nothing to write. */
async function expectTotalsEqualDisk(host: BrowserHost, page: Page): Promise<void> {
  const shown = page.getByRole('meter', { name: 'Disk used' });
  await expect(async () => {
    expect(Number(await shown.getAttribute('aria-valuenow'))).toBe(bytesOnDisk(host));
  }).toPass({ timeout: 15_000 });
}

function entries(page: Page): Locator {
  return page.getByRole('region', { name: 'Table of what is remembered' }).getByRole('rowheader');
}

async function clearEverything(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('menuitem', { name: 'Everything, of everyone' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Clear' }).click();
}

test.beforeEach(async ({ host, page }) => {
  await withoutReadingAhead(page);
  await people.beginAs(page, host.url, 'Ana');
  await people.addToLibrary(page, HANDBOOK);
  await page.getByRole('button', { name: 'Ask about it' }).click();
  await people.ask(page, 'When does the paper bin go out?');
});

test('the totals are the size of the cache folder, before and after removing and clearing', async ({ host, page }) => {
  await people.goTo(page, 'Memory');
  await expect(entries(page).filter({ hasText: HANDBOOK.title })).toBeVisible();
  await expectTotalsEqualDisk(host, page);

  const kept = await entries(page).count();
  await page.getByRole('button', { name: `Remove ${HANDBOOK.title} from memory` }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(entries(page).filter({ hasText: HANDBOOK.title })).toHaveCount(0);
  expect(await entries(page).count()).toBeLessThan(kept);
  await expectTotalsEqualDisk(host, page);

  await clearEverything(page);
  await expect(page.getByText(/blocks? removed\./)).toBeVisible();
  await expect(page.getByText('Nothing is remembered yet.')).toBeVisible();
  expect(cacheFiles(host).filter((file) => file.endsWith('.kv'))).toEqual([]);
  await expectTotalsEqualDisk(host, page);
});

test('what was cleared is read again, and no text is lost', async ({ page }) => {
  await people.goTo(page, 'Memory');
  await clearEverything(page);
  await expect(page.getByText('Nothing is remembered yet.')).toBeVisible();
  await page.getByRole('button', { name: 'When does the paper bin go out?', exact: true }).click();
  await expect(people.messages(page).getByRole('article')).toHaveCount(2);
  const reuse = await people.reuseOf(await people.ask(page, 'Where is the ladder?'));
  expect(people.tokensOf(reuse, 'new')).toBe(people.tokensOf(reuse, 'tokens'));
});

test('a pinned text says so, and verifying finds all well', async ({ page }) => {
  await people.goTo(page, 'Memory');
  const row = page.getByRole('row').filter({ hasText: HANDBOOK.title });
  await row.getByRole('button', { name: /^Pin / }).click();
  await expect(row.getByRole('rowheader')).toContainText('pinned');
  await row.getByRole('button', { name: /^Unpin / }).click();
  await expect(row.getByRole('rowheader')).not.toContainText('pinned');
  await page.getByRole('button', { name: 'Verify' }).click();
  const verdict = page.getByRole('status').filter({ hasText: 'checked' });
  await expect(verdict).toContainText('All is well.');
  await expect(verdict).not.toContainText('0 blocks checked');
});

test('damaged files are found, counted, and never stand in the way of an answer', async ({ host, page }) => {
  await people.goTo(page, 'Memory');
  await expectTotalsEqualDisk(host, page);
  const blocks = () => cacheFiles(host).filter((file) => file.endsWith('.kv'));
  await expect.poll(() => blocks().length).toBeGreaterThan(0);
  await host.stop();
  for (const file of blocks()) {
    const bytes = readFileSync(file);
    bytes.subarray(-64).fill(0);
    writeFileSync(file, bytes);
  }
  await host.start();
  await page.goto(host.url);
  await people.choose(page, 'Ana');
  await page.getByRole('button', { name: 'When does the paper bin go out?', exact: true }).click();
  const again = await people.ask(page, 'Where is the ladder?');
  const reuse = await people.reuseOf(again);
  expect(people.tokensOf(reuse, 'new')).toBe(people.tokensOf(reuse, 'tokens'));
  await expect(again).toContainText('damaged');
  await people.goTo(page, 'Memory');
  await expect(page.getByRole('region', { name: 'Totals' })).toContainText(/damaged and dropped\s*[1-9]/);
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'checked' })).toBeVisible();
  await expectTotalsEqualDisk(host, page);
});
