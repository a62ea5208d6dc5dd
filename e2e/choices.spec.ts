// What is chosen about reuse: for everyone in the settings, and by a person for themselves, who sees what the default is.

import { expect, test } from './fixtures.ts';
import * as people from './people.ts';

const GROUPS = { Reuse: /^Hearth/, 'How far Hearth may go': /^Fast/, 'How memory is kept': /^8 bits/ };

test('policy, quality and precision are chosen in plain words and kept', async ({ host, page }) => {
  await people.beginAs(page, host.url, 'Ana');
  for (const [group, choice] of Object.entries(GROUPS)) await people.setChoice(page, group, choice);
  await host.restart();
  await page.goto(host.url);
  await people.choose(page, 'Ana');
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings' });
  for (const [group, choice] of Object.entries(GROUPS)) {
    await expect(dialog.getByRole('group', { name: group }).getByRole('radio', { name: choice })).toBeChecked();
  }
  await expect(dialog.getByRole('group', { name: 'How far Hearth may go' })).toContainText('may slip in');
});

test('a person’s own choice counts for them alone, and the default is named', async ({ host, page }) => {
  await people.beginAs(page, host.url, 'Ana');
  await people.setChoice(page, 'Reuse', /^Hearth/);
  await people.leave(page);
  await people.addPerson(page, 'Ben');
  const about = await people.about(page, 'Ben');
  await expect(about.getByRole('combobox', { name: 'Reuse' })).toContainText('Default (Hearth)');
  await expect(about.getByRole('combobox', { name: 'How far Hearth may go' })).toContainText('Default (Balanced)');
  await about.getByRole('combobox', { name: 'Reuse' }).selectOption('Off');
  await expect(about).toContainText('Read everything again each time.');
  await about.getByRole('button', { name: 'Save' }).click();
  await expect(about).toBeHidden();
  await page.getByRole('button', { name: 'Done' }).click();

  await people.choose(page, 'Ben');
  await people.ask(page, 'Where is the ladder?');
  await expect(await people.ask(page, 'And the toolbox?')).toContainText('reuse is off');
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'Settings' })).toContainText('Ben has a choice of their own: Off.');
  await page.keyboard.press('Escape');

  await people.leave(page);
  await people.choose(page, 'Ana');
  await people.ask(page, 'Where is the ladder?');
  await expect(await people.ask(page, 'And the toolbox?')).not.toContainText('reuse is off');

  await people.leave(page);
  const again = await people.about(page, 'Ben');
  await expect(again.getByRole('combobox', { name: 'Reuse' })).toHaveValue('off');
  await again.getByRole('combobox', { name: 'Reuse' }).selectOption('Default (Hearth)');
  await again.getByRole('button', { name: 'Save' }).click();
  await expect(again).toBeHidden();
  await page.getByRole('button', { name: 'Done' }).click();
  await people.choose(page, 'Ben');
  await page.getByRole('button', { name: 'Where is the ladder?', exact: true }).click();
  await expect(await people.ask(page, 'And the toolbox?')).not.toContainText('reuse is off');
});
