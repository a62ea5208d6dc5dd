// People: the first start, the second person, the picker from the keyboard, and what one person sees of another.

import { expect, test } from './fixtures.ts';
import { addPerson, ask, beginAs, choose, leave, oddWord } from './people.ts';

test('the first start welcomes, and one name is enough to begin', async ({ host, page }) => {
  await page.goto(host.url);
  await expect(page.getByRole('heading', { name: 'Welcome to Hearth' })).toBeVisible();
  const name = page.getByRole('textbox', { name: 'Name' });
  await expect(name).toBeFocused();
  await expect(page.getByRole('button', { name: 'Begin' })).toBeDisabled();
  await name.fill('Ana');
  await page.getByRole('radio', { name: 'teal' }).check();
  await name.press('Enter');
  await expect(page.getByRole('heading', { name: /^Good .+, Ana$/ })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Your message' })).toBeVisible();
});

test('a second person is added, and the picker works with arrows and Enter', async ({ host, page }) => {
  await beginAs(page, host.url, 'Ana');
  await leave(page);
  await addPerson(page, 'Ben');
  await page.reload();
  const ana = page.getByRole('button', { name: 'Ana', exact: true });
  const ben = page.getByRole('button', { name: 'Ben', exact: true });
  await expect(ana).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(ben).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(ana).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Ben. Switch person' })).toBeVisible();
  await expect(page.getByRole('heading', { name: /, Ben$/ })).toBeVisible();
});

test('a name that is taken is refused in words that cover nothing, and what was typed stays', async ({
  host,
  page,
}) => {
  await beginAs(page, host.url, 'Ana');
  await leave(page);
  await page.setViewportSize({ width: 500, height: 420 });
  await page.getByRole('button', { name: 'Add a person' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a person' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('ana');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  const notices = page.getByRole('region', { name: 'Notices' });
  await expect(notices).toContainText('already a profile named Ana');
  const [above, below] = await Promise.all([notices.boundingBox(), dialog.boundingBox()]);
  expect(above!.y + above!.height).toBeLessThanOrEqual(below!.y);
  await notices.getByRole('button', { name: 'Dismiss' }).click();
  await expect(notices).not.toContainText('Ana');
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('ana');
});

test('nobody sees the chats of another, and a person who is removed takes theirs along', async ({ host, page }) => {
  await beginAs(page, host.url, 'Ana');
  const secret = oddWord();
  const answer = await (await ask(page, secret)).getByRole('paragraph').first().innerText();
  const announced = page.getByRole('log', { name: 'Answer as it is written' });
  // Announced sentence by sentence, each in an element of its own.
  await expect(announced).toContainText(answer.split('. ')[0] ?? answer);
  await leave(page);
  await expect(announced).toBeEmpty();
  await addPerson(page, 'Ben');
  await choose(page, 'Ben');
  await expect(page.getByText('Your chats will be here.')).toBeVisible();
  await expect(page.getByText(secret)).toHaveCount(0);
  await expect(page.getByText(answer)).toHaveCount(0);
  await leave(page);
  await page.getByRole('button', { name: 'Manage people' }).click();
  const names = await page
    .getByRole('main')
    .getByRole('button')
    .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label') ?? button.textContent));
  expect(new Set(names).size).toBe(names.length);
  await page.getByRole('button', { name: 'Remove Ana' }).click();
  await page.getByRole('alertdialog', { name: 'Remove Ana?' }).getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('button', { name: 'Ben', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Ana', exact: true })).toHaveCount(0);
  await addPerson(page, 'Ana');
  await choose(page, 'Ana');
  await expect(page.getByText('Your chats will be here.')).toBeVisible();
});

test('two people ask at the same time, and both are answered', async ({ host, page, browser }) => {
  await beginAs(page, host.url, 'Ana');
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await other.goto(host.url);
  await addPerson(other, 'Ben');
  await choose(other, 'Ben');
  const [forAna, forBen] = [`What is ${oddWord()}`, `Where is ${oddWord()}`];
  const [first, second] = await Promise.all([ask(page, forAna), ask(other, forBen)]);
  await expect(first).toContainText('first word after');
  await expect(second).toContainText('first word after');
  await expect(page.getByText(forBen)).toHaveCount(0);
  await expect(other.getByText(forAna)).toHaveCount(0);
  await elsewhere.close();
});
