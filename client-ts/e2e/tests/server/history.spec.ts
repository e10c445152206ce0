import { expect, test, type Page } from '@playwright/test';
import { seriousIssues } from '../../page/barrier.js';
import { articleText, article, isSaved, newDraft, typeSlowly } from '../../page/draft.js';
import { isLive, openBrowser, signUp } from '../../page/person.js';
import { screenshot } from '../../page/screenshot.js';

// Where a server runs.
const SERVER = process.env['IGNY8_E2E_URL'] ?? '';

test.describe('the history of a draft', () => {
  test.skip(SERVER === '', 'IGNY8_E2E_URL names no server');

  test('a version is kept, compared and restored while somebody types; nothing is lost', async ({ browser }) => {
    const ida = await openBrowser(browser, SERVER);
    const { page } = ida;
    const number = Date.now();
    await signUp(page, { name: 'Ida', workspace: `History ${number}`, email: `ida-${number}@history.example`, password: 'correct horse battery staple' });
    const address = await newDraft(ida);
    await page.goto(address);
    await isLive(page);
    const other = await page.context().newPage();
    await other.goto(address);
    await isLive(other);
    await test.step('the draft is kept under a name', async () => {
      await article(page).click();
      await page.keyboard.type('Tea is made of leaves.');
      await isSaved(page);
      await page.getByRole('button', { name: 'History', exact: true }).click();
      await expect(page.getByText('No version yet.')).toBeVisible();
      await keep(page, 'The first');
      await expect(version(page, 'The first')).toBeVisible();
      await expect(page.getByText('The draft is as it was in this version.')).toBeVisible();
      await page.keyboard.press('Escape');
    });
    await test.step('what changed since is shown', async () => {
      await article(page).click();
      await page.keyboard.press('End');
      await page.keyboard.type(' Coffee is made of beans.');
      await isSaved(page);
      await page.getByRole('button', { name: 'History', exact: true }).click();
      const changes = page.getByRole('region', { name: 'What changed since this version' });
      await expect(changes.locator('ins')).toContainText('Coffee is made of beans');
      expect(await seriousIssues(page)).toEqual([]);
      await screenshot(page, 'history');
    });
    await test.step('it is restored while somebody types', async () => {
      await article(other).click();
      await other.keyboard.press('Home');
      const typed = typeSlowly(other, `${'Somebody goes on, word by word. '.repeat(6)}And ends. `);
      await page.getByRole('button', { name: 'Restore this version' }).click();
      await page.getByRole('button', { name: 'Restore', exact: true }).click();
      await expect(version(page, 'Before a restore')).toBeVisible();
      await typed;
      await page.keyboard.press('Escape');
      await Promise.all([isSaved(page), isSaved(other)]);
      await expect.poll(() => articleText(page)).toContain('And ends. ');
      const text = await articleText(page);
      expect(text).toContain('Tea is made of leaves.');
      expect(text).not.toContain('Coffee');
      await expect.poll(() => articleText(other)).toBe(text);
    });
    await test.step('what stood there before can be brought back', async () => {
      await page.getByRole('button', { name: 'History', exact: true }).click();
      await version(page, 'Before a restore').click();
      await page.getByRole('button', { name: 'Restore this version' }).click();
      await page.getByRole('button', { name: 'Restore', exact: true }).click();
      await expect.poll(() => articleText(page)).toContain('Coffee is made of beans.');
    });
    await page.context().close();
  });
});

const version = (page: Page, title: string) => page.getByRole('list', { name: 'Versions' }).getByRole('button', { name: title });

async function keep(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Keep as it is now' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
}
