import { expect, test, type Page } from '@playwright/test';
import { seriousIssues } from '../page/barrier.js';
import { goTo, isLive, openBrowser, signUp } from '../page/person.js';
import { dataRows, importKeywords } from '../page/planner.js';
import { screenshot } from '../page/screenshot.js';
import { EXECUTIONS, SCHEDULES } from '../stage/automation.js';
import { SITE } from '../stage/data.js';
import { Stage } from '../stage/server.js';

const history = (page: Page) => page.getByRole('grid', { name: 'Run history' });
const panel = (page: Page) => page.getByRole('complementary', { name: 'Execution' });

test.describe('on the stage', () => {
  let stage: Stage;
  test.beforeEach(async ({ page }) => {
    stage = await Stage.start();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(`${stage.url}/sites/${SITE.id}/automation`);
    await isLive(page);
    await expect(page.locator('.skeleton')).toHaveCount(0);
  });
  test.afterEach(() => stage.stop());

  test('the form says what an expression means, and why one is refused', async ({ page }) => {
    await page.getByRole('button', { name: 'Set Clustering' }).click();
    const preview = page.getByTestId('timing-preview');
    await expect(preview).toContainText('At minute 0, of every 6 hours.');
    await expect(preview.getByRole('listitem')).toHaveCount(5);
    await page.screenshot({ path: 'test-results/screens/open-automation-form.png' });
    expect(await seriousIssues(page)).toEqual([]);
    await page.getByLabel('How often').selectOption('Every 3 hours');
    await expect(page.getByLabel('Cron expression')).toHaveValue('0 */3 * * *');
    await expect(preview).toContainText('every 3 hours');
    stage.failures.set(/timing$/, { status: 422, body: { type: 'about:blank', title: 'Invalid', status: 422, detail: '“0 0 30 2 *” is not a schedule: no day in the calendar fits it.', code: 'invalid_cron', request_id: 'stage' } });
    await page.getByLabel('Cron expression').fill('0 0 30 2 *');
    await expect(preview.getByRole('alert')).toContainText('no day in the calendar fits it');
    await page.screenshot({ path: 'test-results/screens/open-automation-refused.png' });
  });

  test('a preset turns all six on', async ({ page }) => {
    await page.getByRole('button', { name: 'Use a preset' }).click();
    await page.getByLabel(/^Hourly drafts/).check();
    await page.screenshot({ path: 'test-results/screens/open-automation-preset.png' });
    expect(await seriousIssues(page)).toEqual([]);
    const asked = page.waitForRequest(/automations\/preset$/);
    await page.getByRole('button', { name: 'Turn on' }).click();
    expect((await asked).postDataJSON()).toMatchObject({ preset: 'hourly_drafts' });
    await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('all six automations are on');
  });

  test('an execution tells what it picked, what it skipped and why', async ({ page }) => {
    await dataRows(page).filter({ hasText: 'Running' }).click();
    await expect(panel(page)).toContainText('Picked (2)');
    await expect(panel(page)).toContainText('Skipped (4)');
    await expect(panel(page)).toContainText('Its last task failed: try again by hand.');
    await expect(panel(page)).toContainText('and 3 more');
    await page.screenshot({ path: 'test-results/screens/open-automation-execution.png' });
    expect(await seriousIssues(page)).toEqual([]);
  });

  test('the history and the schedules are live', async ({ page }) => {
    const [running] = EXECUTIONS;
    const [, , , , publish] = SCHEDULES;
    if (!running || !publish) throw new Error('the stage has no automations');
    await expect(dataRows(page).filter({ hasText: 'Running' })).toHaveCount(1);
    await expect(page.getByRole('switch', { name: 'Publishing' })).toHaveAttribute('aria-checked', 'false');
    stage.say({ type: 'schedule_changed', schedule: { ...publish, enabled: true, next_at: Date.now() + 7_200_000 } });
    await expect(page.getByRole('switch', { name: 'Publishing' })).toHaveAttribute('aria-checked', 'true');
    stage.say({ type: 'execution_changed', execution: { ...running, status: 'failed', ended_at: Date.now() } });
    await expect(dataRows(page).filter({ hasText: 'Running' })).toHaveCount(0);
  });
});

// Where a server runs.
const SERVER = process.env['IGNY8_E2E_URL'] ?? '';

test.describe('at a server', () => {
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
