// The engine, or all of Hearth, ends without a warning: the page says so, and the chat goes on where it was.

import { expect, test } from './fixtures.ts';
import { CANNOT_HOLD, HeldEngine } from './slow-engine.ts';
import * as people from './people.ts';

test('when the engine crashes in mid-answer the message is kept, and sending again answers it', async ({
  host,
  page,
}) => {
  test.skip(CANNOT_HOLD, 'the engine cannot be held on this system');
  await people.beginAs(page, host.url, 'Ana');
  await people.ask(page, 'When does the paper bin go out?');
  await people.setNumbers(page, { Temperature: 5, Seed: 7 });
  using engine = HeldEngine.hold(host);
  await people.send(page, 'Hello again');
  await engine.workUntil(people.lastMessage(page).getByText(/^Writing/));
  const banner = page.getByRole('status').getByText(/start(ed|ing) again/);
  const told = banner.waitFor();
  engine.kill();
  await told;
  await expect(banner).toBeHidden();

  const said = people.messages(page).getByRole('article', { name: 'You' });
  await expect(said.last()).toHaveText('Hello again');
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details).toContainText('Answer to “When does the paper bin go out?”');
  await people.setNumbers(page, { Temperature: 0 });
  await people.messages(page).getByRole('button', { name: 'Send again' }).click();
  await people.answered(page);
  await expect(details).toContainText('Answer to “Hello again”');
  await expect(people.messages(page).getByRole('button', { name: 'Send again' })).toHaveCount(0);
  await expect(said).toHaveText(['When does the paper bin go out?', 'Hello again']);
  await expect(people.messages(page).getByRole('article')).toHaveCount(4);
  await page.reload();
  await page.getByRole('button', { name: 'When does the paper bin go out?', exact: true }).click();
  await expect(people.messages(page).getByRole('article')).toHaveCount(4);
});

test('after a crash of the whole app a new start shows the chat as it was', async ({ host, page }) => {
  await people.beginAs(page, host.url, 'Ana');
  const answer = await (
    await people.ask(page, 'When does the paper bin go out?')
  )
    .getByRole('paragraph')
    .first()
    .innerText();
  const engineId = host.engineProcessId;
  await host.stop('SIGKILL');
  await expect(page.getByRole('status').filter({ hasText: 'Hearth cannot be reached.' })).toBeVisible();
  // The engine ends by itself when its host is gone; the data folder is free then.
  await expect.poll(() => isRunning(engineId)).toBe(false);
  await host.start();
  await page.goto(host.url);
  await people.choose(page, 'Ana');
  await page.getByRole('button', { name: 'When does the paper bin go out?', exact: true }).click();
  await expect(people.lastMessage(page)).toContainText(answer);
  await people.ask(page, 'Hello');
});

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}
