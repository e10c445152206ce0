import { expect, test, type Page } from '@playwright/test';
import { goTo, openBrowser, signUp } from '../../page/person.js';
import { importKeywords } from '../../page/planner.js';
import { screenshot } from '../../page/screenshot.js';

const history = (page: Page) => page.getByRole('grid', { name: 'Run history' });
const panel = (page: Page) => page.getByRole('complementary', { name: 'Execution' });

// Where a server runs.
const SERVER = process.env['IGNY8_E2E_URL'] ?? '';

test.describe('automations at a server', () => {
  test.skip(SERVER === '', 'IGNY8_E2E_URL names no server');

  test('a dry run does nothing, a run does the button’s work, and a schedule is planned in its zone', async ({ browser }, info) => {
    const { page } = await openBrowser(browser, SERVER);
    const number = Date.now();
    await signUp(page, { name: 'Ida', workspace: `Automation ${number}`, email: `ida-${number}@automation.example`, password: 'correct horse battery staple' });
    const file = info.outputPath('keywords.csv');
    await test.step('keywords', async () => {
      const { writeFileSync } = await import('node:fs');
      const topics = ['cold brew coffee', 'espresso machine', 'french press'];
      const rows = topics.flatMap((topic) => ['best', 'cheap', 'how to clean', 'review of'].map((form) => `${form} ${topic}`));
      writeFileSync(file, ['Keyword', ...rows].join('\n'));
      await importKeywords(page, file);
      await page.getByRole('button', { name: 'Done' }).click();
    });
    await goTo(page, 'Automation');
    await test.step('a dry run says what would be done', async () => {
      await page.getByRole('button', { name: 'Dry run of Clustering' }).click();
      await expect(panel(page)).toContainText('Nothing was done and nothing was charged.');
      await expect(panel(page)).toContainText('Would pick (1)');
      await expect(panel(page)).toContainText('12 new keywords');
      await screenshot(page, 'automation-dry-run');
    });
    await test.step('a run ends by itself on the screen', async () => {
      await page.getByRole('button', { name: 'Run Clustering now' }).click();
      await expect(panel(page)).toContainText('By hand');
      await expect(panel(page)).toContainText('Succeeded');
      await expect(panel(page)).toContainText('1 credit spent');
      await expect(history(page).getByRole('row').filter({ hasText: 'Succeeded' })).toHaveCount(2);
    });
    await test.step('a preset plans all six', async () => {
      await page.getByRole('button', { name: 'Use a preset' }).click();
      await page.getByLabel('Time zone').fill('Australia/Lord_Howe');
      await page.getByRole('button', { name: 'Turn on' }).click();
      await expect(page.getByRole('switch', { checked: true })).toHaveCount(6);
      await expect(page.getByRole('list', { name: 'Automations' })).toContainText('Australia/Lord_Howe');
      await page.getByRole('button', { name: 'Set Drafts' }).click();
      await expect(page.getByTestId('timing-preview').getByRole('listitem')).toHaveCount(5);
      await page.getByLabel('Cron expression').fill('61 * * * *');
      await expect(page.getByTestId('timing-preview').getByRole('alert')).toContainText('is not a schedule');
      await page.getByLabel('Cron expression').fill('30 1 * * *');
      await expect(page.getByTestId('timing-preview')).toContainText('At 01:30.');
      await page.screenshot({ path: info.outputPath('form.png') });
      await page.getByRole('button', { name: 'Save' }).click();
      await expect(page.getByRole('list', { name: 'Automations' })).toContainText('At 01:30.');
      await screenshot(page, 'automation');
      await page.screenshot({ path: info.outputPath('automation.png') });
    });
    await page.context().close();
  });
});
