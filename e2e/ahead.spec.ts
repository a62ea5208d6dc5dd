// What is read before anybody asks: a document that a person prepares for everyone, and one that was just attached.

import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import * as people from './people.ts';
import { withoutReadingAhead } from './reading-ahead.ts';

const { HANDBOOK } = people;

/** The row of a shared document on the memory page. */
async function preparedRow(page: Page) {
  await people.goTo(page, 'Memory');
  return page.getByRole('region', { name: 'Documents of the library' }).getByRole('listitem', { name: HANDBOOK.title });
}

/** How much of the handbook a first question about it finds in memory, as a share. */
async function foundByFirstQuestion(page: Page): Promise<number> {
  const reuse = await people.reuseOf(await people.ask(page, 'When does the paper bin go out?'));
  return people.tokensOf(reuse, 'shared with everyone') / people.tokensOf(reuse, 'tokens');
}

test('a document is prepared for everyone, and the first question of another person finds it', async ({
  host,
  page,
}) => {
  await people.beginAs(page, host.url, 'Ana');
  // With the policy Hearth it would be prepared as it comes.
  await people.setChoice(page, 'Reuse', /^Exact/);
  await people.addToLibrary(page, HANDBOOK);
  const row = await preparedRow(page);
  await expect(row.getByRole('meter', { name: 'Remembered' })).toHaveAttribute('aria-valuenow', '0');
  await row.getByRole('button', { name: 'Prepare for everyone' }).click();
  await expect(row.getByRole('status')).toHaveText('Prepared for everyone');
  await expect(row.getByRole('button')).toHaveCount(0);

  await people.leave(page);
  await people.addPerson(page, 'Ben');
  await people.choose(page, 'Ben');
  await expect((await preparedRow(page)).getByRole('status')).toHaveText('Prepared for everyone');
  // Only what was prepared may be found: nothing more is read before the question.
  await withoutReadingAhead(page);
  await page.goto(host.url);
  await people.takeFromLibrary(page, HANDBOOK.title);
  expect(await foundByFirstQuestion(page)).toBeGreaterThan(0.7);
});

test('with reuse off nothing is prepared, and that is said', async ({ host, page }) => {
  await people.beginAs(page, host.url, 'Ana');
  await people.addToLibrary(page, HANDBOOK);
  await people.setChoice(page, 'Reuse', /^Off/);
  const row = await preparedRow(page);
  await row.getByRole('button', { name: 'Prepare for everyone' }).click();
  await expect(page.getByText(`${HANDBOOK.title} was not prepared.`)).toBeVisible();
  await expect(row.getByRole('button', { name: 'Prepare for everyone' })).toBeVisible();
});

test('a document that was just attached is read before the question comes', async ({ host, page }) => {
  const read = Promise.withResolvers<void>();
  page.on('websocket', (socket) => {
    const asked = new Set<number>();
    socket.on('framesent', ({ payload }) => {
      const { id, method } = JSON.parse(String(payload)) as { id: number; method?: string };
      if (method === 'library.prepare') asked.add(id);
    });
    socket.on('framereceived', ({ payload }) => {
      if (asked.has((JSON.parse(String(payload)) as { id: number }).id)) read.resolve();
    });
  });
  await people.beginAs(page, host.url, 'Ana');
  await people.addToLibrary(page, HANDBOOK);
  await page.getByRole('button', { name: 'Ask about it' }).click();
  await read.promise;
  expect(await foundByFirstQuestion(page)).toBeGreaterThan(0.7);
});
