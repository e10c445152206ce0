import { expect, test, type Page } from '@playwright/test';
import { seriousIssues } from '../../page/barrier.js';
import { isLive } from '../../page/person.js';
import { dataRows } from '../../page/planner.js';
import { EXECUTIONS, SCHEDULES } from '../../stage/automation.js';
import { SITE } from '../../stage/data.js';
import { Stage } from '../../stage/server.js';

const panel = (page: Page) => page.getByRole('complementary', { name: 'Execution' });

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
